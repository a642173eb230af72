import Execution
import KernelLibrary
import Networks
import Testing
import Topology
import Workers

/// The degradation experiment of the ResNet paper, turned round: identity convolutions inserted
/// into VGG-19 must not change its output, whatever strategy computes them.
@Suite struct IdentityTests {
  @Test(arguments: StrategyTable.all.filter { !$0.isApproximate }.map(\.name))
  func insertedIdentitiesChangeNothing(_ strategy: String) throws {
    let pool = WorkerPool(placement: .unbound(threads: 1))
    defer { pool.shutdown() }
    func output(_ name: String, _ identities: Int?) throws -> [Float] {
      let graph = try NetworkCatalog.graph(
        named: name,
        options: NetworkOptions(resolution: 32, identityLayers: identities, classes: 10))
      let network = try LoweredNetwork(graph: graph, vectorWidth: Kernels.best.vectorWidth)
      let choices = try HeuristicChoices.choices(
        for: network, preferring: strategy, target: Target(.best, threads: 1))
      let session = try Session(
        network: network, seed: 3, choices: choices, kernels: .best, pool: pool)
      try session.load(input: graph.seededInput(seed: 3))
      session.run()
      return session.output
    }
    let plain = try output("vgg19", nil)
    #expect(Set(plain).count == 10)
    let scale = plain.map(abs).max() ?? 0
    for identities in [1, 7] {
      let deeper = try output("vgg19-identity", identities)
      let worst = zip(plain, deeper).map { abs($0 - $1) }.max() ?? .infinity
      // Exact but for Winograd's rounding.
      #expect(worst <= (strategy == "winograd" ? 1e-4 * scale : 0), "\(identities) identities")
    }
  }
}
