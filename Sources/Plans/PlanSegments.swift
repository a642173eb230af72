import Execution
import KernelLibrary
import Measurement

/// Parts of a network that several plans can be compared in: a layer, or the layers that any of the
/// plans computes together (overlapping blocks united).
public struct PlanSegments: Sendable {
  /// Of all layers, in the order of execution.
  public let ranges: [ClosedRange<Int>]
  public let plans: [Plan]

  /// - Throws: `PlanError` where the plans are of different layers.
  public init(_ plans: [Plan], names: [String]) throws {
    guard let first = plans.first else { throw PlanError("give a plan") }
    for (plan, name) in zip(plans, names).dropFirst() {
      let isSame =
        plan.layers.count == first.layers.count
        && zip(plan.layers, first.layers).allSatisfy {
          $0.workload == $1.workload
        }
      guard isSame else {
        throw PlanError(
          "\(name) (\(plan.network.name), batch \(plan.network.batch)) and \(names[0]) "
            + "(\(first.network.name), batch \(first.network.batch)) have different layers; give "
            + "plans of one network")
      }
    }
    var blocks: [ClosedRange<Int>] = []
    let all = plans.flatMap { $0.fusions.map(\.fusion.layers) }
    for range in all.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = blocks.last, last.upperBound >= range.lowerBound {
        blocks[blocks.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        blocks.append(range)
      }
    }
    var ranges: [ClosedRange<Int>] = []
    for layer in first.layers.indices {
      let block = blocks.first { $0.contains(layer) }
      if block == nil || block?.lowerBound == layer { ranges.append(block ?? layer...layer) }
    }
    self.ranges = ranges
    self.plans = plans
  }

  /// Such as `conv1` or `layer1.conv1..layer1.conv2`.
  public func name(_ range: ClosedRange<Int>) -> String {
    let layers = plans[0].layers
    return range.count == 1
      ? layers[range.lowerBound].name
      : "\(layers[range.lowerBound].name)..\(layers[range.upperBound].name)"
  }
}

extension Plan {
  /// What a plan computes with one step: a layer, or a fused block.
  public struct Part: Sendable {
    public let layers: ClosedRange<Int>
    /// nil for a layer on its own.
    public let fusion: PlanFusion?
    /// A block's is `fused(band=8)`.
    public let candidate: Candidate
    /// Milliseconds within the network, else in isolation, as the plan has them.
    public let ms: Double?
  }

  /// In the order of execution.
  public var parts: [Part] {
    var parts: [Part] = []
    for (index, layer) in layers.enumerated() {
      if let fusion = fusions.first(where: { $0.fusion.layers.contains(index) }) {
        guard index == fusion.firstLayer else { continue }
        parts.append(
          Part(
            layers: fusion.fusion.layers, fusion: fusion,
            candidate: Candidate(
              strategy: Fusion.strategy, configuration: Configuration(["band": fusion.band])),
            ms: fusion.medianMs))
      } else {
        parts.append(
          Part(
            layers: index...index, fusion: nil, candidate: layer.candidate,
            ms: layer.network?.medianMs ?? layer.medianMs))
      }
    }
    return parts
  }
}

/// Two plans of one network, part by part.
public struct PlanDiff: Sendable {
  public struct Row: Sendable {
    public let layers: ClosedRange<Int>
    public let name: String
    /// Of either plan; several where the other has a block.
    public let candidates: [[Candidate]]
    /// As each plan has it, of its own machine, milliseconds; nil where it does not.
    public let ms: [Double?]
    public var isSame: Bool { candidates[0] == candidates[1] }

    /// Of either plan, whole: `direct(columns=2) + pointwise(chunk=4)`.
    public var choices: [String] {
      candidates.map { $0.map(\.description).joined(separator: " + ") }
    }

    /// Of either plan, what tells it from the other: the strategies, or of one strategy the
    /// parameters that differ, as `pointwise chunk=4` and `pointwise chunk=8`.
    public var differences: [String] {
      guard candidates.allSatisfy({ $0.count == 1 }),
        candidates[0][0].strategy == candidates[1][0].strategy
      else {
        return candidates.map { $0.map(\.strategy).joined(separator: " + ") }
      }
      let values = candidates.map { $0[0].configuration.values }
      return zip(candidates, [values[1], values[0]]).map { own, other in
        let differing = own[0].configuration.values.filter { other[$0.key] != $0.value }
        return "\(own[0].strategy) \(Configuration(differing))"
      }
    }
  }

  public let rows: [Row]

  /// - Throws: `PlanError` where they are of different layers.
  public init(_ first: Plan, _ second: Plan, names: [String]) throws {
    let plans = [first, second]
    let segments = try PlanSegments(plans, names: names)
    let parts = plans.map(\.parts)
    rows = segments.ranges.map { range in
      let inside = parts.map { $0.filter { range.contains($0.layers.lowerBound) } }
      return Row(
        layers: range, name: segments.name(range),
        candidates: inside.map { $0.map(\.candidate) },
        ms: inside.map { parts in
          let known = parts.compactMap(\.ms)
          return known.count == parts.count ? known.reduce(0, +) : nil
        })
    }
  }

  public var different: [Row] { rows.filter { !$0.isSame } }
}
