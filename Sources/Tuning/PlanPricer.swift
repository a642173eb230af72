import Base
import Convolution
import KernelLibrary
import Measurement
import Plans
import Races
import Store
import Topology

/// What a plan would cost on a machine, by what a store has of that machine. Nothing is measured.
///
/// A layer's time is that of its candidate in races within this network; else of its isolated races,
/// times how much longer candidates of that layer took in the network than alone, where that is
/// known. Times are ratios to the winner of a race times its median: samples of common rounds.
public struct PlanPricer {
  public let machine: MachineFingerprint
  public let isa: InstructionSet
  public let threads: Int
  public let smt: Bool
  /// Finished races of that machine, instruction set and number of threads.
  public private(set) var races = 0
  /// Which kernels they are of: this program's, or where it has fewer races there, earlier ones.
  public let kernels: KernelSignature

  private struct Place: Hashable {
    /// `LoweredNetwork.identity` without the name.
    var network: String
    var shape: Workload
  }

  private struct Block: Hashable {
    var network: String
    var lastLayer: Int
  }

  private var isolated: [Workload: [StoredRace]] = [:]
  private var inNetwork: [Place: [StoredRace]] = [:]
  private var blocks: [Block: [StoredRace]] = [:]

  /// - Throws: `StoreError`.
  public init(
    store: Store, machine: MachineFingerprint, isa: InstructionSet, threads: Int, smt: Bool = false
  ) throws {
    self.machine = machine
    self.isa = isa
    self.threads = threads
    self.smt = smt
    var filter = RaceFilter()
    filter.machine = machine.id
    var found: [(key: RaceKey, race: StoredRace)] = []
    try store.forEachRace(filter) { _, record in
      let key = record.key
      guard key.machine == machine.id, key.isa == isa, key.team.count == threads,
        key.team.smt == smt, key.cacheState == .network, !record.isSuperseded,
        let race = record.stored
      else { return }
      found.append((key, race))
    }
    kernels = .prevailing(among: found.filter { $0.key.subject == .isolated }.map(\.key.kernels))
    for (key, race) in found where key.kernels.agrees(with: kernels) {
      races += 1
      let shape = key.workload
      switch key.subject {
      case .isolated: isolated[shape, default: []].append(race)
      case .inNetwork(let network, _):
        inNetwork[Place(network: Self.hash(network), shape: shape), default: []].append(race)
      case .block(let network, let layer, _):
        blocks[Block(network: Self.hash(network), lastLayer: layer), default: []].append(race)
      }
    }
  }

  private static func hash(_ identity: String) -> String {
    String(identity.split(separator: "#").last ?? "")
  }

  /// The plan's price, part by part.
  public func price(_ plan: Plan) -> PlanPrice {
    let network = shortHash(
      plan.layers.map { "\($0.problem.text(.legacy)) \($0.epilogue);" }.joined())
    let parts = plan.parts.map { part -> PlanPrice.Part in
      guard let fusion = part.fusion else {
        let (ms, source) = time(plan.layers[part.layers.lowerBound], network)
        return PlanPrice.Part(part: part, ms: ms, source: source)
      }
      if let ms = time(fusion, network) {
        return PlanPrice.Part(part: part, ms: ms, source: .block)
      }
      let apart = plan.layers[fusion.fusion.layers].map { time($0, network).ms }
      let known = apart.compactMap { $0 }
      guard known.count == apart.count else {
        return PlanPrice.Part(part: part, ms: nil, source: .unknown)
      }
      return PlanPrice.Part(part: part, ms: known.reduce(0, +), source: .apart)
    }
    return PlanPrice(parts: parts)
  }

  private func time(_ layer: PlanLayer, _ network: String) -> (ms: Double?, PlanPrice.Source) {
    let shape = layer.workload
    let alone = Self.times(isolated[shape] ?? [])
    let within = Self.times(inNetwork[Place(network: network, shape: shape)] ?? [])
    if let time = within[layer.candidate] { return (time.ms, .inNetwork) }
    guard let time = alone[layer.candidate] else { return (nil, .unknown) }
    let factors = within.compactMap { candidate, time in alone[candidate].map { time.ms / $0.ms } }
    guard !factors.isEmpty else { return (time.ms, time.isRaced ? .isolated : .probed) }
    return (time.ms * Statistics.median(factors), time.isRaced ? .scaled : .probed)
  }

  private func time(_ fusion: PlanFusion, _ network: String) -> Double? {
    Self.times(blocks[Block(network: network, lastLayer: fusion.lastLayer)] ?? [])[
      fusion.fusion.candidate]?
      .ms
  }

  /// Milliseconds of each candidate, the lower median over the races that count: those with the best
  /// label of all that had this candidate. A doubtful time is still known.
  private static func times(_ races: [StoredRace]) -> [Candidate: (ms: Double, isRaced: Bool)] {
    var result: [Candidate: (ms: Double, isRaced: Bool)] = [:]
    let labels = Dictionary(grouping: races, by: \.validity.label).sorted { $0.key < $1.key }
    for (_, races) in labels {
      result.merge(medians(races)) { better, _ in better }
    }
    return result
  }

  private static func medians(_ races: [StoredRace]) -> [Candidate: (ms: Double, isRaced: Bool)] {
    var found: [Candidate: [(ms: Double, isRaced: Bool)]] = [:]
    for race in races {
      guard let winner = race.outcome.winner, winner.median < .infinity else { continue }
      for standing in race.outcome.standings
      where !standing.samples.isEmpty && standing.place != .rejected {
        let ratio = standing.ratio ?? standing.median / winner.median
        found[standing.candidate, default: []].append(
          ((ratio * winner.median).milliseconds, standing.samples.count > 1))
      }
    }
    return found.compactMapValues { all in
      let raced = all.filter(\.isRaced)
      let counting = (raced.isEmpty ? all : raced).sorted { $0.ms < $1.ms }
      return counting.isEmpty ? nil : counting[(counting.count - 1) / 2]
    }
  }
}

/// What a plan costs somewhere, and how well that is known.
public struct PlanPrice: Sendable {
  /// Where a time is from, the best evidence first.
  public enum Source: String, Sendable, CaseIterable {
    case inNetwork = "in the network"
    case block = "fused, in the network"
    case scaled = "alone, scaled"
    case isolated = "alone"
    /// A block that was never timed there: its layers one after the other.
    case apart = "layers apart"
    /// A single run that did not get into the race.
    case probed
    case unknown
  }

  public struct Part: Sendable {
    public let part: Plan.Part
    /// nil where it is unknown.
    public let ms: Double?
    public let source: Source
  }

  /// In the order of execution.
  public let parts: [Part]

  /// Milliseconds of what is known.
  public var knownMs: Double { parts.reduce(0) { $0 + ($1.ms ?? 0) } }
  public var knownLayers: Int { parts.reduce(0) { $0 + ($1.ms == nil ? 0 : $1.part.layers.count) } }
  public var layers: Int { parts.reduce(0) { $0 + $1.part.layers.count } }

  /// Of the plan's own time, as it has it; nil where it does not.
  public var knownShare: Double? {
    let times = parts.compactMap(\.part.ms)
    guard times.count == parts.count, times.reduce(0, +) > 0 else { return nil }
    let known = parts.reduce(0) { $0 + ($1.ms == nil ? 0 : $1.part.ms ?? 0) }
    return known / times.reduce(0, +)
  }

  /// Milliseconds of some layers; nil where a part of it is unknown.
  public func ms(of range: ClosedRange<Int>) -> Double? {
    let inside = parts.filter { range.contains($0.part.layers.lowerBound) }
    let known = inside.compactMap(\.ms)
    return known.count == inside.count ? known.reduce(0, +) : nil
  }
}

/// Several plans of one network on several machines: which to ship.
///
/// Times of one machine are over the layers that are known there for every plan, so that plans are
/// compared in the same work.
public struct RegretMatrix: Sendable {
  /// By plan, then by machine; nil where nothing is known of all plans.
  public let ms: [[Double?]]
  /// Layers that count, by machine.
  public let layers: [Int]

  /// - Parameter prices: by machine, then by plan.
  public init(_ prices: [[PlanPrice]], segments: PlanSegments) {
    let known = prices.map { prices in
      segments.ranges.filter { range in prices.allSatisfy { $0.ms(of: range) != nil } }
    }
    layers = known.map { $0.reduce(0) { $0 + $1.count } }
    ms = segments.plans.indices.map { plan in
      prices.indices.map { machine in
        known[machine].isEmpty
          ? nil
          : known[machine].reduce(0) { $0 + (prices[machine][plan].ms(of: $1) ?? 0) }
      }
    }
  }

  /// How much longer a plan takes than the best of them there: 0.1 is 10 %.
  public func regret(plan: Int, machine: Int) -> Double? {
    let column = ms.compactMap { $0[machine] }
    guard let time = ms[plan][machine], let best = column.min(), best > 0 else { return nil }
    return time / best - 1
  }

  /// The machine where a plan is furthest from the best.
  public func worst(plan: Int) -> Int? {
    let known = ms[plan].indices.filter { regret(plan: plan, machine: $0) != nil }
    return known.max {
      (regret(plan: plan, machine: $0) ?? 0) < (regret(plan: plan, machine: $1) ?? 0)
    }
  }

  /// The plan with the least regret where that is greatest.
  public var safest: Int? {
    ms.indices.filter { worst(plan: $0) != nil }.min {
      maximum($0) < maximum($1)
    }
  }

  private func maximum(_ plan: Int) -> Double {
    worst(plan: plan).flatMap { regret(plan: plan, machine: $0) } ?? .infinity
  }
}
