import Base
import Convolution
import KernelLibrary
import Measurement
import Plans
import Races
import Store
import Topology

/// Solves a plan again from what the store has, without measuring: under other limits, or after
/// more was measured.
///
/// A layer keeps its choice where that is allowed and nothing stored is faster by more than the tie
/// range; else it gets the fastest allowed candidate of the stored races; where none was ever
/// timed, a heuristic one. Fused blocks stay as far as their layers do.
public struct Replanner {
  private let plan: Plan
  private let store: Store?
  private let budgets: Plan.Budgets
  private let tie: Double

  /// - Parameters:
  ///   - budgets: what is allowed now; `seconds` means nothing here.
  ///   - store: nil has nothing.
  public init(
    plan: Plan, budgets: Plan.Budgets, store: Store?, rules: RaceRules = RaceRules()
  ) {
    self.plan = plan
    self.budgets = budgets
    self.store = store
    tie = rules.tie
  }

  /// - Throws: `PlanError` for a layer for which nothing is left, `StoreError`.
  public func replan() throws -> Plan {
    var known: [Workload: [Evidence]] = [:]
    var new = plan
    new.budgets = budgets
    new.toolVersion = ToolVersion.current
    new.commit = ToolVersion.commit
    let fused = Set(plan.fusions.flatMap(\.fusion.layers))
    new.layers = try plan.layers.enumerated().map { index, layer in
      let evidence = try known[layer.workload] ?? self.evidence(for: layer)
      known[layer.workload] = evidence
      return try replanned(
        layer, isFused: fused.contains(index),
        evidence.filter { isAllowed($0.standing, layer.problem) })
    }
    // A block was raced with these candidates and within these limits.
    new.fusions = plan.fusions.filter { fusion in
      fusion.workspaceBytes <= budgets.maxWorkspaceBytes ?? .max
        && fusion.fusion.layers.allSatisfy {
          new.layers[$0].candidate == plan.layers[$0].candidate
        }
    }
    return new
  }

  // MARK: Evidence

  /// What the store knows about a candidate for a shape.
  private struct Evidence {
    var standing: Standing
    var validity: Validity
    /// By its ratio to the winner of its race: samples of common rounds.
    var time: Nanoseconds
    /// It was raced, not only probed.
    var isRaced: Bool
    var isWinner: Bool
  }

  /// Every candidate by the races that count (`RaceElection`), or where it never raced by its probes.
  private func evidence(for layer: PlanLayer) throws -> [Evidence] {
    guard let store else { return [] }
    let key = RaceKey(
      machine: plan.machine.id, isa: plan.isa, team: plan.threads, cacheState: .network,
      workload: layer.workload, kernels: plan.kernels,
      scope: RaceScope(candidates: 0))
    guard let election = RaceElection(try store.finishedRaces(shape: key)) else { return [] }
    var found: [Candidate: [Evidence]] = [:]
    for race in election.races {
      guard let winner = race.outcome.winner, winner.median < .infinity else { continue }
      for standing in race.outcome.standings
      where !standing.samples.isEmpty && standing.place != .rejected {
        let isRaced = standing.samples.count > 1
        let ratio = standing.ratio ?? standing.median / winner.median
        found[standing.candidate, default: []].append(
          Evidence(
            standing: standing, validity: race.validity,
            // Who did not get into the race lost it, however lucky its probe was.
            time: (isRaced ? ratio : max(ratio, 1 + tie)) * winner.median, isRaced: isRaced,
            isWinner: standing.candidate == election.winner))
      }
    }
    let middle = found.values.compactMap { all -> Evidence? in
      let raced = all.filter(\.isRaced)
      let counting = (raced.isEmpty ? all : raced).sorted { $0.time < $1.time }
      return counting.isEmpty ? nil : counting[(counting.count - 1) / 2]
    }
    return middle.sorted {
      ($0.time, $0.standing.candidate.description) < ($1.time, $1.standing.candidate.description)
    }
  }

  private func isAllowed(_ standing: Standing, _ problem: ConvolutionProblem) -> Bool {
    guard let strategy = try? StrategyTable.strategy(named: standing.candidate.strategy),
      budgets.strategies?.contains(strategy.name) ?? true,
      standing.workspaceBytes <= budgets.maxWorkspaceBytes ?? .max
    else { return false }
    guard let limit = budgets.maxError else { return !strategy.isApproximate }
    // What was measured counts; what was not is as bad as its strategy allows.
    if let error = standing.error { return error <= limit }
    return !strategy.isApproximate
      && strategy.tolerance(for: problem, configuration: standing.candidate.configuration) <= limit
  }

  // MARK: Choice

  private func replanned(
    _ layer: PlanLayer, isFused: Bool, _ allowed: [Evidence]
  ) throws -> PlanLayer {
    let present = Standing(
      candidate: layer.candidate, place: .winner, workspaceBytes: layer.workspaceBytes,
      error: layer.error)
    // An untimed choice has no workspace on record either: it gives way to anything timed.
    let isKept = layer.medianMs != nil && isAllowed(present, layer.problem)
    guard let fastest = allowed.first else {
      return isKept ? layer : try heuristic(layer)
    }
    // The plan's own number may be of another spell of the machine than the store's.
    let presentTime =
      allowed.first { $0.standing.candidate == layer.candidate }?.time
      ?? layer.medianMs.map { .milliseconds($0) } ?? .infinity
    // What won within the network stays, whatever its isolated time.
    let isOfNetwork = layer.network?.replaced != nil || isFused
    if isKept, isOfNetwork || presentTime <= (1 + tie) * fastest.time { return layer }
    let tied = allowed.filter { $0.time <= (1 + tie) * fastest.time }
    func rank(_ evidence: Evidence) -> (Int, Int, String) {
      (
        evidence.isWinner ? 0 : 1, evidence.standing.workspaceBytes,
        evidence.standing.candidate.description
      )
    }
    let choice = tied.min { rank($0) < rank($1) } ?? fastest
    return stored(layer, choice, others: allowed)
  }

  private func stored(
    _ layer: PlanLayer, _ choice: Evidence, others: [Evidence]
  ) -> PlanLayer {
    let standing = choice.standing
    var new = PlanLayer(
      name: layer.name, workload: layer.workload,
      strategy: standing.candidate.strategy, configuration: standing.candidate.configuration,
      samples: standing.samples.count, error: standing.error,
      workspaceBytes: standing.workspaceBytes, provenance: .stored, validity: choice.validity)
    if !choice.isRaced { new.validity.add(.noisy, "probed only, not raced") }
    if let summary = SampleSummary(milliseconds: standing.samples) {
      new.medianMs = summary.median
      new.intervalMs = summary.interval
    }
    if let second = others.first(where: { $0.standing.candidate != standing.candidate }) {
      new.runnerUp = PlanLayer.RunnerUp(
        strategy: second.standing.candidate.strategy,
        configuration: second.standing.candidate.configuration,
        medianMs: second.standing.median.milliseconds)
      new.margin = choice.time > 0 ? second.time / choice.time - 1 : nil
    }
    return new
  }

  /// The first candidate by preference that keeps the limits; nothing of it was ever timed.
  private func heuristic(_ layer: PlanLayer) throws -> PlanLayer {
    let target = Target(try Kernels(plan.isa), threads: plan.threads.count)
    let list = try CandidateList(
      for: layer.problem, target: target, strategies: budgets.strategies, maxError: budgets.maxError
    )
    for candidate in Tuner.byPreference(list.candidates) {
      guard let limit = budgets.maxWorkspaceBytes else {
        return PlanLayer(
          name: layer.name, workload: layer.workload, untimed: candidate)
      }
      let bytes =
        try 4
        * StrategyTable.strategy(named: candidate.strategy).workspace(
          of: layer.problem, configuration: candidate.configuration, target: target)
      guard bytes <= limit else { continue }
      var new = PlanLayer(
        name: layer.name, workload: layer.workload, untimed: candidate)
      new.workspaceBytes = bytes
      return new
    }
    throw PlanError(
      "layer \(layer.name) (\(layer.problem)): the limits leave no candidate; allow more strategies, "
        + "workspace or error")
  }
}
