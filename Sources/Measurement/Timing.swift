import Base

/// What was timed, with the speed probes around it.
///
/// `Value` is what the timing gave: `Nanoseconds`, or a list of them by layer.
public struct Timing<Value: Sendable>: Sendable {
  public var value: Value
  /// The speed probes beside it; nil where none was taken.
  public var speedBefore: Gflops?
  public var speedAfter: Gflops?
  /// One of them said that the machine was slowed.
  public var isDisturbed: Bool

  public init(
    _ value: Value, speedBefore: Gflops? = nil, speedAfter: Gflops? = nil,
    isDisturbed: Bool = false
  ) {
    self.value = value
    self.speedBefore = speedBefore
    self.speedAfter = speedAfter
    self.isDisturbed = isDisturbed
  }
}

/// One time, with the conditions under which it was taken: what a store keeps.
public struct Sample: Hashable, Sendable {
  public var time: Nanoseconds
  /// The speed probes around it; nil where they were not kept.
  public var speedBefore: Gflops?
  public var speedAfter: Gflops?
  /// Whether a probe said that the machine was slowed; nil where that was not kept.
  public var isDisturbed: Bool?

  public init(
    _ time: Nanoseconds, speedBefore: Gflops? = nil, speedAfter: Gflops? = nil,
    isDisturbed: Bool? = nil
  ) {
    self.time = time
    self.speedBefore = speedBefore
    self.speedAfter = speedAfter
    self.isDisturbed = isDisturbed
  }

  public init(_ timing: Timing<Nanoseconds>) {
    self.init(
      timing.value, speedBefore: timing.speedBefore, speedAfter: timing.speedAfter,
      isDisturbed: timing.isDisturbed)
  }

  /// Of the machine beside it: the mean of both probes.
  public var speed: Gflops? {
    guard let speedBefore, let speedAfter else { return nil }
    return (speedBefore + speedAfter) / 2
  }
}

/// Takes a timing again while the machine is slowed, as far as it goes, and counts how often.
public struct Retries: Sendable {
  /// How often one timing is taken again at most.
  public let limit: Int
  /// Timings that were taken again.
  public private(set) var discarded = 0
  /// Timings that count although the machine was slowed: every retry was, too.
  public private(set) var disturbed = 0

  public init(_ limit: Int = MeasurementRules.retries) { self.limit = max(limit, 0) }

  /// - Returns: the first timing that was not disturbed, or the last.
  public mutating func take<Value>(
    _ timing: () throws -> Timing<Value>
  ) rethrows -> Timing<Value> {
    for _ in 0..<limit {
      let result = try timing()
      if !result.isDisturbed { return result }
      discarded += 1
    }
    let result = try timing()
    if result.isDisturbed { disturbed += 1 }
    return result
  }
}
