import Base
import Convolution
import KernelLibrary
import Measurement
import Plans
import Races

// One shape: from the store, by a race, or, without time, by a guess.

extension Tuner {
  func decide(_ shape: Shape, seconds: Double) throws -> LayerDecision {
    if !options.refresh, let stored = try storedRace(shape.key),
      let winner = stored.outcome.winner
    {
      let hot = try storedRace(shape.hotKey)?.outcome.standings ?? []
      return decision(
        shape, stored.outcome, winner, .stored, stored.validity, Self.medians(hot))
    }
    if options.seconds != nil, seconds < 0.05 {
      return LayerDecision(
        workload: shape.layer.workload, layers: shape.layers,
        outcome: nil, choice: try heuristic(shape), scope: shape.key.scope,
        signature: shape.key.kernels)
    }
    let (outcome, validity, hot) = try race(shape, seconds: seconds)
    let winner = outcome.winner ?? Standing(candidate: shape.candidates[0], place: .winner)
    return decision(shape, outcome, winner, .measured, validity, Self.medians(hot))
  }

  private func decision(
    _ shape: Shape, _ outcome: RaceOutcome, _ winner: Standing, _ provenance: Provenance,
    _ validity: Validity, _ hot: [Candidate: Nanoseconds]
  ) -> LayerDecision {
    var choice = PlanLayer(
      name: shape.layer.name, workload: shape.layer.workload,
      strategy: "", configuration: Configuration(), provenance: provenance, validity: validity)
    choice.take(winner, of: outcome, hot: hot)
    return LayerDecision(
      workload: shape.layer.workload, layers: shape.layers,
      outcome: outcome, choice: choice, hot: hot, scope: shape.key.scope,
      signature: shape.key.kernels)
  }

  private static func medians(_ standings: [Standing]) -> [Candidate: Nanoseconds] {
    Dictionary(
      standings.compactMap { $0.samples.isEmpty ? nil : ($0.candidate, $0.median) }
    ) { $1 }
  }

  private func race(
    _ shape: Shape, seconds: Double
  ) throws -> (outcome: RaceOutcome, validity: Validity, hot: [Standing]) {
    let before = SystemLoad()
    let bench = try LayerBench(
      workload: shape.layer.workload, kernels: kernels, pool: pool,
      machine: machine, evictor: evictor)
    let open =
      options.guesses == nil
      ? try store?.begin(shape.key, machine: fingerprint, cpus: team.cpus) : nil
    let course = LayerCourse(
      bench: bench, kernels: kernels, pool: pool, machine: machine, probe: probe,
      candidates: shape.candidates, options: options, stop: isInterrupted
    ) { [store, willKeep] standing, sample in
      guard let open else { return }
      willKeep(open, standing)
      try store?.record(standing, sample, in: open)
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
      try store?.finish(
        open, outcome, validity: validity, speeds: course.speeds, isRefresh: options.refresh)
    }
    let hot = try course.hot(outcome.near(options.rules).map(\.candidate))
    if !outcome.isCutShort, open != nil { try keepHot(shape, hot, of: outcome) }
    return (outcome, validity, hot)
  }

  private func keepHot(_ shape: Shape, _ standings: [Standing], of outcome: RaceOutcome) throws {
    guard let store, !standings.isEmpty else { return }
    var standings = standings
    standings[0].place = .winner
    let open = try store.begin(shape.hotKey, machine: fingerprint, cpus: team.cpus)
    try store.finish(
      open, RaceOutcome(ending: outcome.ending, standings: standings), validity: .valid,
      isRefresh: options.refresh)
  }

  /// Brings clocks and vector units to their working speed.
  private func warmUp() {
    let watch = Stopwatch()
    repeat {
      _ = probe.measure(on: pool)
    } while watch.elapsed < options.rules.warmUp && !isInterrupted()
  }

  private func heuristic(_ shape: Shape) throws -> PlanLayer {
    PlanLayer(
      name: shape.layer.name, workload: shape.layer.workload,
      untimed: Self.byPreference(shape.candidates)[0])
  }

  /// Untimed: the strategy made for the shape first, in its own first guess; approximations last.
  static func byPreference(_ candidates: [Candidate]) -> [Candidate] {
    func rank(_ candidate: Candidate) -> Int {
      (try? StrategyTable.strategy(named: candidate.strategy))?.preference ?? .max
    }
    return candidates.enumerated().sorted {
      (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
    }.map(\.element)
  }
}
