import Measurement

/// What one file has on one subject: its newest run, and the other runs with the same settings.
public struct ComparedSide: Sendable {
  /// Of the newest run.
  public let identity: RunIdentity
  public let runs: Int
  /// Milliseconds of all runs, or milliseconds × peak where efficiency is compared; none where a
  /// run has none.
  let samples: [Double]
  public var sampleCount: Int { samples.count }
  /// Median of the runs' medians, milliseconds.
  public let ms: Double
  /// The same in the unit of the samples.
  let median: Double
  /// Median over the runs.
  public let peakGflops: Double?
  public let gflops: Double?
  /// The largest A/A difference that was seen: within a run, or between the medians of runs.
  public let noiseFloor: Double?
  /// The worst of the runs.
  public let validity: Validity
  /// Rows of other settings that were left out.
  let leftOut: Int

  public var percentOfPeak: Double? {
    gflops.flatMap { gflops in peakGflops.map { 100 * gflops / $0 } }
  }

  /// - Parameters:
  ///   - rows: at least one.
  ///   - isNewestOnly: no other runs.
  ///   - isNormalised: samples are multiplied with the peak of their run; nil where one has none.
  init?(_ rows: [MeasuredRow], isNewestOnly: Bool, isNormalised: Bool) {
    // Rows are appended: the last is the newest, whatever clocks said.
    guard let newest = rows.last else { return nil }
    let kept = rows.filter {
      isNewestOnly
        ? $0.identity.run == newest.identity.run
        : RunSettings($0.identity) == RunSettings(newest.identity)
    }
    guard !isNormalised || kept.allSatisfy({ ($0.peakGflops ?? 0) > 0 }) else { return nil }
    identity = newest.identity
    runs = kept.count
    leftOut = rows.count - kept.count
    let factor = { (row: MeasuredRow) in isNormalised ? row.peakGflops ?? 1 : 1 }
    let hasSamples = kept.allSatisfy { !$0.samples.isEmpty }
    samples =
      hasSamples
      ? kept.flatMap { row in row.samples.map { $0 * factor(row) } }
      : []
    let medians = kept.map { $0.ms * factor($0) }
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

/// Runs with the same settings measure the same thing.
struct RunSettings: Hashable {
  private let texts: [String]
  private let threads: Int

  init(_ identity: RunIdentity) {
    texts = [
      identity.tool, identity.toolVersion, identity.machineID, identity.isa, identity.binding,
      identity.choice,
    ]
    threads = identity.threads
  }
}
