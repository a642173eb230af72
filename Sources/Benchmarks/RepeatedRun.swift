import Base
import Convolution
import KernelLibrary
import Measurement

/// One candidate run a given number of times: what a profiler looks at.
public struct RepeatedRun: Sendable {
  public var candidate: Candidate
  public var workload: Workload
  /// Packing the weights and whatever else is done once.
  public var preparation: Nanoseconds
  /// Of every run.
  public var times: [Nanoseconds]
}

extension ProblemBenchmark {
  /// Runs the first guess of the options' one strategy so often, without speed probes between.
  ///
  /// - Throws: `StrategyError` for an unknown name, `MeasurementError` where the problem does not
  ///   fit into memory or the strategy does not apply.
  public func repeatedly(
    _ problem: ConvolutionProblem, times count: Int, options: Options,
    isCancelled: () -> Bool = { false }
  ) throws -> RepeatedRun {
    let strategy =
      try options.strategies?.first.map { try StrategyTable.strategy(named: $0) }
      ?? StrategyTable.general
    if let reason = strategy.rejection(of: problem, target: Target(kernels, pool: pool)) {
      throw MeasurementError("\(strategy.name) does not apply to \(problem): \(reason)")
    }
    let workload = Workload(problem: problem, epilogue: options.epilogue)
    let bench = try LayerBench(
      workload: workload, kernels: kernels, pool: pool, machine: machine,
      evictor: evictor)
    let configurations = strategy.configurations(
      for: problem, target: Target(kernels, pool: pool))
    let watch = Stopwatch()
    let prepared = try strategy.prepare(
      bench.layer, configuration: configurations[0], target: Target(kernels, pool: pool))
    var run = RepeatedRun(
      candidate: Candidate(strategy: strategy.name, configuration: configurations[0]),
      workload: workload, preparation: watch.elapsed, times: [])
    while run.times.count < count, !isCancelled() {
      run.times.append(bench.timeOnce(prepared, state: options.state))
    }
    return run
  }
}
