import Convolution
import KernelLibrary
import Measurement
import Topology
import Workers

/// A layer to tune: a name for people, and what is computed.
public struct TuningLayer: Hashable, Sendable {
  public var name: String
  public var problem: ConvolutionProblem
  public var epilogue: Epilogue

  public init(name: String, problem: ConvolutionProblem, epilogue: Epilogue) {
    self.name = name
    self.problem = problem
    self.epilogue = epilogue
  }
}

/// What was chosen for one shape of layer.
public struct LayerDecision: Sendable {
  public var problem: ConvolutionProblem
  public var epilogue: Epilogue
  /// The layers of this shape, by index into the tuner's list, ascending.
  public var layers: [Int]
  /// nil for a heuristic choice.
  public var outcome: RaceOutcome?
  /// For the plan, named after the first layer.
  public var choice: PlanLayer
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
}

/// Chooses a candidate for every layer: from the store where it has a finished race, else by one.
public final class Tuner {
  private let kernels: Kernels
  private let pool: WorkerPool
  private let machine: Machine
  private let binding: String
  private let store: Store?
  private let options: TuningOptions
  private let isInterrupted: () -> Bool
  private let fingerprint: MachineFingerprint
  private let probe: SpeedProbe
  private let evictor: CacheEvictor

  /// - Parameters:
  ///   - request: what the pool's placement came from; part of the store's key.
  ///   - store: nil keeps nothing.
  ///   - isInterrupted: asked between samples.
  public init(
    kernels: Kernels, pool: WorkerPool, machine: Machine, request: ThreadRequest, store: Store?,
    options: TuningOptions = TuningOptions(), isInterrupted: @escaping () -> Bool = { false }
  ) {
    self.kernels = kernels
    self.pool = pool
    self.machine = machine
    binding = "\(request.binding)" + (request.smt ? "+smt" : "")
    self.store = store
    self.options = options
    self.isInterrupted = isInterrupted
    fingerprint = machine.fingerprint
    probe = SpeedProbe(kernels: kernels, workers: pool.count)
    evictor = CacheEvictor(kernels: kernels, pool: pool, machine: machine)
  }

  /// Decides every layer; the result has one entry per layer, in order.
  ///
  /// Equal shapes are raced once. The heaviest come first, so that a budget is spent where it
  /// matters.
  ///
  /// - Throws: `RaceError.interrupted`, `RaceError.noCandidate` naming the layer, `StoreError`,
  ///   `StrategyError`, `MeasurementError`.
  public func tune(
    layers: [TuningLayer], progress: (TuningProgress) -> Void = { _ in }
  ) throws -> [PlanLayer] {
    let watch = Stopwatch()
    let shapes = try uniqueShapes(layers)
    var choices = [PlanLayer?](repeating: nil, count: layers.count)
    let total = shapes.reduce(0) { $0 + $1.cost }
    var (done, finished, raced) = (0.0, 0, 0.0)
    func report(_ shape: Shape?, _ decision: LayerDecision?) {
      let perCost = raced > 0 ? watch.seconds / raced : nil
      progress(
        TuningProgress(
          finished: finished, total: shapes.count, fraction: total > 0 ? done / total : 1,
          elapsedSeconds: watch.seconds,
          remainingSeconds: perCost.map { estimate in
            let rest = estimate * (total - done)
            return options.seconds.map { min(rest, max(0, $0 - watch.seconds)) } ?? rest
          }, layer: shape?.layer, candidates: shape?.candidates.count ?? 0, decision: decision))
    }
    for shape in shapes {
      if isInterrupted() { throw RaceError.interrupted }
      report(shape, nil)
      let left = options.seconds.map { $0 - watch.seconds } ?? .infinity
      // A light layer does not take more than its share of what is left.
      let share = left * shape.cost / max(total - done, shape.cost)
      let decision = try decide(shape, seconds: share)
      for index in decision.layers {
        choices[index] = decision.choice
        choices[index]?.name = layers[index].name
      }
      done += shape.cost
      finished += 1
      if decision.choice.provenance == .measured { raced += shape.cost }
      report(shape, decision)
    }
    report(nil, nil)
    return choices.compactMap(\.self)
  }

  // MARK: Shapes

  private struct Shape {
    var layer: TuningLayer
    var layers: [Int]
    var candidates: [Candidate]
    var key: RaceKey
    /// Expected tuning time, in seconds or so.
    var cost: Double
  }

  private func uniqueShapes(_ layers: [TuningLayer]) throws -> [Shape] {
    struct Identity: Hashable {
      var problem: ConvolutionProblem
      var epilogue: Epilogue
    }
    var order: [Identity] = []
    var members: [Identity: [Int]] = [:]
    for (index, layer) in layers.enumerated() {
      let identity = Identity(problem: layer.problem, epilogue: layer.epilogue)
      if members[identity] == nil { order.append(identity) }
      members[identity, default: []].append(index)
    }
    let shapes = try order.map { identity -> Shape in
      let indices = members[identity] ?? []
      let list = try CandidateList(
        for: identity.problem, kernels: kernels, threads: pool.count,
        strategies: options.strategies, maxError: options.maxError)
      let layer = layers[indices[0]]
      guard !list.candidates.isEmpty else {
        let reasons = list.rejections.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        throw RaceError.noCandidate(
          reason: "layer \(layer.name) (\(layer.problem)): no strategy applies; "
            + reasons.joined(separator: "; ")
            + "; direct always applies")
      }
      return Shape(
        layer: layer, layers: indices, candidates: list.candidates,
        key: RaceKey(
          machine: fingerprint.id, isa: kernels.instructionSet, threads: pool.count,
          binding: binding, cacheState: .network, problem: identity.problem,
          epilogue: identity.epilogue, scope: options.scope(candidates: list.candidates.count)),
        cost: cost(identity.problem, candidates: list.candidates.count))
    }
    let weights = shapes.map { Double($0.layers.count) * Double($0.layer.problem.operations) }
    return shapes.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }.map { shapes[$0] }
  }

  /// Runs at 30 GFLOP/s or 10 GB/s and a constant for eviction; only ratios matter.
  private func cost(_ problem: ConvolutionProblem, candidates: Int) -> Double {
    let run =
      Double(problem.operations) / 30e9 / Double(pool.count)
      + Double(problem.compulsoryBytes) / 10e9 + 3e-4
    return Double(candidates) * 6 * run + 0.3 + 200 * run
  }

  // MARK: One shape

  private func decide(_ shape: Shape, seconds: Double) throws -> LayerDecision {
    if !options.refresh, let stored = try store?.finishedRace(shape.key) {
      return LayerDecision(
        problem: shape.layer.problem, epilogue: shape.layer.epilogue, layers: shape.layers,
        outcome: stored.outcome,
        choice: planLayer(shape, stored.outcome, .stored, stored.validity))
    }
    if options.seconds != nil, seconds < 0.05 {
      return LayerDecision(
        problem: shape.layer.problem, epilogue: shape.layer.epilogue, layers: shape.layers,
        outcome: nil, choice: try heuristic(shape))
    }
    let (outcome, validity) = try race(shape, seconds: seconds)
    return LayerDecision(
      problem: shape.layer.problem, epilogue: shape.layer.epilogue, layers: shape.layers,
      outcome: outcome, choice: planLayer(shape, outcome, .measured, validity))
  }

  private func race(
    _ shape: Shape, seconds: Double
  ) throws -> (outcome: RaceOutcome, validity: Validity) {
    let before = SystemLoad()
    let bench = try LayerBench(
      problem: shape.layer.problem, epilogue: shape.layer.epilogue, kernels: kernels, pool: pool,
      machine: machine, evictor: evictor)
    let open = try store?.begin(shape.key, machine: fingerprint)
    let course = LayerCourse(
      bench: bench, kernels: kernels, pool: pool, machine: machine, probe: probe,
      candidates: shape.candidates, options: options, stop: isInterrupted
    ) { [store] standing in
      if let open { try store?.record(standing, in: open) }
    }
    warmUp()
    let outcome: RaceOutcome
    do {
      outcome = try Race(on: course, rules: options.rules, deadline: seconds).run()
    } catch RaceError.noCandidate(let reason) {
      throw RaceError.noCandidate(
        reason: "layer \(shape.layer.name) (\(shape.layer.problem)): \(reason)")
    }
    var validity = Validity(
      samples: outcome.winner?.samples ?? [], load: SystemLoad().since(before),
      workers: pool.count)
    if outcome.disturbed > 0 {
      validity.add(.noisy, "\(outcome.disturbed) samples beside a slowed speed probe")
    }
    if outcome.isCutShort {
      validity.add(.noisy, "cut short by the budget")
    } else if let open {
      try store?.finish(open, outcome, validity: validity, speeds: course.speeds)
    }
    return (outcome, validity)
  }

  /// Brings clocks and vector units to their working speed.
  private func warmUp() {
    let watch = Stopwatch()
    let limit = MeasurementRules.warmUpNanoseconds
    repeat { _ = probe.measure(on: pool) } while watch.nanoseconds < limit && !isInterrupted()
  }

  private func planLayer(
    _ shape: Shape, _ outcome: RaceOutcome, _ provenance: Provenance, _ validity: Validity
  ) -> PlanLayer {
    let winner =
      outcome.winner ?? Standing(candidate: shape.candidates[0], place: .winner)
    var layer = PlanLayer(
      name: shape.layer.name, problem: shape.layer.problem, epilogue: shape.layer.epilogue,
      strategy: winner.candidate.strategy, configuration: winner.candidate.configuration,
      samples: winner.samples.count, error: winner.error, workspaceBytes: winner.workspaceBytes,
      provenance: provenance, validity: validity)
    if let summary = SampleSummary(winner.samples) {
      layer.medianMs = summary.median * 1e-6
      layer.intervalMs = Interval(
        low: summary.interval.low * 1e-6, high: summary.interval.high * 1e-6)
      if let second = outcome.runnerUp, let ratio = second.ratio {
        layer.runnerUp = PlanLayer.RunnerUp(
          strategy: second.candidate.strategy, configuration: second.candidate.configuration,
          medianMs: second.median * 1e-6)
        layer.margin = ratio - 1
      }
    }
    return layer
  }

  /// Untimed: the strategy made for the shape, in its own first guess.
  private func heuristic(_ shape: Shape) throws -> PlanLayer {
    let preferred = ["depthwise", "pointwise", "direct"]
    let exact = shape.candidates.filter { candidate in
      (try? StrategyTable.strategy(named: candidate.strategy))?.isApproximate == false
    }
    let candidate =
      preferred.lazy.compactMap { name in exact.first { $0.strategy == name } }.first
      ?? exact.first ?? shape.candidates[0]
    return PlanLayer(
      name: shape.layer.name, problem: shape.layer.problem, epilogue: shape.layer.epilogue,
      strategy: candidate.strategy, configuration: candidate.configuration,
      provenance: .heuristic)
  }
}
