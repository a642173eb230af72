import Base
import Convolution
import Execution
import KernelLibrary
import Measurement
import Plans
import Races
import Store
import Topology
import Workers

/// A layer to tune: a name for people, and what is computed.
public struct TuningLayer: WorkloadCarrying, Hashable, Sendable {
  public var name: String
  public var workload: Workload

  public init(name: String, workload: Workload) {
    self.name = name
    self.workload = workload
  }
}

/// What was chosen for one shape of layer.
public struct LayerDecision: WorkloadCarrying, Sendable {
  public var workload: Workload
  /// The layers of this shape, by index into the tuner's list, ascending.
  public var layers: [Int]
  /// nil for a heuristic choice.
  public var outcome: RaceOutcome?
  /// For the plan, named after the first layer.
  public var choice: PlanLayer
  /// Medians with hot caches of the candidates that were near the winner.
  public var hot: [Candidate: Nanoseconds] = [:]
  /// Of the store's key.
  var scope: RaceScope
  var signature: KernelSignature
}

/// What timing the layers within the running network gave.
public struct NetworkTuning: Sendable {
  /// Shapes whose finalists were raced again, and those where another than the isolated winner won.
  public var raced = 0
  public var changed = 0
  public var inferences = 0
  public var seconds = 0.0
  /// The store had it.
  public var isStored = false
  /// Why there is none; nil where there is.
  public var problem: String?
}

/// What racing fused blocks within the network gave.
public struct FusionTuning: Sendable {
  /// Blocks that could be fused, and those that are faster fused.
  public var blocks = 0
  public var fused = 0
  public var seconds = 0.0
  /// The store had it.
  public var isStored = false
}

/// A choice for every layer, and which layers run together.
public struct TunedNetwork: Sendable {
  public var layers: [PlanLayer]
  public var fusions: [PlanFusion] = []
  /// Of all candidates that might have been chosen.
  public var kernels: KernelSignature
}

/// What the tuner tells while it works.
public struct TuningProgress: Sendable {
  /// Unique shapes done and in all.
  public var finished: Int
  public var total: Int
  /// 0 to 1, by expected time.
  public var fraction: Double
  public var elapsedSeconds: Double
  /// nil until something is known.
  public var remainingSeconds: Double?
  /// The layer that is being raced now; nil at the end.
  public var layer: TuningLayer?
  public var candidates: Int
  /// The decision just made; nil when a layer begins.
  public var decision: LayerDecision?
  /// Told once, after all layers, where the network was run.
  public var network: NetworkTuning?
  /// Told once, after that, where there was something to fuse.
  public var fusion: FusionTuning?
}

/// Chooses a candidate for every layer: from the store where it has a finished race, else by one.
public final class Tuner {
  let kernels: Kernels
  let pool: WorkerPool
  let machine: Machine
  /// What the pool became.
  let team: ThreadTeam
  let store: Store?
  let options: TuningOptions
  let isInterrupted: () -> Bool
  let willKeep: (Store.OpenRace, Standing) -> Void
  let fingerprint: MachineFingerprint
  let probe: SpeedProbe
  let evictor: CacheEvictor
  /// The machines whose stored races count; nil before the store was asked.
  private var alike: [String]?

  /// - Parameters:
  ///   - request: what the pool's placement came from.
  ///   - store: nil keeps nothing.
  ///   - isInterrupted: asked between samples.
  ///   - willKeep: told of every sample of an isolated race just before the store has it, with the
  ///     candidate's samples so far.
  public init(
    kernels: Kernels, pool: WorkerPool, machine: Machine, request: ThreadRequest, store: Store?,
    options: TuningOptions = TuningOptions(), isInterrupted: @escaping () -> Bool = { false },
    willKeep: @escaping (Store.OpenRace, Standing) -> Void = { _, _ in }
  ) {
    self.kernels = kernels
    self.pool = pool
    self.machine = machine
    team = pool.team(on: machine, binding: request.binding)
    self.store = store
    self.options = options
    self.isInterrupted = isInterrupted
    self.willKeep = willKeep
    fingerprint = machine.fingerprint
    probe = SpeedProbe(kernels: kernels, workers: pool.count)
    evictor = CacheEvictor(kernels: kernels, pool: pool, machine: machine)
  }

  /// What the finished races of this machine say, else those of one with no difference that matters.
  func storedRace(_ key: RaceKey) throws -> StoredRace? {
    guard let store else { return nil }
    for machine in try alikeMachines(store) {
      var key = key
      key.machine = machine
      if let race = try store.finishedRace(key) { return race }
    }
    return nil
  }

  private func alikeMachines(_ store: Store) throws -> [String] {
    if let known = alike { return known }
    let found = try store.machines(
      alike: Conditions(
        machine: fingerprint, instructionSets: [kernels.instructionSet], team: team))
    alike = found
    return found
  }

  /// Decides every layer in isolation; the result has one entry per layer, in order.
  ///
  /// Equal shapes are raced once. The heaviest come first, so that a budget is spent where it
  /// matters.
  ///
  /// - Throws: `RaceError.interrupted`, `RaceError.noCandidate` naming the layer, `StoreError`,
  ///   `StrategyError`, `MeasurementError`.
  public func tune(
    layers: [TuningLayer], progress: (TuningProgress) -> Void = { _ in }
  ) throws -> [PlanLayer] {
    try Self.planLayers(decide(layers, seconds: options.seconds, progress), layers)
  }

  /// Decides every layer in isolation, then times all of them within the running network, races the
  /// finalists there where the two times disagree, and races fused blocks.
  ///
  /// - Parameter seed: of the network's parameters; times do not depend on it.
  /// - Throws: what `tune(layers:)` throws, `ExecutionError`.
  public func tune(
    network: LoweredNetwork, seed: UInt64 = 1, progress: (TuningProgress) -> Void = { _ in }
  ) throws -> TunedNetwork {
    let watch = Stopwatch()
    let layers = network.layers.map {
      TuningLayer(name: $0.name, workload: $0.workload)
    }
    let share = options.inNetwork ? options.rules.networkShare : 0
    var decisions = try decide(layers, seconds: options.seconds.map { $0 * (1 - share) }, progress)
    guard options.inNetwork else {
      return TunedNetwork(
        layers: Self.planLayers(decisions, layers), kernels: Self.signature(decisions))
    }
    func left() -> Double { options.seconds.map { $0 - watch.seconds } ?? .infinity }
    func report(_ network: NetworkTuning?, _ fusion: FusionTuning?) {
      progress(
        TuningProgress(
          finished: decisions.count, total: decisions.count, fraction: 1,
          elapsedSeconds: watch.seconds, remainingSeconds: 0, candidates: 0, network: network,
          fusion: fusion))
    }
    let (places, summary) = try runNetwork(&decisions, network, seed: seed, seconds: left())
    report(summary, nil)
    var result = TunedNetwork(
      layers: Self.planLayers(decisions, layers), kernels: Self.signature(decisions))
    for (index, place) in places { result.layers[index].network = place }
    guard options.fuses, summary.problem == nil else { return result }
    if let fusion = try fuse(&result, decisions, network, seed: seed, seconds: left()) {
      report(nil, fusion)
      let blocks = KernelSignature(of: [Candidate](), isFused: true)
      result.kernels = result.kernels.union(blocks) ?? result.kernels
    }
    return result
  }

  /// A decision per shape, the heaviest first.
  private func decide(
    _ layers: [TuningLayer], seconds: Double?, _ progress: (TuningProgress) -> Void
  ) throws -> [LayerDecision] {
    let watch = Stopwatch()
    let shapes = try uniqueShapes(layers)
    let total = shapes.reduce(0) { $0 + $1.cost }
    var (done, raced) = (0.0, 0.0)
    var decisions: [LayerDecision] = []
    func report(_ shape: Shape?, _ decision: LayerDecision?) {
      let perCost = raced > 0 ? watch.seconds / raced : nil
      progress(
        TuningProgress(
          finished: decisions.count, total: shapes.count, fraction: total > 0 ? done / total : 1,
          elapsedSeconds: watch.seconds,
          remainingSeconds: perCost.map { estimate in
            let rest = estimate * (total - done)
            return seconds.map { min(rest, max(0, $0 - watch.seconds)) } ?? rest
          }, layer: shape?.layer, candidates: shape?.candidates.count ?? 0, decision: decision))
    }
    for shape in shapes {
      if isInterrupted() { throw RaceError.interrupted }
      report(shape, nil)
      let left = seconds.map { $0 - watch.seconds } ?? .infinity
      // A light layer does not take more than its share of what is left.
      let share = left * shape.cost / max(total - done, shape.cost)
      let decision = try decide(shape, seconds: share)
      done += shape.cost
      decisions.append(decision)
      if decision.choice.provenance == .measured { raced += shape.cost }
      report(shape, decision)
    }
    report(nil, nil)
    return decisions
  }

  /// All are of this program, so they agree.
  private static func signature(_ decisions: [LayerDecision]) -> KernelSignature {
    decisions.dropFirst().reduce(decisions.first?.signature ?? .current) {
      $0.union($1.signature) ?? $0
    }
  }

  private static func planLayers(
    _ decisions: [LayerDecision], _ layers: [TuningLayer]
  ) -> [PlanLayer] {
    var choices = [PlanLayer?](repeating: nil, count: layers.count)
    for decision in decisions {
      for index in decision.layers {
        choices[index] = decision.choice
        choices[index]?.name = layers[index].name
      }
    }
    return choices.compactMap(\.self)
  }
}
