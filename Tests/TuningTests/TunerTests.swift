import Convolution
import Execution
import KernelLibrary
import Measurement
import Networks
import TestSupport
import Testing
import Topology
import Workers

@testable import Plans
@testable import Races
@testable import Store
@testable import Tuning

@Suite(.serialized) struct TunerTests {
  private let machine: Machine
  private let pool: WorkerPool
  private let layers: [TuningLayer]

  init() throws {
    machine = try Machine.probe()
    pool = WorkerPool(placement: .unbound(threads: 2))
    let relu = Epilogue(bias: true, activation: .relu)
    func layer(_ name: String, _ problem: String, _ epilogue: Epilogue) throws -> TuningLayer {
      TuningLayer(
        name: name,
        workload: Workload(problem: try ConvolutionProblem(descriptor: problem), epilogue: epilogue)
      )
    }
    layers = [
      try layer("first", "mb1ic3ih12oc16oh12kh3ph1", relu),
      try layer("a", "mb1ic16ih8oc16oh8kh3ph1", relu),
      try layer("b", "mb1ic16ih8oc16oh8kh3ph1", relu),
      try layer("residual", "mb1ic16ih8oc16oh8kh3ph1", Epilogue(bias: true, residual: true)),
      try layer("depthwise", "g20mb1ic20ih9oc20oh9kh3ph1", Epilogue(activation: .relu6)),
      try layer("classifier", "mb1ic20ih1oc10oh1kh1", Epilogue(bias: true, activation: .tanh)),
    ]
  }

  private func tuner(_ store: Store?, _ options: TuningOptions = TuningOptions()) -> Tuner {
    Tuner(
      kernels: .best, pool: pool, machine: machine, request: ThreadRequest(binding: .none),
      store: store, options: options)
  }

  private func quick() -> TuningOptions {
    var options = TuningOptions()
    options.rules.lookSeconds = 0.1
    options.rules.probeSeconds = 0.1
    options.rules.raceSeconds = 0.05
    options.rules.probeRunsOfBest = 1
    options.rules.raceRunsOfBest = 1
    return options
  }

  /// A forecast measures nothing, knows what the store has, and what races took.
  @Test func forecastsWhatIsLeftToDo() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    let before = try tuner(store, quick()).forecast(layers, isNetwork: true)
    #expect(before.shapes.count == 5 && before.stored == 0 && before.knownRaces == 0)
    #expect(before.shapes.reduce(0) { $0 + $1.layers } == layers.count)
    #expect(before.seconds > 0 && before.networkSeconds > 0 && before.source.contains("assumed"))
    #expect(try store.counts().races == 0)
    _ = try tuner(store, quick()).tune(layers: Array(layers.prefix(3)))
    let after = try tuner(store, quick()).forecast(layers, isNetwork: false)
    #expect(after.stored == 2 && after.knownRaces == 2 && after.source == "2 stored races")
    #expect(after.shapes.filter(\.isStored).allSatisfy { $0.seconds == 0 })
    #expect(after.networkSeconds == 0)
    var refresh = quick()
    refresh.refresh = true
    #expect(try tuner(store, refresh).forecast(layers, isNetwork: false).stored == 0)
  }

  @Test func decidesEveryLayerAndRemembers() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    var decisions = 0
    let first = try tuner(store, quick()).tune(layers: layers) {
      if $0.decision != nil { decisions += 1 }
    }
    #expect(first.map(\.name) == layers.map(\.name))
    #expect(decisions == 5)
    #expect(first.allSatisfy { $0.provenance == .measured && $0.medianMs ?? 0 > 0 })
    #expect(first.allSatisfy { $0.error != nil })
    #expect(first[1].candidate == first[2].candidate)
    #expect(first.allSatisfy { !($0.strategy == "separable") })
    #expect(first.allSatisfy { $0.hotMs ?? 0 > 0 && $0.network == nil })
    // Each shape with the network's caches and with hot ones.
    #expect(try store.counts().finishedRaces == 10)

    let second = try tuner(store, quick()).tune(layers: layers)
    #expect(second.map(\.candidate) == first.map(\.candidate))
    #expect(second.allSatisfy { $0.provenance == .stored })
    #expect(second.map(\.medianMs) == first.map(\.medianMs))
    #expect(second.map(\.hotMs) == first.map(\.hotMs))

    var refresh = quick()
    refresh.refresh = true
    let third = try tuner(store, refresh).tune(layers: [layers[5]])
    #expect(third[0].provenance == .measured)
    var narrow = quick()
    narrow.strategies = ["direct"]
    let direct = try tuner(store, narrow).tune(layers: layers)
    #expect(direct.allSatisfy { $0.strategy == "direct" && $0.provenance == .measured })
  }

  @Test func theNetworkIsRunOnceAndRemembered() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    let graph = try NetworkCatalog.graph(named: "lenet5")
    let network = try LoweredNetwork(graph: graph, vectorWidth: Kernels.best.vectorWidth)
    var summaries: [NetworkTuning] = []
    func tune(_ options: TuningOptions) throws -> [PlanLayer] {
      try tuner(store, options).tune(network: network) {
        if let summary = $0.network { summaries.append(summary) }
      }.layers
    }
    let first = try tune(quick())
    #expect(first.map(\.name) == network.layers.map(\.name))
    let places = first.compactMap(\.network)
    #expect(places.count == first.count)
    #expect(places.allSatisfy { $0.medianMs > 0 && $0.samples >= 5 })
    #expect(places.allSatisfy { ($0.replaced == nil) == ($0.margin == nil) })
    #expect(places.allSatisfy { $0.replaced == nil || $0.ending != nil })

    // Nothing runs again, and everything is said again, what the network changed included.
    let second = try tune(quick())
    #expect(summaries.map(\.isStored) == [false, true])
    #expect(summaries[0].inferences > 0 && summaries[1].inferences == 0)
    #expect(summaries[0].changed == summaries[1].changed)
    #expect(second.map(\.candidate) == first.map(\.candidate))
    #expect(second.map(\.network?.medianMs) == first.map(\.network?.medianMs))
    #expect(second.map(\.network?.replaced) == first.map(\.network?.replaced))
    #expect(second.map(\.hotMs) == first.map(\.hotMs))

    var isolated = quick()
    isolated.inNetwork = false
    #expect(try tune(isolated).allSatisfy { $0.network == nil })
    var spent = quick()
    spent.seconds = 1e-6
    spent.refresh = true
    #expect(try tune(spent).allSatisfy { $0.network == nil })
    #expect(summaries.last?.problem == "the budget is spent")
  }

  /// Which blocks there are follows from who won the layers' races, on any machine: here the races
  /// are given.
  @Test func blocksFollowFromTheRacesOfTheirLayers() throws {
    let network = try mobileNetwork()
    let direct = Candidate(strategy: "direct", configuration: Configuration(["pixels": 14]))
    let im2col = Candidate(strategy: "im2col", configuration: Configuration(["pixels": 14]))
    /// Races won by `winner`, with the others within the given ratios and checked or not.
    func blocks(
      _ layer: Int, _ winner: Candidate, _ others: [(Candidate, ratio: Double?, error: Double?)],
      limit: Int? = nil
    ) throws -> [Tuner.Block] {
      var plan: [PlanLayer] = []
      var decisions: [LayerDecision] = []
      for (index, step) in network.layers.enumerated() {
        let choice = index == layer ? winner : direct
        plan.append(
          PlanLayer(
            name: step.name, workload: step.workload, untimed: choice))
        let standings =
          [Standing(candidate: choice, place: .winner, samples: [1], ratio: 1, error: 0)]
          + (index == layer ? others : []).map {
            Standing(
              candidate: $0, place: .finalist, samples: [1], ratio: $1, error: $2)
          }
        decisions.append(
          LayerDecision(
            workload: step.workload, layers: [index],
            outcome: RaceOutcome(ending: .tied, standings: standings), choice: plan[index],
            scope: RaceScope(candidates: 1), signature: .current))
      }
      var options = quick()
      options.maxWorkspaceBytes = limit
      return tuner(nil, options).blocks(decisions, plan, network)
    }
    let all = try blocks(1, direct, [])
    #expect(all.map(\.layers) == network.fusible.map { $0[0] })
    #expect(all.count == 17 && all.allSatisfy { $0.replacements.isEmpty })
    #expect(all.allSatisfy { $0.variants[0].fusion == nil && $0.variants.count > 1 })
    let first = try #require(all.first).layers
    for layer in first {
      // The best that can be fused takes the place of a winner that cannot.
      let replaced = try blocks(layer, im2col, [(direct, 1.1, 0)])
      #expect(replaced.count == 17)
      #expect(replaced[0].replacements[layer]?.standing.candidate == direct)
      // Nobody checked whether it computes the right thing, or it has no time: no replacement.
      for (ratio, error) in [(1.1, nil), (nil, 0.0)] as [(Double?, Double?)] {
        let without = try blocks(layer, im2col, [(direct, ratio, error)])
        #expect(without.allSatisfy { $0.replacements.isEmpty })
        let fusions = without.flatMap(\.variants).compactMap(\.fusion)
        #expect(fusions.allSatisfy { !$0.layers.contains(layer) })
        #expect((16...17).contains(without.count))
      }
    }
    #expect(try blocks(1, direct, [], limit: 0).isEmpty)
  }

  private func mobileNetwork() throws -> LoweredNetwork {
    try LoweredNetwork(
      graph: NetworkCatalog.graph(
        named: "mobilenetv2-0.35", options: NetworkOptions(resolution: 64, classes: 10)),
      vectorWidth: Kernels.best.vectorWidth)
  }

  @Test func fusedBlocksAreRacedOnceAndRemembered() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    let network = try mobileNetwork()
    var summaries: [FusionTuning] = []
    func tune(_ change: (inout TuningOptions) -> Void = { _ in }) throws -> TunedNetwork {
      var options = quick()
      options.strategies = ["direct", "pointwise", "depthwise", "im2col"]
      // Everything is a tie, which less memory decides: whatever the times, blocks are fused.
      options.rules.tie = 100
      change(&options)
      return try tuner(store, options).tune(network: network) {
        if let summary = $0.fusion { summaries.append(summary) }
      }
    }
    let first = try tune()
    #expect(!first.fusions.isEmpty)
    let second = try tune()
    // How many there are, the layers' races decide: at most as many as the network has.
    let blocks = try #require(summaries.first).blocks
    #expect((first.fusions.count...network.fusible.count).contains(blocks))
    #expect(summaries.map(\.blocks) == [blocks, blocks])
    #expect(summaries.map(\.isStored) == [false, true])
    #expect(summaries.map(\.fused) == [first.fusions.count, second.fusions.count])
    #expect(second.fusions.map(\.fusion) == first.fusions.map(\.fusion))
    #expect(second.fusions.map(\.medianMs) == first.fusions.map(\.medianMs))
    #expect(second.fusions.allSatisfy { $0.provenance == .stored && $0.samples >= 5 })
    #expect(second.layers.map(\.candidate) == first.layers.map(\.candidate))
    // What was chosen can run, whatever it is.
    _ = try Session(
      network: network.fusing(first.fusions.map(\.fusion)), seed: 1,
      choices: first.layers.map(\.candidate), kernels: .best, pool: pool)
    #expect(try tune { $0.fuses = false }.fusions.isEmpty)
    #expect(try tune { $0.inNetwork = false }.fusions.isEmpty)
    #expect(try tune { $0.maxWorkspaceBytes = 0 }.fusions.isEmpty)
    #expect(summaries.count == 2)
  }

  @Test func aSpentBudgetLeavesHeuristicChoices() throws {
    var options = quick()
    options.seconds = 1e-6
    let choices = try tuner(nil, options).tune(layers: layers)
    #expect(choices.allSatisfy { $0.provenance == .heuristic && $0.medianMs == nil })
    #expect(
      choices[4].strategy == (StrategyTable.names.contains("depthwise") ? "depthwise" : "direct"))
    #expect(choices[5].strategy == "pointwise")
  }

  /// Each strategy has one candidate, nothing is kept, and a race of all that the store has counts.
  @Test func anEstimateRacesFirstGuesses() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    var options = quick()
    options.makeEstimate()
    let shapes = try tuner(nil, options).uniqueShapes(layers)
    for shape in shapes {
      #expect(Set(shape.candidates.map(\.strategy)).count == shape.candidates.count)
      let full = try tuner(nil, quick()).uniqueShapes([shape.layer])[0]
      #expect(full.key == shape.key && full.candidates.count > shape.candidates.count)
      #expect(shape.candidates.allSatisfy(full.candidates.contains))
    }
    let estimate = try tuner(store, options).tune(layers: layers)
    #expect(estimate.allSatisfy { $0.provenance == .measured && $0.medianMs != nil })
    #expect(try store.machines().isEmpty)
    #expect(options.budgets.guesses == 1 && quick().budgets.guesses == nil)
    let full = try tuner(store, quick()).tune(layers: layers)
    let again = try tuner(store, options).tune(layers: layers)
    #expect(again.allSatisfy { $0.provenance == .stored })
    #expect(again.map(\.candidate) == full.map(\.candidate))
  }

  @Test func impossibleRequestsAreErrors() throws {
    var options = quick()
    options.strategies = ["pointwise"]
    #expect(throws: RaceError.self) { try tuner(nil, options).tune(layers: layers) }
    options.strategies = ["magic"]
    #expect(throws: StrategyError.self) { try tuner(nil, options).tune(layers: layers) }
  }

  @Test func anInterruptIsReported() throws {
    let tuner = Tuner(
      kernels: .best, pool: pool, machine: machine, request: ThreadRequest(), store: nil,
      isInterrupted: { true })
    #expect(throws: RaceError.self) { try tuner.tune(layers: layers) }
  }

  // MARK: The check

  /// Computes another candidate's result, then spoils it.
  private final class Spoiled: PreparedConvolution {
    let inner: any PreparedConvolution
    let spoil: @Sendable (TensorView) -> Void
    init(_ inner: any PreparedConvolution, _ spoil: @escaping @Sendable (TensorView) -> Void) {
      self.inner = inner
      self.spoil = spoil
    }
    var workspaceCount: Int { inner.workspaceCount }
    var packedCount: Int { inner.packedCount }
    func run(
      input: TensorView, output: TensorView, residual: TensorView?,
      workspace: UnsafeMutablePointer<Float>, pool: WorkerPool
    ) {
      inner.run(
        input: input, output: output, residual: residual, workspace: workspace, pool: pool)
      spoil(output)
    }
  }

  @Test func theCheckSeesWrongAndMissingOutputs() throws {
    let problem = try ConvolutionProblem(descriptor: "mb2ic20ih9oc24oh9kh3ph1")
    let kernels = Kernels.best
    let bench = try LayerBench(
      workload: Workload(
        problem: problem, epilogue: Epilogue(bias: true, residual: true, activation: .relu6)),
      kernels: kernels, pool: pool, machine: machine)
    let strategy = try StrategyTable.strategy(named: "direct")
    let configuration = strategy.configurations(for: problem, target: Target(kernels, threads: 2))[
      0]
    let direct = try strategy.prepare(
      bench.layer, configuration: configuration, target: Target(kernels, threads: 2))
    let check = CandidateCheck(bench: bench, vectorWidth: kernels.vectorWidth)
    #expect(check.count > 300)
    #expect(check.check(direct, tolerance: 0) == CheckResult(error: 0))
    func verdict(_ spoil: @escaping @Sendable (TensorView) -> Void) -> String {
      check.check(Spoiled(direct, spoil), tolerance: 0).rejection ?? ""
    }
    // The last pixel of the last channel, a bit off.
    #expect(verdict { $0.base[$0.offset(1, 23, 8, 8)] += 0.125 }.hasPrefix("wrong result"))
    #expect(verdict { $0.base[$0.offset(0, 0, 0, 0)] = .nan }.contains("not a finite number"))
    let zeros = verdict { view in
      for n in 0..<2 {
        for k in 0..<24 {
          for y in 0..<9 { for x in 0..<9 { view.base[view.offset(n, k, y, x)] = 0 } }
        }
      }
    }
    #expect(zeros.hasPrefix("wrong result"))
    // All are looked at for having been written.
    let holes = (0..<81).count { i in
      !verdict { $0.base[$0.offset(0, 7, i / 9, i % 9)] = .nan }.isEmpty
    }
    #expect(holes == 81)
  }

  @Test func everyStrategyPassesOnItsOwnGround() throws {
    for text in ["mb1ic20ih9oc24oh9kh3ph1", "mb1ic3ih11oc20oh6kh3sh2ph1", "mb1ic40ih7oc24oh7kh1"] {
      let problem = try ConvolutionProblem(descriptor: text)
      for kernels in Kernels.available {
        let bench = try LayerBench(
          workload: Workload(problem: problem, epilogue: Epilogue(bias: true)), kernels: kernels,
          pool: pool,
          machine: machine)
        let check = CandidateCheck(bench: bench, vectorWidth: kernels.vectorWidth)
        let list = try CandidateList(for: problem, target: Target(kernels, threads: 2))
        #expect(!list.candidates.isEmpty)
        for candidate in list.candidates {
          let strategy = try StrategyTable.strategy(named: candidate.strategy)
          let prepared = try strategy.prepare(
            bench.layer, configuration: candidate.configuration, target: Target(kernels, threads: 2)
          )
          let tolerance = strategy.tolerance(
            for: problem, configuration: candidate.configuration)
          let result = check.check(prepared, tolerance: tolerance)
          #expect(result.rejection == nil, "\(text) \(candidate): \(result.rejection ?? "")")
        }
      }
    }
  }
}
