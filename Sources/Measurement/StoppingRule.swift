import Base

/// When a series of samples has come to its end: after so many seconds, or when the median is known
/// well enough.
///
/// Whoever looks after every sample whether the interval is narrow enough by now stops at a moment
/// when it happens to be: so the looks are few (`isLook`), and there is a least number of samples.
/// Samples of one moment agree with each other more than with those of the next, so they also have
/// to be of half a second.
public struct StoppingRule: Hashable, Sendable {
  /// Seconds of samples; with a precision they do not matter.
  public var seconds: Double
  /// Half the width of the median's interval over the median: 0.01 is ±1 %. nil asks for none.
  public var precision: Double?
  public var leastSamples: Int
  /// The end in any case; nil where nothing but the seconds is asked for.
  public var mostSeconds: Double?

  /// With a precision.
  public static let usualLeastSamples = 30
  public static let usualMostSeconds = 60.0

  /// So many seconds, whatever they bring.
  public init(seconds: Double) {
    self.seconds = seconds
    leastSamples = 1
  }

  /// - Parameters:
  ///   - leastSamples: nil is `usualLeastSamples` with a precision, else 1.
  ///   - mostSeconds: nil is `usualMostSeconds`, or `seconds` if that is more.
  public init(
    seconds: Double, precision: Double?, leastSamples: Int? = nil, mostSeconds: Double? = nil
  ) {
    self.seconds = seconds
    self.precision = precision
    self.leastSamples = leastSamples ?? (precision == nil ? 1 : Self.usualLeastSamples)
    guard precision != nil || leastSamples != nil || mostSeconds != nil else { return }
    self.mostSeconds = mostSeconds ?? max(Self.usualMostSeconds, seconds)
  }

  /// With a precision, at least.
  static let leastSeconds = 0.5

  /// Whether a series of so many seconds that was looked at with `last` samples is to be looked at
  /// again: each time it has grown by a tenth.
  public func isLook(_ count: Int, last: Int, seconds: Double) -> Bool {
    count >= leastSamples && Double(count) >= 1.1 * Double(last)
      && (precision == nil || seconds >= Self.leastSeconds)
  }

  /// What the samples are known to.
  public func outcome(_ samples: [Nanoseconds]) -> PrecisionOutcome? {
    guard let precision, let summary = SampleSummary(milliseconds: samples) else { return nil }
    return PrecisionOutcome(
      target: precision, halfWidth: summary.relativeHalfWidth,
      isReached: summary.relativeHalfWidth <= precision && summary.count >= leastSamples)
  }
}

/// Whether a median is known as well as it was asked for.
public struct PrecisionOutcome: Hashable, Sendable, Codable {
  /// Shares of the median, as `StoppingRule.precision`.
  public var target: Double
  public var halfWidth: Double
  public var isReached: Bool

  public init(target: Double, halfWidth: Double, isReached: Bool) {
    self.target = target
    self.halfWidth = halfWidth
    self.isReached = isReached
  }
}

extension SampleSummary {
  /// Half the width of the median's interval over the median; 0 for a single sample would be a lie,
  /// so infinite for fewer than two.
  public var relativeHalfWidth: Double {
    count > 1 && median > 0 ? (interval.high - interval.low) / 2 / median : .infinity
  }
}
