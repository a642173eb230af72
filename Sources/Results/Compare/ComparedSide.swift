import Measurement

/// What one file has on one subject: its newest run, and the other runs with the same settings.
public struct ComparedSide: Sendable {
  /// Of the newest run.
  public let identity: RunIdentity
  public let runs: Int
  /// Milliseconds of all runs, or times what they are normalised by; none where a run has none.
  let samples: [Double]
  public var sampleCount: Int { samples.count }
  /// Median of the runs' medians, milliseconds.
  public let ms: Double
  /// The same in the unit of the samples.
  let median: Double
  /// Median over the runs.
  public let peakGflops: Double?
  public let gflops: Double?
  /// What times are multiplied with (`Normalisation`), the median over the runs; nil for plain times.
  let capacity: Double?
  /// The largest A/A difference that was seen: within a run, or between the medians of runs.
  public let noiseFloor: Double?
  /// The worst of the runs.
  public let validity: Validity
  /// Rows that were not pooled with the newest.
  let leftOut: LeftOut

  public var percentOfPeak: Double? {
    gflops.flatMap { gflops in peakGflops.map { 100 * gflops / $0 } }
  }

  /// The speed by what it is normalised with, in its unit.
  func speed(per kind: Normalisation.Kind) -> Double? {
    kind == .peak
      ? percentOfPeak : gflops.flatMap { gflops in capacity.map { gflops / $0 } }
  }

  /// - Parameters:
  ///   - rows: at least one.
  ///   - rules: where they normalise, samples are multiplied with what their run had; nil where it is
  ///     not known of one.
  init?(_ rows: [MeasuredRow], _ rules: ComparisonRules) {
    let isNewestOnly = rules.isNewestOnly
    // Rows are appended: the last is the newest, whatever clocks said.
    guard let newest = rows.last else { return nil }
    let pool = RunPool(rows, poolable: rules.pooled)
    let kept =
      isNewestOnly ? rows.filter { $0.identity.run == newest.identity.run } : pool.rows
    let capacities = kept.map { row in rules.per.map { $0.capacity(row) } ?? 1 }
    let factors = capacities.compactMap(\.self)
    guard factors.count == kept.count else { return nil }
    identity = newest.identity
    runs = kept.count
    leftOut =
      isNewestOnly ? LeftOut(rows: rows.count - kept.count) : pool.leftOut
    let hasSamples = kept.allSatisfy { !$0.samples.isEmpty }
    samples =
      hasSamples
      ? zip(kept, factors).flatMap { row, factor in row.samples.map { $0 * factor } } : []
    let medians = zip(kept, factors).map { $0.ms * $1 }
    capacity = rules.per.map { _ in Statistics.median(factors) }
    ms = Statistics.median(kept.map(\.ms))
    median = Statistics.median(medians)
    peakGflops = Self.median(kept.map(\.peakGflops))
    gflops = Self.median(kept.map(\.gflops))
    validity = kept.map(\.validity).max { $0.label < $1.label } ?? .valid
    let within = kept.flatMap { $0.noiseFloors }
    let between =
      kept.count > 1 ? [(medians.max() ?? 1) / (medians.min() ?? 1) - 1] : []
    noiseFloor = (within + between).max()
  }

  private static func median(_ values: [Double?]) -> Double? {
    let known = values.compactMap { $0 }
    return known.count == values.count ? Statistics.median(known) : nil
  }
}
