import Base
import Convolution
import Execution
import KernelLibrary
import Measurement
import Plans
import Races
import Store

// All shapes at once, within the running network.

extension Tuner {
  /// What a shape did within the network, measured now or taken from the store.
  private struct Place {
    var winner: Candidate
    /// nil where the finalists were not raced.
    var ending: RaceEnding?
    /// Of the isolated winner over the winner here.
    var isolatedRatio: Double?
    /// By layer of the shape.
    var samples: [[Nanoseconds]]
    var validity: Validity
  }

  /// Times every layer within the network; where another finalist wins there, the decision changes.
  ///
  /// - Returns: what the plan says about it, by layer.
  func runNetwork(
    _ decisions: inout [LayerDecision], _ network: LoweredNetwork, seed: UInt64, seconds: Double
  ) throws -> (layers: [Int: PlanLayer.InNetwork], summary: NetworkTuning) {
    let watch = Stopwatch()
    var summary = NetworkTuning()
    var places: [Place]?
    if !options.refresh {
      places = try storedPlaces(decisions, network)
      summary.isStored = places != nil
    }
    if places == nil {
      guard seconds >= options.rules.networkLeastSeconds else {
        summary.problem = "the budget is spent"
        return ([:], summary)
      }
      do {
        places = try measuredPlaces(decisions, network, seed, seconds, &summary)
      } catch let error as ExecutionError {
        // Too large for this machine's memory: the isolated choices stand.
        summary.problem = "\(error)"
        return ([:], summary)
      }
    }
    var result: [Int: PlanLayer.InNetwork] = [:]
    for (index, place) in (places ?? []).enumerated() {
      if place.ending != nil { summary.raced += 1 }
      let replaced = adopt(place, &decisions[index])
      if replaced != nil { summary.changed += 1 }
      for (layer, samples) in zip(decisions[index].layers, place.samples) {
        guard let times = SampleSummary(milliseconds: samples) else { continue }
        result[layer] = PlanLayer.InNetwork(
          medianMs: times.median, intervalMs: times.interval,
          samples: times.count, ending: place.ending, replaced: replaced,
          margin: replaced == nil ? nil : place.isolatedRatio.map { $0 - 1 },
          validity: place.validity)
      }
    }
    summary.seconds = watch.seconds
    return (result, summary)
  }

  /// Makes the network's winner the shape's choice.
  ///
  /// - Returns: the isolated winner where it is another.
  private func adopt(_ place: Place, _ decision: inout LayerDecision) -> PlanLayer.RunnerUp? {
    let isolated = decision.choice
    guard place.winner != isolated.candidate, let outcome = decision.outcome,
      let standing = outcome.standings.first(where: { $0.candidate == place.winner })
    else { return nil }
    decision.choice.take(standing, of: outcome, hot: decision.hot)
    return PlanLayer.RunnerUp(
      strategy: isolated.strategy, configuration: isolated.configuration,
      medianMs: isolated.medianMs ?? 0)
  }

  // MARK: Measuring

  private func measuredPlaces(
    _ decisions: [LayerDecision], _ network: LoweredNetwork, _ seed: UInt64, _ seconds: Double,
    _ summary: inout NetworkTuning
  ) throws -> [Place] {
    let watch = Stopwatch()
    let load = SystemLoad()
    let entrants = entrants(decisions)
    var choices = network.layers.indices.map { _ in decisions[0].choice.candidate }
    var alternatives: [Int: [Candidate]] = [:]
    for (decision, entrant) in zip(decisions, entrants) {
      for layer in decision.layers {
        choices[layer] = decision.choice.candidate
        alternatives[layer] = entrant.finalists.dropFirst().map(\.candidate)
      }
    }
    let session = try Session(
      network: network, seed: seed, choices: choices, alternatives: alternatives,
      kernels: kernels, pool: pool)
    try session.load(inputs: network.graph.seededInputs(seed: seed))
    let sampler = Sampler(probe: probe, pool: pool, stop: isInterrupted)
    let outcome = try NetworkRace(
      on: SessionCourse(session: session, sampler: sampler, stop: isInterrupted),
      entrants: entrants, rules: options.rules, deadline: seconds - watch.seconds
    ).run()
    summary.inferences = outcome.inferences
    let change = SystemLoad().since(load)
    let places = zip(entrants, outcome.results).map { entrant, result in
      var validity = Validity(
        samples: result.samples[result.winner], load: change, workers: pool.count)
      if outcome.disturbed > 0 {
        validity.add(.noisy, "\(outcome.disturbed) inferences beside a slowed speed probe")
      }
      return Place(
        winner: entrant.finalists[result.winner].candidate, ending: result.ending,
        isolatedRatio: result.ratios.first ?? nil, samples: result.layerSamples,
        validity: validity)
    }
    if !outcome.isCutShort {
      for (index, result) in outcome.results.enumerated() {
        try keep(
          result, entrants[index], decisions[index], network, outcome, places[index].validity,
          sampler.speeds)
      }
    }
    return places
  }

  /// The shapes with those candidates that memory has room for, the heaviest shapes first.
  private func entrants(_ decisions: [LayerDecision]) -> [NetworkRace.Entrant] {
    var room = Double(machine.usableMemory) * options.rules.networkMemoryShare
    return decisions.map { decision in
      var finalists = decision.outcome?.near(options.rules) ?? []
      // Winograd packs up to seven times as much; it is rare where weights are large.
      let bytes =
        8 * Double(decision.problem.weightCount * decision.layers.count)
        * Double(max(finalists.count - 1, 0))
      if bytes > room { finalists = Array(finalists.prefix(1)) } else { room -= bytes }
      if finalists.isEmpty {
        finalists = [Standing(candidate: decision.choice.candidate, place: .winner)]
      }
      return NetworkRace.Entrant(
        layers: decision.layers, finalists: finalists,
        isolated: SampleSummary(milliseconds: finalists[0].samples))
    }
  }

  // MARK: The store

  /// A row per layer: candidates as in the isolated race, and where.
  private func placeKey(
    _ decision: LayerDecision, _ layer: Int, _ network: LoweredNetwork
  ) -> RaceKey {
    key(
      decision.workload, kernels: decision.signature,
      subject: .inNetwork(network: network.identity, layer: layer), scope: decision.scope)
  }

  private func keep(
    _ result: NetworkRace.Result, _ entrant: NetworkRace.Entrant, _ decision: LayerDecision,
    _ network: LoweredNetwork, _ outcome: NetworkRace.Outcome, _ validity: Validity,
    _ speeds: [Gflops]
  ) throws {
    guard let store else { return }
    for (layer, samples) in zip(decision.layers, result.layerSamples) {
      let standings = entrant.finalists.indices.compactMap { index -> Standing? in
        var standing = entrant.finalists[index]
        let isWinner = index == result.winner
        standing.place = isWinner ? .winner : .finalist
        standing.samples = isWinner ? samples : result.samples[index]
        standing.ratio =
          isWinner ? 1 : index < result.ratios.count ? result.ratios[index] : nil
        return standing.samples.isEmpty ? nil : standing
      }
      let open = try store.begin(
        placeKey(decision, layer, network), machine: fingerprint, cpus: team.cpus)
      try store.finish(
        open,
        RaceOutcome(
          ending: result.ending ?? .single, standings: standings, discarded: outcome.discarded,
          disturbed: outcome.disturbed), validity: validity, speeds: speeds,
        isRefresh: options.refresh)
    }
  }

  /// nil unless the store has every layer, with winners that the isolated races still know.
  private func storedPlaces(
    _ decisions: [LayerDecision], _ network: LoweredNetwork
  ) throws -> [Place]? {
    var places: [Place] = []
    for decision in decisions {
      let races = try decision.layers.map { layer in
        try storedRace(placeKey(decision, layer, network))
      }
      guard let first = races.first ?? nil, let winner = first.outcome.winner,
        let known = decision.outcome?.near(options.rules).map(\.candidate),
        known.contains(winner.candidate)
      else { return nil }
      let isolated = first.outcome.standings.first {
        $0.candidate == decision.choice.candidate
      }
      var samples: [[Nanoseconds]] = []
      for race in races {
        guard let standing = race?.outcome.winner, standing.candidate == winner.candidate else {
          return nil
        }
        samples.append(standing.samples)
      }
      // A single finalist was not raced.
      let ending = first.outcome.ending == .single ? nil : first.outcome.ending
      places.append(
        Place(
          winner: winner.candidate, ending: ending, isolatedRatio: isolated?.ratio,
          samples: samples, validity: first.validity))
    }
    return places
  }
}

extension LoweredNetwork {
  /// Name and a hash of all layers: the same text for the same sequence of convolutions. Of the
  /// legacy texts, of which those in stores are.
  var identity: String {
    graph.name + "#"
      + shortHash(layers.map { "\($0.problem.text(.legacy)) \($0.epilogue);" }.joined())
  }
}

/// FNV-1a (Fowler, Noll & Vo), the lower half.
func shortHash(_ text: String) -> String {
  String(FNV1a(text).value & 0xffff_ffff, radix: 16)
}
