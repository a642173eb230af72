import Convolution
import KernelLibrary
import Measurement
import Topology
import Workers

/// A layer's race on this machine.
final class LayerCourse: RaceCourse {
  private let bench: LayerBench
  private let kernels: Kernels
  private let pool: WorkerPool
  private let probe: SpeedProbe
  private let candidates: [Candidate]
  private let options: TuningOptions
  private let stop: () -> Bool
  private let keep: (Standing) throws -> Void
  /// Bytes of packed weights that may be alive at once.
  private let memoryLimit: Int
  private let watch = Stopwatch()
  private var prepared: [Int: any PreparedConvolution] = [:]
  private var checker: CandidateCheck?
  /// The last speed probe, reused as the one before the next sample.
  private var lastSpeed: Double?
  private(set) var speeds: [Double] = []
  private var patience = 1.0

  init(
    bench: LayerBench, kernels: Kernels, pool: WorkerPool, machine: Machine, probe: SpeedProbe,
    candidates: [Candidate], options: TuningOptions, stop: @escaping () -> Bool,
    keep: @escaping (Standing) throws -> Void
  ) {
    self.bench = bench
    self.kernels = kernels
    self.pool = pool
    self.probe = probe
    self.candidates = candidates
    self.options = options
    self.stop = stop
    self.keep = keep
    memoryLimit = max(1 << 28, Int(clamping: machine.memoryBytes / 8))
  }

  var count: Int { candidates.count }
  var seconds: Double { watch.seconds }
  var isInterrupted: Bool { stop() }
  func candidate(_ entry: Int) -> Candidate { candidates[entry] }

  func open(_ entry: Int) throws -> Int {
    let candidate = candidates[entry]
    let strategy = try StrategyTable.strategy(named: candidate.strategy)
    let convolution = try strategy.prepare(
      bench.layer, configuration: candidate.configuration, kernels: kernels, threads: pool.count)
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

  func run(_ entry: Int) -> RaceSample { bracketed(entry) { bench.timeOnce($0) } }
  func sample(_ entry: Int) -> RaceSample { bracketed(entry) { bench.sample($0) } }

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

  func didSample(_ entry: Int, samples: [Double]) throws {
    try keep(
      Standing(
        candidate: candidates[entry], place: .slower, samples: samples,
        workspaceBytes: 4 * (prepared[entry]?.workspaceCount ?? 0)))
  }

  /// A timing between two speed probes.
  private func bracketed(
    _ entry: Int, _ time: (any PreparedConvolution) -> Double
  ) -> RaceSample {
    guard let convolution = prepared[entry] else { return RaceSample(nanoseconds: .infinity) }
    let before = lastSpeed ?? measureSpeed()
    let nanoseconds = time(convolution)
    let after = measureSpeed()
    lastSpeed = after
    let isDisturbed = probe.isDisturbed(before) || probe.isDisturbed(after)
    if isDisturbed { waitForSpeed() }
    return RaceSample(nanoseconds: nanoseconds, isDisturbed: isDisturbed)
  }

  private func measureSpeed() -> Double {
    let speed = probe.measure(on: pool)
    speeds.append(speed)
    return speed
  }

  /// Lets a slow spell pass, at most 20 ms at a time and a second per race.
  private func waitForSpeed() {
    let wait = Stopwatch()
    while patience > 0, wait.seconds < 0.02, !stop() {
      let speed = probe.measure(on: pool, remember: false)
      lastSpeed = speed
      if !probe.isDisturbed(speed) { break }
    }
    patience -= wait.seconds
  }
}
