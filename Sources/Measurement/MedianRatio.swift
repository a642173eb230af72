import Foundation

/// The ratio of two medians with an interval that assumes no distribution: that of Bonett and
/// Price, "Confidence intervals for ratios of means and medians", 2020.
///
/// The logarithm of a sample median has a standard error that two order statistics tell: as many
/// standard normal deviations as the binomial distribution puts between them.
public struct MedianRatio: Hashable, Sendable {
  public let ratio: Double
  /// Of the ratio's logarithm; nil where a side has a single sample.
  public let logError: Double?

  /// Of the 95 % interval of a normal distribution.
  private static let deviations = normalQuantile(0.5 + MeasurementRules.confidence / 2)

  /// nil unless every sample is a positive number and both sides have some.
  ///
  /// - Parameter ratio: of the medians of more samples than these, where those are known.
  public init?(
    _ numerator: [Double], over denominator: [Double], ratio known: Double? = nil
  ) {
    guard !numerator.isEmpty, !denominator.isEmpty,
      (numerator + denominator).allSatisfy({ $0.isFinite && $0 > 0 })
    else { return nil }
    ratio = known ?? Statistics.median(numerator) / Statistics.median(denominator)
    guard ratio.isFinite, ratio > 0 else { return nil }
    let errors = [numerator, denominator].map(Self.logError)
    logError = errors[0].flatMap { first in
      errors[1].map { second in (first * first + second * second).squareRoot() }
    }
  }

  private init(logRatio: Double, logError: Double?) {
    ratio = exp(logRatio)
    self.logError = logError
  }

  /// nil where the error is unknown.
  public var interval: Interval? {
    logError.map {
      let factor = exp(Self.deviations * $0)
      return Interval(low: ratio / factor, high: ratio * factor)
    }
  }

  /// The geometric mean of independent ratios. Its interval is about how well these ratios are
  /// known, not about what others would be. nil for none.
  public static func geometricMean(_ ratios: [MedianRatio]) -> MedianRatio? {
    guard !ratios.isEmpty else { return nil }
    let count = Double(ratios.count)
    let errors = ratios.compactMap(\.logError)
    let error = errors.reduce(0) { $0 + $1 * $1 }.squareRoot() / count
    return MedianRatio(
      logRatio: ratios.reduce(0) { $0 + log($1.ratio) } / count,
      logError: errors.count == ratios.count ? error : nil)
  }

  private static func logError(_ samples: [Double]) -> Double? {
    let n = samples.count
    guard n > 1 else { return nil }
    let sorted = samples.sorted()
    let rank = max(1, Int((Double(n) / 2 - Double(n).squareRoot()).rounded()))
    let deviations = normalQuantile(1 - Statistics.binomialBelow(rank, of: n))
    return log(sorted[n - rank] / sorted[rank - 1]) / (2 * deviations)
  }

  /// Where the standard normal distribution reaches a probability above one half.
  private static func normalQuantile(_ probability: Double) -> Double {
    var (low, high) = (0.0, 40.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      let isBelow = 1 - erfc(middle / 2.0.squareRoot()) / 2 < probability
      (low, high) = isBelow ? (middle, high) : (low, middle)
    }
    return (low + high) / 2
  }
}

extension Statistics {
  /// P(Binomial(n, ½) < k).
  static func binomialBelow(_ k: Int, of n: Int) -> Double {
    (0..<k).reduce(0) { $0 + exp(logBinomial(n, $1) - Double(n) * log(2)) }
  }
}
