import Base

/// What is kept of a series of samples. Unit and order are the samples' own.
public struct SampleSummary: Hashable, Sendable, Codable {
  public var count: Int
  public var median: Double
  /// Of the median (`Statistics.medianInterval`).
  public var interval: Interval
  public var mean: Double
  public var minimum: Double
  public var maximum: Double
  /// nil where there are too few samples (`Statistics.percentile`).
  public var p90: Double?
  public var p99: Double?
  public var interquartileRange: Double
  /// Standard deviation over mean.
  public var variation: Double
  /// Beyond Tukey's fences; they are in all the other numbers.
  public var outliers: Int

  /// nil for no samples, or where one is not a finite number.
  public init?(_ samples: [Double]) {
    guard !samples.isEmpty, samples.allSatisfy(\.isFinite) else { return nil }
    let sorted = samples.sorted()
    count = sorted.count
    median = Statistics.median(sorted)
    interval = Statistics.medianInterval(sorted)
    mean = Statistics.mean(sorted)
    minimum = sorted[0]
    maximum = sorted[sorted.count - 1]
    p90 = Statistics.percentile(sorted, 90)
    p99 = Statistics.percentile(sorted, 99)
    interquartileRange = Statistics.interquartileRange(sorted)
    variation = Statistics.variation(sorted)
    outliers = Statistics.outliers(sorted)
  }

  /// Of times, in milliseconds: as plans, rows and tables have them.
  public init?(milliseconds times: [Nanoseconds]) { self.init(times.map(\.milliseconds)) }
}
