/// One time of a candidate, with the conditions under which it was taken.
public struct StoredSample: Hashable, Sendable {
  public var nanoseconds: Double
  /// GFLOP/s of the speed probes around it; nil where they were not kept.
  public var speedBefore: Double?
  public var speedAfter: Double?
  /// Whether a probe said that the machine was slowed; nil where that was not kept.
  public var isDisturbed: Bool?

  public init(
    _ nanoseconds: Double, speedBefore: Double? = nil, speedAfter: Double? = nil,
    isDisturbed: Bool? = nil
  ) {
    self.nanoseconds = nanoseconds
    self.speedBefore = speedBefore
    self.speedAfter = speedAfter
    self.isDisturbed = isDisturbed
  }

  /// As stores and exports have it: reading it back and writing it again changes nothing.
  ///
  /// Half nanoseconds are the median of an even number of runs.
  var rounded: StoredSample {
    func speed(_ value: Double) -> Double { (value * 100).rounded() / 100 }
    return StoredSample(
      (nanoseconds * 2).rounded() / 2, speedBefore: speedBefore.map(speed),
      speedAfter: speedAfter.map(speed), isDisturbed: isDisturbed)
  }

  /// This time, under these conditions as far as it says none of its own.
  func under(_ other: StoredSample) -> StoredSample {
    StoredSample(
      nanoseconds, speedBefore: speedBefore ?? other.speedBefore,
      speedAfter: speedAfter ?? other.speedAfter, isDisturbed: isDisturbed ?? other.isDisturbed)
  }
}
