import Measurement

/// One network or problem in the baseline and in another file.
public struct ComparedRow: Sendable {
  /// The values of the fields that were matched by.
  public let key: [String]
  public let baseline: ComparedSide
  public let file: ComparedSide
  /// Baseline's median over the file's: above 1 the file is faster.
  public let speed: MedianRatio
  /// Of the two series of samples (Mann–Whitney); nil for too few.
  public let pValue: Double?
  /// The same after Holm's correction over all rows.
  public internal(set) var correctedP: Double?
  /// A/A difference that both sides are known to show, as a fraction.
  public let noiseFloor: Double
  private let rules: ComparisonRules

  private var judgement: Judgement {
    Judgement(
      speed: speed, correctedP: correctedP, noiseFloor: noiseFloor,
      leastChange: max(ComparisonRules.leastChange, rules.gate(of: baseline.identity.network)),
      tolerance: rules.tolerance(of: baseline.identity.network))
  }

  /// How much the slower takes longer than the faster.
  public var change: Double { judgement.change }
  /// The least change that counts, as a fraction of the slower over the faster.
  public var threshold: Double { judgement.threshold }
  public var verdict: Verdict { judgement.verdict }
  /// What would decide an undecided row; nil for others.
  public var remedy: Remedy? { judgement.remedy }

  /// nil where a ratio cannot be formed.
  init?(
    key: [String], baseline: ComparedSide, file: ComparedSide, rules: ComparisonRules
  ) {
    let samples = [baseline, file].map { $0.samples.isEmpty ? [$0.median] : $0.samples }
    guard
      let speed = MedianRatio(samples[0], over: samples[1], ratio: baseline.median / file.median)
    else { return nil }
    self.key = key
    self.baseline = baseline
    self.file = file
    self.speed = speed
    let isTestable = [baseline, file].allSatisfy {
      $0.samples.count >= ComparisonRules.leastSamples
    }
    pValue = isTestable ? Statistics.mannWhitney(baseline.samples, file.samples) : nil
    var floors = [baseline.noiseFloor, file.noiseFloor].compactMap { $0 }
    if rules.per?.kind != .peak {
      floors += [Self.speedDifference(baseline, file)].compactMap { $0 }
    }
    noiseFloor = floors.max() ?? 0
    self.rules = rules
  }

  /// How far the machine's own speed differed, where it is one machine under one load; else nil.
  private static func speedDifference(_ left: ComparedSide, _ right: ComparedSide) -> Double? {
    guard left.identity.machineID == right.identity.machineID,
      left.identity.isa == right.identity.isa, left.identity.threads == right.identity.threads,
      let first = left.peakGflops, let second = right.peakGflops, first > 0, second > 0
    else { return nil }
    return max(first / second, second / first) - 1
  }
}

/// How a comparison is made.
public struct ComparisonRules: Sendable {
  public var fields: [MatchField]
  /// What times are normalised by; nil compares them as they are.
  public var per: Normalisation?
  /// Whether the newest run of each file counts alone.
  public var isNewestOnly: Bool
  /// Fields that may differ between runs that are pooled.
  public var pooled: Set<MatchField>
  /// Changes up to this fraction do not count.
  public var gate: Double
  /// The same for some networks, by name.
  public var gates: [String: Double] = [:]
  /// What rows that are called equal differ by at most, as a fraction: the gate where there is one.
  public var tolerance: Double { gate > 0 ? max(gate, Self.leastChange) : asked }
  private var asked: Double

  func gate(of network: String) -> Double { gates[network] ?? gate }

  func tolerance(of network: String) -> Double {
    gates[network].map { max($0, Self.leastChange) } ?? tolerance
  }

  public static let usualTolerance = 0.05
  /// Nor do smaller ones, whatever the samples say.
  public static let leastChange = 0.02
  /// On both sides; with three each, the test's least p-value is 0.1.
  public static let leastSamples = 4

  public init(
    fields: [MatchField], per: Normalisation? = nil, isNewestOnly: Bool = false,
    pooled: Set<MatchField> = [], gate: Double = 0,
    tolerance: Double = ComparisonRules.usualTolerance
  ) {
    self.pooled = pooled
    self.fields = fields
    self.per = per
    self.isNewestOnly = isNewestOnly
    self.gate = gate
    asked = max(tolerance, Self.leastChange)
  }
}
