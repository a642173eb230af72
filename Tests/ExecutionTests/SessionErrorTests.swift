import Convolution
import Execution
import KernelLibrary
import Networks
import Testing
import Topology
import Workers

@Suite(.serialized) struct SessionErrorTests {
  let pool = WorkerPool(placement: .unbound(threads: 2))
  let kernels = Kernels.best

  func network() throws -> LoweredNetwork {
    try LoweredNetwork(
      graph: NetworkCatalog.graph(named: "resnet20"), vectorWidth: kernels.vectorWidth)
  }

  @Test func choicesMustFit() throws {
    let network = try network()
    let good = try HeuristicChoices.choices(for: network, target: Target(kernels, threads: 2))
    func session(_ choices: [Candidate]) throws {
      _ = try Session(network: network, seed: 1, choices: choices, kernels: kernels, pool: pool)
    }
    #expect(throws: ExecutionError.self) { try session([]) }
    for bad in [
      Candidate(strategy: "nonesuch", configuration: Configuration()),
      Candidate(strategy: "direct", configuration: Configuration(["columns": 77])),
      Candidate(strategy: "pointwise", configuration: good[1].configuration),
    ] {
      #expect(throws: (any Error).self) { try session([good[0], bad] + good[2...]) }
    }
    #expect(throws: (any Error).self) {
      try HeuristicChoices.choices(
        for: network, preferring: "nonesuch", target: Target(kernels, threads: 2))
    }
  }

  @Test func vectorWidthsAndInputsMustFit() throws {
    let network = try network()
    let choices = try HeuristicChoices.choices(for: network, target: Target(kernels, threads: 2))
    if let other = Kernels.available.first(where: { $0.vectorWidth != kernels.vectorWidth }) {
      #expect(throws: ExecutionError.self) {
        try Session(network: network, seed: 1, choices: choices, kernels: other, pool: pool)
      }
    }
    let session = try Session(
      network: network, seed: 1, choices: choices, kernels: kernels, pool: pool)
    #expect(throws: GraphError.self) { try session.load(input: [1, 2, 3]) }
  }

  @Test func tooLittleMemoryIsAnError() throws {
    let network = try network()
    let plan = MemoryPlan(network)
    let weights = network.layers.map(\.problem.weightCount)
    // The largest layer's weights are there twice while they are packed.
    let count =
      weights.reduce(plan.count, +) + (weights.max() ?? 0) + network.graph.input.count
    func budget(_ bytes: Int) -> MemoryBudget {
      MemoryBudget(limit: .group, bytes: bytes + MemoryBudget.reserve)
    }
    try SessionMemory.check(network, plan, budget: budget(4 * count))
    let error = #expect(throws: ExecutionError.self) {
      try SessionMemory.check(network, plan, budget: budget(4 * count - 1))
    }
    #expect(error?.description.contains("the control group") == true)
    #expect(error?.description.contains("smaller batch") == true)
  }

  @Test func profiledStepsAreAllSteps() throws {
    let network = try network()
    let choices = try HeuristicChoices.choices(for: network, target: Target(kernels, threads: 2))
    let session = try Session(
      network: network, seed: 1, choices: choices, kernels: kernels, pool: pool)
    try session.load(input: network.graph.seededInput(seed: 1))
    session.run()
    let expected = session.output
    var seen: [Int] = []
    session.runProfiled { step, time in
      seen.append(step)
      #expect(time > 0)
    }
    #expect(seen == Array(network.steps.indices))
    #expect(session.output == expected)
    #expect(session.stepNames.count == network.steps.count)
    #expect(session.memory.weightBytes >= 4 * network.graph.parameters * 9 / 10)
    #expect(session.memory.arenaBytes > 0)
  }
}
