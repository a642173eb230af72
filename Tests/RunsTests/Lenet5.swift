import Execution
import KernelLibrary
import Networks
import Workers

@testable import Runs

/// A network that is soon measured, on one thread.
func lenet5() throws -> (session: Session, benchmark: SessionBenchmark) {
  let kernels = Kernels.best
  let pool = WorkerPool(placement: .unbound(threads: 1))
  let network = try LoweredNetwork(
    graph: NetworkCatalog.graph(named: "lenet5"), vectorWidth: kernels.vectorWidth)
  let session = try Session(
    network: network, seed: 1,
    choices: HeuristicChoices.choices(for: network, target: Target(kernels, threads: 1)),
    kernels: kernels, pool: pool)
  return (session, SessionBenchmark(session: session, pool: pool, kernels: kernels))
}
