import Execution
import KernelLibrary
import Measurement

// Blocks of layers that are computed together, against the layers on their own, within the network.

extension Tuner {
  /// One block with the ways to fuse it.
  private struct Block {
    /// Variant 1, 2, …; 0 is not to fuse.
    var fusions: [Fusion]
    var candidates: [Candidate]
    var workspaceBytes: [Int]
    /// By variant, scratch memory and the tensors between the layers: ties go to less, which asks
    /// less of caches that others share.
    var memoryBytes: [Int]
    /// For layers whose choice cannot be fused, the best that can, with the race it stands in.
    var replacements: [Int: (standing: Standing, outcome: RaceOutcome)]

    var layers: ClosedRange<Int> { fusions[0].layers }
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
      guard let winner = outcome.winner,
        let variant = block.candidates.firstIndex(of: winner.candidate), variant > 0,
        let fusion = Self.planned(
          block.fusions[variant - 1], winner, outcome,
          summary.isStored ? .stored : .measured)
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

  private static func planned(
    _ fusion: Fusion, _ winner: Standing, _ outcome: RaceOutcome,
    _ provenance: Provenance
  ) -> PlanFusion? {
    guard let times = SampleSummary(winner.samples),
      let separate = outcome.standings.first(where: { $0.candidate == .separate })
    else { return nil }
    return PlanFusion(
      firstLayer: fusion.layers.lowerBound, lastLayer: fusion.layers.upperBound,
      band: fusion.band, medianMs: times.median * 1e-6,
      intervalMs: Interval(low: times.interval.low * 1e-6, high: times.interval.high * 1e-6),
      samples: times.count, separateMs: separate.median * 1e-6,
      margin: (separate.ratio ?? 1) - 1, ending: outcome.ending,
      workspaceBytes: winner.workspaceBytes, provenance: provenance)
  }

  // MARK: What can be fused

  private func blocks(
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
      var block = Block(
        fusions: [], candidates: [.separate], workspaceBytes: [0],
        memoryBytes: [between(ranges[0].dropFirst())], replacements: [:])
      let unfit = ranges[0].filter { !layers[$0].candidate.isFusible }
      for layer in unfit {
        guard let outcome = outcomes[layer], let standing = outcome.fusible else { continue }
        block.replacements[layer] = (standing, outcome)
      }
      for range in ranges
      where unfit.allSatisfy({
        !range.contains($0) || block.replacements[$0] != nil
      }) {
        for band in bands(rows: network.layers[range.upperBound].problem.output.height) {
          let bytes =
            4
            * FusedBlock.workspaceCount(
              of: network.layers[range].map(\.problem), band: band,
              vectorWidth: kernels.vectorWidth, threads: pool.count)
          if let limit = options.maxWorkspaceBytes, bytes > limit { continue }
          let fusion = Fusion(layers: range, band: band)
          block.fusions.append(fusion)
          block.candidates.append(.fused(fusion))
          block.workspaceBytes.append(bytes)
          block.memoryBytes.append(
            bytes + between(ranges[0].dropFirst().prefix(ranges[0].count - range.count)))
        }
      }
      return block.fusions.isEmpty ? nil : block
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
    let variants = (blocks.map(\.fusions.count).max() ?? 0) + 1
    let room = Double(machine.memoryBytes) * options.rules.networkMemoryShare
    guard Double(variants * (base.memory.totalBytes - base.memory.weightBytes)) <= room else {
      return nil
    }
    let sessions =
      try [base]
      + (0..<variants - 1).map { variant in
        try base.fusing(
          blocks.compactMap { $0.fusions.indices.contains(variant) ? $0.fusions[variant] : nil })
      }
    for session in sessions { try session.load(input: network.graph.seededInput(seed: seed)) }
    let bracket = SpeedBracket(probe: probe, pool: pool, stop: isInterrupted)
    let race = FusionRace(
      on: FusionSessions(
        sessions: sessions, blocks: blocks.map(\.layers), bracket: bracket, rules: options.rules,
        stop: isInterrupted),
      blocks: blocks.map { block in
        block.candidates.enumerated().map {
          RaceField.Entry(number: $0, name: "\($1)", workspaceBytes: block.memoryBytes[$0])
        }
      }, rules: options.rules, deadline: seconds - watch.seconds)
    let results = try race.run()
    let outcomes = zip(blocks, results).map { block, result in
      RaceOutcome(
        ending: result.ending,
        standings: block.candidates.indices.compactMap { variant in
          result.samples[variant].isEmpty
            ? nil
            : Standing(
              candidate: block.candidates[variant],
              place: variant == result.winner ? .winner : .finalist,
              samples: result.samples[variant], ratio: result.ratios[variant],
              workspaceBytes: block.workspaceBytes[variant])
        })
    }
    if let store, !race.isCutShort {
      let change = SystemLoad().since(load)
      for (key, outcome) in zip(keys, outcomes) {
        let validity = Validity(
          samples: outcome.winner?.samples ?? [], load: change, workers: pool.count)
        try store.finish(
          store.begin(key, machine: fingerprint), outcome, validity: validity,
          speeds: bracket.speeds)
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
      "\(layers[$0].problem) \(block.replacements[$0]?.standing.candidate ?? layers[$0].candidate);"
        + "\(layers[$0].candidate)"
    }
    return key(
      last.problem, last.epilogue,
      scope: "n=\(block.candidates.count) fused in \(network.identity) layer "
        + "\(block.layers.upperBound) of \(shortHash(parts.joined()))")
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
  // How the store calls the ways to run a block.

  fileprivate static let separate = Candidate(
    strategy: "separate", configuration: Configuration())

  fileprivate static func fused(_ fusion: Fusion) -> Candidate {
    Candidate(
      strategy: "fused",
      configuration: Configuration(["band": fusion.band, "layers": fusion.layers.count]))
  }

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
