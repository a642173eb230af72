import Foundation

/// Memory that this process may still take: the least of what the machine has left, what the
/// control groups grant (`docker run --memory`, `systemd-run -p MemoryMax=`) and what the resource
/// limits leave (`ulimit -v`, `ulimit -d`).
///
/// Nothing tells a process that it has gone too far: an allocation beyond a resource limit fails in
/// the middle of the work, one beyond a group's limit ends the process when it is first touched.
/// So whoever is about to take much asks first.
public struct MemoryBudget: Sendable, Hashable {
  public enum Limit: String, Sendable, CaseIterable {
    case machine = "this machine"
    case group = "the control group"
    case addressSpace = "the limit of the address space (ulimit -v)"
    case data = "the limit of the data segment (ulimit -d)"
  }

  /// Which limit is the nearest.
  public let limit: Limit
  /// What is left under it, in bytes.
  public let bytes: Int

  package init(limit: Limit, bytes: Int) {
    self.limit = limit
    self.bytes = bytes
  }

  /// What the process itself needs beside what is asked for: threads, heaps, tables.
  package static let reserve = 16 << 20

  /// Reads now. A system that tells nothing has no limit.
  public static var current: MemoryBudget { read() }

  /// - Parameters:
  ///   - root: the file system's root.
  ///   - limits: bytes of `RLIMIT_AS` and `RLIMIT_DATA`; nil is none.
  package static func read(
    root: String = "",
    limits: (addressSpace: UInt64?, data: UInt64?) = (
      limit(__rlimit_resource_t(RLIMIT_AS.rawValue)),
      limit(__rlimit_resource_t(RLIMIT_DATA.rawValue))
    )
  ) -> MemoryBudget {
    var found: [MemoryBudget] = []
    func add(_ limit: Limit, _ total: UInt64?, used: UInt64) {
      guard let total else { return }
      found.append(MemoryBudget(limit: limit, bytes: Int(clamping: total - min(total, used))))
    }
    let machine = keyed(root + "/proc/meminfo")
    add(.machine, machine["MemAvailable"] ?? machine["MemTotal"], used: 0)
    for group in ControlGroup.all(of: .memory, root: root) {
      add(.group, granted(by: group), used: used(by: group))
    }
    let own = keyed(root + "/proc/self/status")
    add(.addressSpace, limits.addressSpace, used: own["VmSize"] ?? 0)
    add(.data, limits.data, used: own["VmData"] ?? 0)
    return found.min { $0.bytes < $1.bytes } ?? MemoryBudget(limit: .machine, bytes: .max)
  }

  /// Says no where `bytes` do not fit.
  ///
  /// - Parameters:
  ///   - share: of what is left that may be taken.
  ///   - subject: what needs it, e.g. `vgg16 at batch 64`.
  ///   - advice: what would do.
  /// - Throws: `MemoryError`.
  public func require(
    _ bytes: Double, for subject: @autoclosure () -> String, share: Double = 1,
    advice: @autoclosure () -> String = "use a smaller batch or resolution"
  ) throws {
    guard self.bytes < .max, bytes + Double(Self.reserve) > share * Double(self.bytes) else {
      return
    }
    let part = share < 1 ? "\(Int(share * 100)) % of the " : ""
    throw MemoryError(
      "\(subject()) needs \(Self.mebibytes(bytes)) MiB of memory, more than \(part)"
        + "\(self.bytes >> 20) MiB that \(limit.rawValue) leaves; \(advice())")
  }

  /// From so many bytes on an allocation is a mapping of its own (glibc's
  /// `DEFAULT_MMAP_THRESHOLD_MAX`): it comes on top of all that is counted as taken, and is zeroed
  /// by the system page by page, beside which reading the limits costs nothing.
  public static let large = 32 << 20

  /// Asks for a large array or buffer, just before it is made. Small ones are not asked for: the
  /// `reserve` stands for them.
  ///
  /// Swift ends the program where an array is refused. So everything whose size depends on what a
  /// user gave goes through this, or through `require` for a whole of many parts.
  ///
  /// - Throws: `MemoryError`.
  public static func claim(
    bytes: @autoclosure () -> Double, for subject: @autoclosure () -> String
  ) throws {
    let bytes = bytes()
    guard bytes >= Double(large) else { return }
    try current.require(bytes, for: subject())
  }

  /// For people: rounded up, so that nothing needs 0.
  private static func mebibytes(_ bytes: Double) -> Int {
    Int((bytes / Double(1 << 20)).rounded(.up))
  }

  private static func granted(by group: ControlGroup) -> UInt64? {
    let name = group.version == .two ? "memory.max" : "memory.limit_in_bytes"
    guard let text = group.text(name)?.trimmingCharacters(in: .whitespacesAndNewlines),
      let bytes = UInt64(text), bytes < 1 << 62
    else { return nil }  // `max`, or version 1's largest number
    return bytes
  }

  /// Without the files' cache, which the kernel drops when memory is needed.
  private static func used(by group: ControlGroup) -> UInt64 {
    let (name, cache) =
      group.version == .two
      ? ("memory.current", ["inactive_file", "active_file"])
      : ("memory.usage_in_bytes", ["total_inactive_file", "total_active_file"])
    let text = group.text(name)?.trimmingCharacters(in: .whitespacesAndNewlines)
    let used = text.flatMap { UInt64($0) } ?? 0
    let files = cache.compactMap { group.value(of: $0, in: "memory.stat") }.reduce(0, &+)
    return used - min(used, files)
  }

  /// `Name: 123 kB` lines, in bytes.
  private static func keyed(_ path: String) -> [String: UInt64] {
    var values: [String: UInt64] = [:]
    for line in SystemFile.text(path)?.split(separator: "\n") ?? [] {
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count == 3, fields[2] == "kB", let value = UInt64(fields[1]) else { continue }
      values[String(fields[0].dropLast())] = value.multipliedReportingOverflow(by: 1024).0
    }
    return values
  }

  private static func limit(_ resource: __rlimit_resource_t) -> UInt64? {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < UInt64(Int64.max) else { return nil }
    return UInt64(limit.rlim_cur)
  }
}

extension Machine {
  /// Bytes that this process may take now: never more than the machine has.
  public var usableMemory: Int {
    let budget = MemoryBudget.current.bytes
    return memoryBytes > 0 ? min(Int(clamping: memoryBytes), budget) : budget
  }
}

/// Work that does not fit into memory: one line saying what, how much, whose limit, what would do.
public struct MemoryError: Error, CustomStringConvertible, Equatable, Sendable {
  public let description: String
  public init(_ description: String) { self.description = description }
}
