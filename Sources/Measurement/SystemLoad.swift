import Base
import Foundation
import Topology

/// A reading of what the system and this process have done so far.
public struct SystemLoad: Sendable {
  /// CPU time of the whole system since boot, in ticks; nil where `/proc/stat` cannot be read.
  struct Ticks: Sendable, Equatable {
    var busy: Double
    var steal: Double
    var total: Double

    /// Reads the `cpu` line: user nice system idle iowait irq softirq steal.
    init?(stat: String) {
      guard let line = stat.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
      let fields = line.split(separator: " ").dropFirst().compactMap { Double($0) }
      guard fields.count >= 8 else { return nil }
      busy = fields[0] + fields[1] + fields[2] + fields[5] + fields[6]
      steal = fields[7]
      total = busy + steal + fields[3] + fields[4]
    }
  }

  var ticks: Ticks?
  /// CPU seconds of this process.
  var ownSeconds: Double
  /// Involuntary context switches of this process.
  var switches: Int
  /// How often any core was throttled for its heat since boot; nil where the system does not say
  /// (most virtual machines).
  var throttles: Int?
  /// How often and how long the control groups' CPU limit stopped them; nil without such groups.
  var groupThrottling: CPUThrottling?
  var time: UInt64

  /// Which groups does not change while a process measures; finding them reads some ten files.
  private static let groups = ControlGroup.all(of: .cpu)

  /// Reads now.
  public init() {
    self.init(
      stat: "/proc/stat", cpus: "/sys/devices/system/cpu", throttling: .of(Self.groups))
  }

  /// - Parameters: where Linux tells; tests have files of their own.
  init(stat: String, cpus: String, throttling: CPUThrottling? = nil) {
    groupThrottling = throttling
    ticks = (try? String(contentsOfFile: stat, encoding: .utf8)).flatMap(Ticks.init(stat:))
    throttles = Self.throttles(cpus)
    var usage = rusage()
    getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    ownSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
    switches = Int(usage.ru_nivcsw)
    time = Stopwatch.now
  }

  private static func throttles(_ folder: String) -> Int? {
    var sum: Int?
    var cpu = 0
    // Numbers have gaps only where CPUs are offline; the first of them ends the count.
    while let text = try? String(
      contentsOfFile: "\(folder)/cpu\(cpu)/thermal_throttle/core_throttle_count", encoding: .utf8)
    {
      sum = (sum ?? 0) + (Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0)
      cpu += 1
    }
    return sum
  }

  /// What happened between an earlier reading and this one.
  public func since(_ earlier: SystemLoad) -> LoadChange {
    let elapsed = Double(time &- earlier.time) * 1e-9
    var change = LoadChange(
      seconds: elapsed,
      switchesPerSecond: elapsed > 0
        ? Double(switches - earlier.switches) / elapsed : 0)
    if let throttles, let before = earlier.throttles { change.throttles = throttles - before }
    if let groupThrottling, let before = earlier.groupThrottling {
      let stopped = groupThrottling.since(before)
      change.quotaStops = stopped.periods
      change.quotaSeconds = stopped.seconds
    }
    if let ticks, let before = earlier.ticks {
      let total = ticks.total - before.total
      if total >= MeasurementRules.leastTicks {
        change.steal = max(0, ticks.steal - before.steal) / total
        let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        let own = (ownSeconds - earlier.ownSeconds) * ticksPerSecond
        change.otherLoad = max(0, ticks.busy - before.busy - own) / total
      }
    }
    return change
  }
}

/// What the system did while something was measured.
public struct LoadChange: Hashable, Sendable, Codable {
  public var seconds: Double
  /// Involuntary context switches of this process per second.
  public var switchesPerSecond: Double
  /// CPU time that the hypervisor took, as a share of all; nil where unknown or too short to tell.
  public var steal: Double?
  /// CPU time of other processes, as a share of all; nil where unknown or too short to tell.
  public var otherLoad: Double?
  /// How often cores were throttled for their heat; nil where unknown.
  public var throttles: Int?
  /// How often the CPU limit of a control group stopped its processes, and for how many seconds;
  /// nil where no group tells.
  public var quotaStops: Int?
  public var quotaSeconds: Double?

  public init(
    seconds: Double, switchesPerSecond: Double, steal: Double? = nil, otherLoad: Double? = nil,
    throttles: Int? = nil, quotaStops: Int? = nil, quotaSeconds: Double? = nil
  ) {
    self.seconds = seconds
    self.switchesPerSecond = switchesPerSecond
    self.steal = steal
    self.otherLoad = otherLoad
    self.throttles = throttles
    self.quotaStops = quotaStops
    self.quotaSeconds = quotaSeconds
  }
}
