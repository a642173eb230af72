import Base
import Foundation

/// An interval that a quantity lies in, both ends included.
public struct Interval: Hashable, Sendable, Codable {
  public var low: Double
  public var high: Double

  public init(low: Double, high: Double) {
    self.low = low
    self.high = high
  }
}

/// Order statistics of samples. Every function takes them in any order and of any unit, and gives
/// `nan` for no samples at all unless it says otherwise.
public enum Statistics {
  public static func mean(_ samples: [Double]) -> Double {
    samples.reduce(0, +) / Double(samples.count)
  }

  /// The corrected standard deviation; 0 for fewer than two samples.
  public static func deviation(_ samples: [Double]) -> Double {
    guard samples.count > 1 else { return 0 }
    let mean = mean(samples)
    let squares = samples.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(samples.count - 1)).squareRoot()
  }

  /// Deviation over mean; 0 where the mean is 0.
  public static func variation(_ samples: [Double]) -> Double {
    let mean = mean(samples)
    return mean == 0 ? 0 : deviation(samples) / abs(mean)
  }

  public static func median(_ samples: [Double]) -> Double { quantile(samples, 0.5) }

  public static func median<Value: Quantity>(_ samples: [Value]) -> Value {
    Value(median(samples.map(\.value)))
  }

  /// The quantile at `fraction` from 0 to 1, interpolated between the neighbouring samples
  /// (Hyndman and Fan's definition 7).
  public static func quantile(_ samples: [Double], _ fraction: Double) -> Double {
    quantile(sorted: samples.sorted(), fraction)
  }

  static func quantile(sorted: [Double], _ fraction: Double) -> Double {
    guard let last = sorted.last else { return .nan }
    let position = min(max(fraction, 0), 1) * Double(sorted.count - 1)
    let index = Int(position)
    guard index + 1 < sorted.count else { return last }
    return sorted[index] + (position - Double(index)) * (sorted[index + 1] - sorted[index])
  }

  /// A percentile that the sample count supports: at least two samples must lie beyond it, else
  /// nil. The 90th needs 20 samples, the 99th 200.
  public static func percentile(_ samples: [Double], _ percent: Double) -> Double? {
    let beyond = Double(samples.count) * (100 - percent) / 100
    guard beyond >= MeasurementRules.percentileSamples - 1e-9 else { return nil }
    return quantile(samples, percent / 100)
  }

  public static func interquartileRange(_ samples: [Double]) -> Double {
    let sorted = samples.sorted()
    return quantile(sorted: sorted, 0.75) - quantile(sorted: sorted, 0.25)
  }

  /// Samples more than 1.5 interquartile ranges beyond the quartiles (Tukey's fences). They are
  /// counted, never removed.
  public static func outliers(_ samples: [Double]) -> Int {
    guard samples.count >= 4 else { return 0 }
    let sorted = samples.sorted()
    let (low, high) = (quantile(sorted: sorted, 0.25), quantile(sorted: sorted, 0.75))
    let reach = MeasurementRules.outlierReach * (high - low)
    return sorted.count { $0 < low - reach || $0 > high + reach }
  }

  /// A confidence interval of the median that assumes no distribution: the order statistics `k`
  /// and `n + 1 - k` with the largest `k` that covers the median with at least this probability.
  /// Fewer than six samples cannot cover 95 %; then it is the range of the samples.
  public static func medianInterval(
    _ samples: [Double], confidence: Double = MeasurementRules.confidence
  ) -> Interval {
    let sorted = samples.sorted()
    guard let first = sorted.first, let last = sorted.last else {
      return Interval(low: .nan, high: .nan)
    }
    // P(the median lies below the k-th smallest) = P(Binomial(n, 1/2) < k).
    let n = sorted.count
    var below = 0.0
    var k = 0
    while k < n / 2 {
      below += exp(logBinomial(n, k) - Double(n) * log(2))
      if 2 * below > 1 - confidence { break }
      k += 1
    }
    return k == 0
      ? Interval(low: first, high: last) : Interval(low: sorted[k - 1], high: sorted[n - k])
  }

  static func logBinomial(_ n: Int, _ k: Int) -> Double {
    lgamma(Double(n + 1)) - lgamma(Double(k + 1)) - lgamma(Double(n - k + 1))
  }

  /// Wilson's 95 % interval of a share: `successes` of `count`; from 0 to 1 for no trial.
  public static func wilsonInterval(_ successes: Int, of count: Int) -> Interval {
    guard count > 0 else { return Interval(low: 0, high: 1) }
    let z = 1.959964
    let n = Double(count)
    let share = Double(successes) / n
    let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    let reach =
      z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    return Interval(low: max(0, centre - reach), high: min(1, centre + reach))
  }

  /// The geometric mean of positive values.
  public static func geometricMean(_ values: [Double]) -> Double {
    exp(mean(values.map { log($0) }))
  }
}
