import Foundation
import Plans
import Store
import Topology

/// Which plan of a bundle runs here, and why.
public struct BundleChoice: Sendable {
  /// What runs it: a machine and the workers that it would have.
  public struct Place: Sendable {
    public var machine: MachineFingerprint
    /// Those that can run here, the widest last.
    public var instructionSets: [InstructionSet]
    public var threads: Int
    public var smt: Bool
    /// Whether somebody asked for that many; else a plan brings its own number.
    public var isAsked: Bool

    public init(
      machine: MachineFingerprint, instructionSets: [InstructionSet], threads: Int, smt: Bool,
      isAsked: Bool
    ) {
      self.machine = machine
      self.instructionSets = instructionSets
      self.threads = threads
      self.smt = smt
      self.isAsked = isAsked
    }
  }

  public enum Reason: Sendable, Hashable, CustomStringConvertible {
    /// Of this machine and as many threads.
    case fits
    /// Of this machine, and nobody asked for other threads.
    case machine
    /// The fastest by races of this machine: layers that they know, of all.
    case stored(layers: Int, of: Int)
    /// By instruction set, then threads, then what else differs.
    case nearest

    public var description: String {
      switch self {
      case .fits: "made for this machine and so many threads"
      case .machine: "made for this machine, with other threads than one per core"
      case .stored(let layers, let all):
        "none is for this machine and so many threads; least regret by its stored races "
          + "(\(layers) of \(all) layers)"
      case .nearest:
        "none is for this machine and so many threads; nearest by instruction set and threads"
      }
    }
  }

  /// Among the bundle's plans.
  public let index: Int
  public let reason: Reason

  /// - Parameter store: asked for where no plan fits; nil where there is none.
  /// - Throws: `PlanError` where no plan's kernels run here; `StoreError`.
  public init(
    _ bundle: PlanBundle, at place: Place, store: () throws -> Store?
  ) throws {
    let plans = bundle.plans
    let able = plans.indices.filter { Self.canRun(plans[$0], place) }
    guard !able.isEmpty else {
      let wanted = Set(plans.map { Self.kernels([$0.isa], $0.machine) }).sorted()
      throw PlanError(
        "none of the \(plans.count) plans can run here: they are for "
          + "\(wanted.joined(separator: "; ")), this is "
          + Self.kernels(place.instructionSets, place.machine))
    }
    let ranked = Self.ranked(plans, able, place)
    let key = PlanBundle.Key(machine: place.machine.id, threads: place.threads, smt: place.smt)
    if let fitting = able.first(where: { plans[$0].bundleKey == key }) {
      (index, reason) = (fitting, .fits)
    } else if !place.isAsked,
      let own = ranked.first(where: { plans[$0].machine.id == place.machine.id })
    {
      (index, reason) = (own, .machine)
    } else if let store = try store(),
      let (best, layers) = try Self.cheapest(plans, ranked, place, store)
    {
      (index, reason) = (best, .stored(layers: layers, of: plans[0].layers.count))
    } else {
      (index, reason) = (ranked[0], .nearest)
    }
  }

  private static func canRun(_ plan: Plan, _ place: Place) -> Bool {
    let architecture = plan.machine["architecture"]
    return place.instructionSets.contains(plan.isa)
      && (architecture == nil || architecture == place.machine["architecture"])
  }

  /// Such as `x86_64 with AVX2`.
  private static func kernels(_ sets: [InstructionSet], _ machine: MachineFingerprint) -> String {
    (machine["architecture"].map { "\($0) with " } ?? "")
      + sets.map(\.title).joined(separator: ", ")
  }

  /// The nearest first; of equals the one that comes first in the bundle.
  private static func ranked(_ plans: [Plan], _ able: [Int], _ place: Place) -> [Int] {
    func distance(_ index: Int) -> (Int, Double, Int, Int, Int) {
      let plan = plans[index]
      let rank = place.instructionSets.firstIndex(of: plan.isa) ?? 0
      return (
        -rank, abs(log2(Double(plan.threads.count) / Double(max(place.threads, 1)))),
        plan.threads.smt == place.smt ? 0 : 1,
        place.machine.differences(from: plan.machine).count, index
      )
    }
    return able.sorted { distance($0) < distance($1) }
  }

  /// The plan that takes least here by stored races, where they know half of the layers of all plans.
  private static func cheapest(
    _ plans: [Plan], _ ranked: [Int], _ place: Place, _ store: Store
  ) throws -> (index: Int, layers: Int)? {
    let chosen = ranked.map { plans[$0] }
    let pricers = try Dictionary(
      uniqueKeysWithValues: Set(chosen.map(\.isa)).map { isa in
        (
          isa,
          try PlanPricer(
            store: store, machine: place.machine, isa: isa, threads: place.threads, smt: place.smt)
        )
      })
    let prices = chosen.map { plan in pricers[plan.isa]?.price(plan) ?? PlanPrice(parts: []) }
    let matrix = RegretMatrix(
      [prices], segments: try PlanSegments(chosen, names: ranked.map { "plans[\($0)]" }))
    let regrets = ranked.indices.compactMap { plan in
      matrix.regret(plan: plan, machine: 0).map { (plan, $0) }
    }
    guard let best = regrets.min(by: { $0.1 < $1.1 }),
      matrix.layers[0] * 2 >= chosen[0].layers.count
    else { return nil }
    return (ranked[best.0], matrix.layers[0])
  }
}
