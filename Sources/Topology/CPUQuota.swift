import Foundation

/// The CPU bandwidth limit of the control group this process is in (`docker run --cpus 1.5`).
///
/// Version 2 groups have `cpu.max`, version 1 groups `cpu.cfs_quota_us` and `cpu.cfs_period_us`.
/// A limit on any ancestor holds too, so the smallest on the way up counts.
package enum CPUQuota {
  /// CPUs' worth of time per second; nil without a limit. `root` is the file system's root.
  package static func current(root: String = "") -> Double? {
    ControlGroup.all(of: .cpu, root: root).compactMap(limit).min()
  }

  private static func limit(of group: ControlGroup) -> Double? {
    switch group.version {
    case .two:
      guard let fields = group.text("cpu.max")?.split(whereSeparator: \.isWhitespace),
        fields.count == 2
      else { return nil }
      return ratio(String(fields[0]), String(fields[1]))
    case .one:
      guard let quota = group.text("cpu.cfs_quota_us"),
        let period = group.text("cpu.cfs_period_us")
      else { return nil }
      return ratio(quota, period)
    }
  }

  /// nil for `max` (version 2) and −1 (version 1), which mean no limit.
  private static func ratio(_ quota: String, _ period: String) -> Double? {
    guard let quota = Double(quota.trimmingCharacters(in: .whitespacesAndNewlines)),
      let period = Double(period.trimmingCharacters(in: .whitespacesAndNewlines)),
      quota > 0, period > 0
    else { return nil }
    return quota / period
  }
}

/// How often and how long the CPU bandwidth limit of a control group stopped its processes.
///
/// `cpu.stat` of every group on the way up, since each has a limit of its own: `throttled_usec` in
/// version 2, `throttled_time` in nanoseconds in version 1. Other processes of a group count too:
/// when it is throttled, all of them stand still.
package struct CPUThrottling: Sendable, Hashable {
  /// Periods that ended early.
  package var periods: Int
  package var seconds: Double

  package init(periods: Int, seconds: Double) {
    self.periods = periods
    self.seconds = seconds
  }

  /// Since the groups were made; nil where no group tells. `root` is the file system's root.
  package static func current(root: String = "") -> CPUThrottling? {
    of(ControlGroup.all(of: .cpu, root: root))
  }

  /// The sum over groups that were looked up before.
  package static func of(_ groups: [ControlGroup]) -> CPUThrottling? {
    var sum: CPUThrottling?
    for group in groups {
      guard let periods = group.value(of: "nr_throttled", in: "cpu.stat") else { continue }
      let seconds =
        switch group.version {
        case .two: Double(group.value(of: "throttled_usec", in: "cpu.stat") ?? 0) * 1e-6
        case .one: Double(group.value(of: "throttled_time", in: "cpu.stat") ?? 0) * 1e-9
        }
      sum = CPUThrottling(
        periods: (sum?.periods ?? 0) + Int(clamping: periods),
        seconds: (sum?.seconds ?? 0) + seconds)
    }
    return sum
  }

  /// What happened since an earlier reading.
  package func since(_ earlier: CPUThrottling) -> CPUThrottling {
    CPUThrottling(
      periods: max(0, periods - earlier.periods), seconds: max(0, seconds - earlier.seconds))
  }
}
