import Base
import Convolution
import KernelLibrary
import Measurement
import Races
import Store
import Topology
import Workers

/// A layer's race on this machine.
final class LayerCourse: RaceCourse {
  private let bench: LayerBench
  private let kernels: Kernels
  private let pool: WorkerPool
  private let sampler: Sampler
  private let candidates: [Candidate]
  private let options: TuningOptions
  private let stop: () -> Bool
  private let keep: (Standing, Sample) throws -> Void
  /// Bytes of packed weights that may be alive at once.
  private let memoryLimit: Int
  private let watch = Stopwatch()
  private var prepared: [Int: any PreparedConvolution] = [:]
  private var checker: CandidateCheck?
  /// Of the speed probes so far.
  var speeds: [Gflops] { sampler.speeds }

  init(
    bench: LayerBench, kernels: Kernels, pool: WorkerPool, machine: Machine, probe: SpeedProbe,
    candidates: [Candidate], options: TuningOptions, stop: @escaping () -> Bool,
    keep: @escaping (Standing, Sample) throws -> Void
  ) {
    self.bench = bench
    self.kernels = kernels
    self.pool = pool
    sampler = Sampler(probe: probe, pool: pool, stop: stop)
    self.candidates = candidates
    self.options = options
    self.stop = stop
    self.keep = keep
    memoryLimit = machine.usableMemory / 8
  }

  var count: Int { candidates.count }
  var seconds: Double { watch.seconds }
  var isInterrupted: Bool { stop() }
  func candidate(_ entry: Int) -> Candidate { candidates[entry] }

  func open(_ entry: Int) throws -> Int {
    let candidate = candidates[entry]
    let strategy = try StrategyTable.strategy(named: candidate.strategy)
    let convolution = try strategy.prepare(
      bench.layer, configuration: candidate.configuration, target: Target(kernels, pool: pool))
    let bytes = 4 * convolution.workspaceCount
    if let limit = options.maxWorkspaceBytes, bytes > limit {
      throw ConfigurationError("it needs \(bytes) bytes of workspace, above --max-workspace")
    }
    prepared[entry] = convolution
    return bytes
  }

  func close(_ entry: Int) { prepared[entry] = nil }

  var isCrowded: Bool {
    prepared.values.reduce(0) { $0 + 4 * $1.packedCount } > memoryLimit
  }

  func run(_ entry: Int) -> Timing<Nanoseconds> { timed(entry) { bench.timeOnce($0) } }
  func sample(_ entry: Int) -> Timing<Nanoseconds> { timed(entry) { bench.sample($0) } }

  func check(_ entry: Int) -> CheckResult {
    guard let convolution = prepared[entry] else {
      return CheckResult(error: .infinity, rejection: "it is not prepared")
    }
    let checker = self.checker ?? CandidateCheck(bench: bench, vectorWidth: kernels.vectorWidth)
    self.checker = checker
    let candidate = candidates[entry]
    guard let strategy = try? StrategyTable.strategy(named: candidate.strategy) else {
      return CheckResult(error: .infinity, rejection: "unknown strategy")
    }
    let tolerance = strategy.tolerance(
      for: bench.problem, configuration: candidate.configuration)
    return checker.check(
      convolution,
      tolerance: strategy.isApproximate ? max(tolerance, options.maxError ?? 0) : tolerance)
  }

  func didSample(_ entry: Int, samples: [Sample]) throws {
    guard let newest = samples.last else { return }
    try keep(
      Standing(
        candidate: candidates[entry], place: .slower, samples: samples.map(\.time),
        workspaceBytes: 4 * (prepared[entry]?.workspaceCount ?? 0)), newest)
  }

  /// A timing between two speed probes.
  private func timed(
    _ entry: Int, _ time: (any PreparedConvolution) -> Nanoseconds
  ) -> Timing<Nanoseconds> {
    guard let convolution = prepared[entry] else { return Timing(.infinity) }
    return sampler.time { time(convolution) }
  }
}

extension LayerCourse {
  /// Times candidates with hot caches, after the race: no decision depends on it.
  ///
  /// - Returns: the candidates in the order given with their samples.
  func hot(_ candidates: [Candidate]) throws -> [Standing] {
    try candidates.compactMap { candidate in
      guard let entry = (0..<count).first(where: { self.candidate($0) == candidate }) else {
        return nil
      }
      let workspaceBytes = try open(entry)
      defer { close(entry) }
      var retries = Retries(1)
      let samples = (0...rules.hotBlocks).map { _ in
        retries.take { timed(entry) { bench.sample($0, state: .hot) } }.value
      }
      return Standing(
        candidate: candidate, place: .finalist, samples: Array(samples.dropFirst()),
        workspaceBytes: workspaceBytes)
    }
  }

  private var rules: RaceRules { options.rules }
}
