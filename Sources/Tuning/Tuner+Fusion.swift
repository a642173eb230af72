import Base
import Execution
import KernelLibrary
import Measurement
import Plans
import Races
import Store

// Blocks of layers that are computed together, against the layers on their own, within the network.

extension Tuner {
  /// One block with the ways to run it.
  struct Block {
    /// The longest way to fuse it.
    var layers: ClosedRange<Int>
    /// The first is not to fuse.
    var variants: [Variant]
    /// For layers whose choice cannot be fused, the best that can, with the race it stands in.
    var replacements: [Int: (standing: Standing, outcome: RaceOutcome)]
  }

  struct Variant {
    /// nil for every layer on its own.
    var fusion: Fusion?
    var workspaceBytes: Int
    /// Scratch memory and the tensors between the layers: ties go to less, which asks less of caches
    /// that others share.
    var memoryBytes: Int

    /// How the store calls it.
    var candidate: Candidate {
      fusion?.candidate ?? Candidate(strategy: "separate", configuration: Configuration())
    }
  }

  /// Output rows of a band: what lies between small ones stays in nearer caches, large ones start the
  /// kernels less often.
  private static let bands = [4, 8, 16]
  /// A worker's share of the rows is tried, too, where it is at most so many.
  private static let wholeShare = 28

  /// Fuses blocks where that is faster within the network; changes the plan's layers where a block
  /// needs another candidate than the layer on its own.
  ///
  /// - Returns: nil where there is nothing to fuse, or no time or memory to try.
  func fuse(
    _ tuned: inout TunedNetwork, _ decisions: [LayerDecision], _ network: LoweredNetwork,
    seed: UInt64, seconds: Double
  ) throws -> FusionTuning? {
    let watch = Stopwatch()
    let blocks = blocks(decisions, tuned.layers, network)
    guard !blocks.isEmpty else { return nil }
    var summary = FusionTuning()
    summary.blocks = blocks.count
    let keys = blocks.map { key($0, tuned.layers, network) }
    var outcomes = options.refresh ? nil : try stored(keys)
    summary.isStored = outcomes != nil
    if outcomes == nil {
      guard seconds >= options.rules.networkLeastSeconds else { return nil }
      outcomes = try raced(blocks, tuned.layers, network, keys, seed: seed, seconds: seconds)
    }
    guard let outcomes else { return nil }
    for (block, outcome) in zip(blocks, outcomes) {
      guard
        let fusion = Self.planned(block, outcome, summary.isStored ? .stored : .measured)
      else { continue }
      summary.fused += 1
      tuned.fusions.append(fusion)
      for layer in fusion.fusion.layers {
        guard let (standing, outcome) = block.replacements[layer] else { continue }
        tuned.layers[layer].take(standing, of: outcome, hot: [:])
        // That was the time of another candidate.
        tuned.layers[layer].network = nil
      }
    }
    summary.seconds = watch.seconds
    return summary
  }

  /// nil where the layers on their own won.
  private static func planned(
    _ block: Block, _ outcome: RaceOutcome, _ provenance: Provenance
  ) -> PlanFusion? {
    guard let winner = outcome.winner, let times = SampleSummary(milliseconds: winner.samples),
      let fusion = block.variants.first(where: { $0.candidate == winner.candidate })?.fusion,
      let separate = outcome.standings.first(where: {
        $0.candidate == block.variants[0].candidate
      })
    else { return nil }
    return PlanFusion(
      firstLayer: fusion.layers.lowerBound, lastLayer: fusion.layers.upperBound,
      band: fusion.band, medianMs: times.median, intervalMs: times.interval,
      samples: times.count, separateMs: separate.median.milliseconds,
      margin: (separate.ratio ?? 1) - 1, ending: outcome.ending,
      workspaceBytes: winner.workspaceBytes, provenance: provenance)
  }

  // MARK: What can be fused

  /// The blocks that can be fused with these decisions: of a block, the layers whose candidate, or
  /// the best that can be fused among those checked in its race, allows it.
  ///
  /// - Parameter layers: the plan's, which may have another candidate than the decision's race.
  func blocks(
    _ decisions: [LayerDecision], _ layers: [PlanLayer], _ network: LoweredNetwork
  ) -> [Block] {
    var outcomes: [Int: RaceOutcome] = [:]
    for decision in decisions {
      for layer in decision.layers { outcomes[layer] = decision.outcome }
    }
    /// Bytes of what layers read.
    func between(_ layers: some Sequence<Int>) -> Int {
      layers.reduce(0) { $0 + 4 * network.layers[$1].problem.inputShape.count }
    }
    return network.fusible.compactMap { ranges in
      let all = ranges[0]
      var block = Block(
        layers: all,
        variants: [
          Variant(fusion: nil, workspaceBytes: 0, memoryBytes: between(all.dropFirst()))
        ], replacements: [:])
      let unfit = all.filter { !layers[$0].candidate.isFusible }
      for layer in unfit {
        guard let outcome = outcomes[layer], let standing = outcome.fusible else { continue }
        block.replacements[layer] = (standing, outcome)
      }
      let hopeless = unfit.filter { block.replacements[$0] == nil }
      for range in ranges where !hopeless.contains(where: range.contains) {
        for band in bands(rows: network.layers[range.upperBound].problem.output.height) {
          let count = FusedBlock.workspaceCount(
            of: network.layers[range].map(\.problem), band: band,
            vectorWidth: kernels.vectorWidth, threads: pool.count)
          if let limit = options.maxWorkspaceBytes, 4 * count > limit { continue }
          let rest = between(all.dropFirst().prefix(all.count - range.count))
          block.variants.append(
            Variant(
              fusion: Fusion(layers: range, band: band), workspaceBytes: 4 * count,
              memoryBytes: 4 * count + rest))
        }
      }
      return block.variants.count > 1 ? block : nil
    }
  }

  private func bands(rows: Int) -> [Int] {
    let share = (rows + pool.count - 1) / pool.count
    return Self.bands.filter { $0 < share } + (share <= Self.wholeShare ? [share] : [])
  }

  // MARK: The race

  /// nil where memory does not suffice.
  private func raced(
    _ blocks: [Block], _ layers: [PlanLayer], _ network: LoweredNetwork, _ keys: [RaceKey],
    seed: UInt64, seconds: Double
  ) throws -> [RaceOutcome]? {
    let watch = Stopwatch()
    let load = SystemLoad()
    var alternatives: [Int: [Candidate]] = [:]
    for block in blocks {
      for (layer, other) in block.replacements { alternatives[layer] = [other.standing.candidate] }
    }
    let base = try Session(
      network: network, seed: seed, choices: layers.map(\.candidate), alternatives: alternatives,
      kernels: kernels, pool: pool)
    let variants = blocks.map(\.variants.count).max() ?? 1
    let room = Double(machine.usableMemory) * options.rules.networkMemoryShare
    guard Double(variants * (base.memory.totalBytes - base.memory.weightBytes)) <= room else {
      return nil
    }
    // A block that has fewer variants runs its layers on their own in the others.
    let sessions =
      try [base]
      + (1..<variants).map { number in
        try base.fusing(
          blocks.compactMap {
            $0.variants.indices.contains(number) ? $0.variants[number].fusion : nil
          })
      }
    for session in sessions { try session.load(inputs: network.graph.seededInputs(seed: seed)) }
    let sampler = Sampler(probe: probe, pool: pool, stop: isInterrupted)
    let course = FusionSessions(
      sessions: sessions, blocks: blocks.map(\.layers), sampler: sampler, rules: options.rules,
      stop: isInterrupted)
    let race = FusionRace(
      on: course,
      blocks: blocks.map { block in
        block.variants.enumerated().map {
          RaceField.Entry(
            number: $0, name: "\($1.candidate)", workspaceBytes: $1.memoryBytes)
        }
      }, rules: options.rules, deadline: seconds - watch.seconds)
    let outcomes = zip(blocks, try race.run()).map { block, result in
      RaceOutcome(
        ending: result.ending,
        standings: block.variants.enumerated().compactMap { number, variant in
          result.samples[number].isEmpty
            ? nil
            : Standing(
              candidate: variant.candidate,
              place: number == result.winner ? .winner : .finalist,
              samples: result.samples[number], ratio: result.ratios[number],
              workspaceBytes: variant.workspaceBytes)
        }, discarded: course.retries.discarded,
        disturbed: course.retries.disturbed)
    }
    if let store, !race.isCutShort {
      let change = SystemLoad().since(load)
      for (key, outcome) in zip(keys, outcomes) {
        var validity = Validity(
          samples: outcome.winner?.samples ?? [], load: change, workers: pool.count)
        if course.retries.disturbed > 0 {
          validity.add(.noisy, "\(course.retries.disturbed) inferences beside a slowed speed probe")
        }
        try store.finish(
          store.begin(key, machine: fingerprint, cpus: team.cpus), outcome, validity: validity,
          speeds: sampler.speeds, isRefresh: options.refresh)
      }
    }
    return outcomes
  }

  // MARK: The store

  /// Of the block's last layer; the scope says which block, of which candidates, and how many ways.
  private func key(
    _ block: Block, _ layers: [PlanLayer], _ network: LoweredNetwork
  ) -> RaceKey {
    let last = layers[block.layers.upperBound]
    let parts = block.layers.map {
      "\(layers[$0].problem.text(.legacy)) \(block.replacements[$0]?.standing.candidate ?? layers[$0].candidate);"
        + "\(layers[$0].candidate)"
    }
    let candidates = block.layers.flatMap {
      [layers[$0].candidate] + (block.replacements[$0].map { [$0.standing.candidate] } ?? [])
    }
    return key(
      last.workload, kernels: KernelSignature(of: candidates, isFused: true),
      subject: .block(
        network: network.identity, layer: block.layers.upperBound, block: shortHash(parts.joined())),
      scope: RaceScope(candidates: block.variants.count))
  }

  /// nil unless the store has every block.
  private func stored(_ keys: [RaceKey]) throws -> [RaceOutcome]? {
    var outcomes: [RaceOutcome] = []
    for key in keys {
      guard let race = try storedRace(key) else { return nil }
      outcomes.append(race.outcome)
    }
    return outcomes
  }
}

extension Candidate {
  fileprivate var isFusible: Bool {
    (try? StrategyTable.strategy(named: strategy))?.isFusible ?? false
  }
}

extension RaceOutcome {
  /// The fastest checked candidate that can be part of a fused block.
  fileprivate var fusible: Standing? {
    standings.filter {
      $0.candidate.isFusible && $0.error != nil && $0.rejection == nil && $0.ratio != nil
    }.min { $0.ratio ?? .infinity < $1.ratio ?? .infinity }
  }
}
