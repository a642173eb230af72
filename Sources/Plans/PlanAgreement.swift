import KernelLibrary
import Measurement

/// How far several tunings of one network chose the same.
public struct PlanAgreement: Sendable {
  /// A layer on whose strategy the plans differ.
  public struct Difference: Sendable {
    public var layer: Int
    public var name: String
    /// What each plan chose, in their order.
    public var choices: [Candidate]
    /// The largest difference in time that the plans know between their choices and the most
    /// frequent strategy: 0.02 is 2 %; nil where they do not say.
    public var gap: Double?
    /// Of no consequence: the times are within `noise`, or their intervals overlap.
    public var isWithinNoise: Bool
  }

  /// What the tuner does not tell apart, twice the races' tie range and the spread between tunings.
  public static let noise = 0.03

  public let plans: Int
  public let layers: Int
  public let differences: [Difference]
  /// Of all pairs of plans and all layers, those with the same strategy.
  public let samePairs: Double
  /// The same of whole candidates, configuration included.
  public let sameCandidatePairs: Double

  /// Layers with one strategy in all plans.
  public var agreeing: Int { layers - differences.count }

  /// - Throws: `PlanError` where there are fewer than two, or they are of different layers.
  public init(_ plans: [Plan]) throws {
    guard plans.count > 1 else { throw PlanError("give at least two plans to compare") }
    let first = plans[0]
    for (index, plan) in plans.enumerated() {
      guard plan.layers.map(\.problem) == first.layers.map(\.problem) else {
        throw PlanError(
          "plan \(index + 1) (\(plan.network.name)) and plan 1 (\(first.network.name)) have "
            + "different layers; give plans of one network")
      }
    }
    self.plans = plans.count
    layers = first.layers.count
    var differences: [Difference] = []
    var (same, sameCandidate, pairs) = (0, 0, 0)
    for layer in first.layers.indices {
      let entries = plans.map { $0.layers[layer] }
      for (index, left) in entries.enumerated() {
        for right in entries.dropFirst(index + 1) {
          pairs += 1
          if left.strategy == right.strategy { same += 1 }
          if left.candidate == right.candidate { sameCandidate += 1 }
        }
      }
      if Set(entries.map(\.strategy)).count > 1 {
        differences.append(Self.difference(layer, entries))
      }
    }
    self.differences = differences
    samePairs = Double(same) / Double(max(pairs, 1))
    sameCandidatePairs = Double(sameCandidate) / Double(max(pairs, 1))
  }

  private static func difference(_ layer: Int, _ entries: [PlanLayer]) -> Difference {
    var count: [String: Int] = [:]
    for entry in entries { count[entry.strategy, default: 0] += 1 }
    let usual = count.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? ""
    let usualEntries = entries.filter { $0.strategy == usual }
    let gaps = entries.filter { $0.strategy != usual }.map { gap($0, usual, usualEntries) }
    return Difference(
      layer: layer, name: entries[0].name, choices: entries.map(\.candidate),
      gap: gaps.compactMap(\.share).max(), isWithinNoise: gaps.allSatisfy(\.isWithinNoise))
  }

  /// Between a plan's choice and the usual strategy: what the plan itself says where it compared
  /// the two, else times of different plans.
  private static func gap(
    _ entry: PlanLayer, _ usual: String, _ others: [PlanLayer]
  ) -> (share: Double?, isWithinNoise: Bool) {
    if let place = entry.network, place.replaced?.strategy == usual, let margin = place.margin {
      return (abs(margin), abs(margin) <= noise)
    }
    if entry.runnerUp?.strategy == usual, let margin = entry.margin {
      return (abs(margin), abs(margin) <= noise)
    }
    func time(_ layer: PlanLayer) -> (ms: Double, interval: Interval)? {
      if let place = layer.network { return (place.medianMs, place.intervalMs) }
      guard let ms = layer.medianMs, let interval = layer.intervalMs else { return nil }
      return (ms, interval)
    }
    let times = others.compactMap(time)
    guard let own = time(entry), !times.isEmpty else { return (nil, false) }
    let share = abs(own.ms / Statistics.median(times.map(\.ms)) - 1)
    let overlaps = times.contains {
      own.interval.low <= $0.interval.high && $0.interval.low <= own.interval.high
    }
    return (share, share <= noise || overlaps)
  }
}
