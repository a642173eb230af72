/// Which worker runs where, and why.
public struct Placement: Codable, Sendable, Hashable {
  /// One worker's place. Worker 0 is the calling thread.
  public struct Slot: Codable, Sendable, Hashable {
    public let worker: Int
    /// The operating system's number of its hardware thread; nil when it is not bound.
    public let cpu: Int?
    /// Index into the machine's cores; nil when it is not bound.
    public let core: Int?
    /// The operating system's number of its NUMA node; nil when it is not bound.
    public let numaNode: Int?
  }

  public let slots: [Slot]
  /// Whether the slots are hardware threads of the system we run on, which can be bound to.
  public let isBindable: Bool
  /// Why this many workers, and why there: sentences for a person.
  public let reasons: [String]

  /// The number of workers.
  public var threads: Int { slots.count }

  /// Whether workers are meant to stay on their hardware threads.
  public var isBound: Bool { slots.contains { $0.cpu != nil } }

  /// Workers that the operating system places. At least one.
  public static func unbound(threads: Int, reasons: [String] = []) -> Placement {
    let slots = (0..<max(threads, 1)).map { Slot(worker: $0, cpu: nil, core: nil, numaNode: nil) }
    return Placement(slots: slots, isBindable: false, reasons: reasons)
  }

  /// The first workers of this placement: what a scaling measurement runs on.
  public func prefix(_ threads: Int) -> Placement {
    Placement(
      slots: Array(slots.prefix(max(threads, 1))), isBindable: isBindable, reasons: reasons)
  }
}

extension Placement: CustomStringConvertible {
  /// Such as `2 threads, core-bound: 0 1`, in the order of the workers.
  public var description: String {
    let count = threads == 1 ? "1 thread" : "\(threads) threads"
    guard isBound else { return "\(count), unbound" }
    return "\(count), core-bound: \(cpuText)"
  }

  /// The hardware threads in the order of the workers; steady runs as `0-7` or `0-126 step 2`.
  private var cpuText: String {
    let cpus = slots.compactMap(\.cpu)
    var parts: [String] = []
    var index = 0
    while index < cpus.count {
      var end = index
      let step = index + 1 < cpus.count ? cpus[index + 1] - cpus[index] : 0
      while end + 1 < cpus.count, step > 0, cpus[end + 1] - cpus[end] == step { end += 1 }
      let length = end - index + 1
      if step == 1, length >= 3 {
        parts.append("\(cpus[index])-\(cpus[end])")
      } else if length >= 4 {
        parts.append("\(cpus[index])-\(cpus[end]) step \(step)")
      } else {
        end = index
        parts.append("\(cpus[index])")
      }
      index = end + 1
    }
    return parts.joined(separator: " ")
  }
}
