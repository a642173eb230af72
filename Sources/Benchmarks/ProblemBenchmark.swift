import Base
import Convolution
import KernelLibrary
import Measurement
import Topology
import Tuning
import Workers

/// Times every strategy's configurations on one problem.
///
/// Each strategy: every configuration runs a few times, the fastest are kept and checked against
/// the definition. Then all that are kept are sampled in turn, a speed probe before and after every
/// sample, and where a bandwidth is the roof, a burst of that level's loads: time and roof are of
/// the same moments.
public final class ProblemBenchmark {
  public struct Options: Sendable {
    /// Names; nil is all.
    public var strategies: [String]?
    public var state = CacheState.network
    public var epilogue = Epilogue.none
    /// Configurations that are reported per strategy.
    public var top = 1
    /// Seconds for the first look at one strategy's configurations, and for the samples of all.
    public var seconds = 1.5
    /// When the samples of all have come to their end; nil is after `seconds`, with few rounds
    /// at least and some more at most.
    public var stopping: StoppingRule?
    /// Of runs of all in turn before their samples.
    public var warmUpSeconds = 0.0

    public init() {}
  }

  /// Configurations of a strategy that are sampled, even where fewer are reported.
  private static let finalists = 3
  private static let minimumRounds = 7
  private static let maximumRounds = 25
  private static let probeRuns = 3

  let kernels: Kernels
  let pool: WorkerPool
  let machine: Machine
  /// Of every level, innermost first.
  let bandwidths: [BandwidthProbe]
  private let roofline: Roofline
  let evictor: CacheEvictor
  private let probe: SpeedProbe

  /// Measures the bandwidths that the rooflines stand on: under a second.
  public init(kernels: Kernels, pool: WorkerPool, machine: Machine) {
    self.kernels = kernels
    self.pool = pool
    self.machine = machine
    bandwidths = BandwidthProbe.levels(kernels: kernels, pool: pool, machine: machine)
    roofline = Roofline(
      bandwidths: BandwidthProbe.best(of: bandwidths), machine: machine, pool: pool)
    evictor = CacheEvictor(kernels: kernels, pool: pool, machine: machine)
    probe = SpeedProbe(kernels: kernels, workers: pool.count)
    for _ in 0..<50 { _ = probe.measure(on: pool) }
  }

  /// The levels' load bandwidths, GB/s of all workers.
  public var levels: [Roofline.Level] { roofline.levels }

  private struct Contender {
    let candidate: Candidate
    let prepared: any PreparedConvolution
    let error: Double
    /// Packing the weights and whatever else is done once.
    let preparation: Nanoseconds
    let work: ExecutedWork?
    var samples: [Sample] = []
    /// Of the level that is the roof; nil where it is the FMA peak.
    var roof: BandwidthProbe?
    /// GB/s of that level beside every sample.
    var loads: [Double] = []
    var retries = Retries()
  }

  /// - Throws: `StrategyError` for an unknown name, `MeasurementError` where the problem does not
  ///   fit into memory.
  public func run(
    _ problem: ConvolutionProblem, options: Options, isCancelled: () -> Bool = { false }
  ) throws -> BenchResult {
    let strategies =
      try options.strategies?.map { try StrategyTable.strategy(named: $0) } ?? StrategyTable.all
    let workload = Workload(problem: problem, epilogue: options.epilogue)
    let bench = try LayerBench(
      workload: workload, kernels: kernels, pool: pool, machine: machine,
      evictor: evictor)
    let check = CandidateCheck(bench: bench, vectorWidth: kernels.vectorWidth)
    var result = BenchResult(
      workload: workload, entries: [], rejections: [], notes: [])
    var contenders: [Contender] = []
    for strategy in strategies where !isCancelled() {
      if let reason = strategy.rejection(of: problem, target: Target(kernels, pool: pool)) {
        result.rejections.append(.init(strategy: strategy.name, reason: reason))
        continue
      }
      let ranked = probeAll(strategy, bench, options, &result, isCancelled)
      contenders += try choose(ranked, strategy, bench, check, options, &result)
    }
    let load = SystemLoad()
    sample(&contenders, bench, options, isCancelled)
    let change = SystemLoad().since(load)
    result.entries = entries(contenders, problem, options, change)
    return result
  }

  /// What `run` would do: strategies that apply, and at most so many seconds of it, where a run of
  /// the problem takes about so long.
  public static func forecast(
    _ problem: ConvolutionProblem, options: Options, target: Target, runSeconds: Double
  ) throws -> (strategies: Int, seconds: Double) {
    let strategies =
      try (options.strategies?.map { try StrategyTable.strategy(named: $0) } ?? StrategyTable.all)
      .filter { $0.rejection(of: problem, target: target) == nil }
    let looks = strategies.map { strategy in
      let count = strategy.configurations(for: problem, target: target).count
      return min(Double(count * (probeRuns + 1)) * runSeconds, options.seconds + 4 * runSeconds)
    }
    let samples =
      options.stopping.map { $0.precision == nil ? $0.seconds : $0.mostSeconds ?? $0.seconds }
      ?? options.seconds
    return (strategies.count, looks.reduce(samples + options.warmUpSeconds, +))
  }

  /// All configurations, fastest first.
  private func probeAll(
    _ strategy: any ConvolutionStrategy, _ bench: LayerBench, _ options: Options,
    _ result: inout BenchResult, _ isCancelled: () -> Bool
  ) -> [Configuration] {
    let configurations = strategy.configurations(
      for: bench.problem, target: Target(kernels, pool: pool))
    var times: [(time: Nanoseconds, configuration: Configuration)] = []
    let watch = Stopwatch()
    var best = Nanoseconds.infinity
    for (index, configuration) in configurations.enumerated() {
      if index > 0, watch.seconds > options.seconds || isCancelled() {
        result.notes.append(
          "\(strategy.name): \(index) of \(configurations.count) configurations tried; "
            + "--seconds gives it more time")
        break
      }
      guard
        let prepared = try? strategy.prepare(
          bench.layer, configuration: configuration, target: Target(kernels, pool: pool))
      else { continue }
      bench.run(prepared)
      var fastest = Nanoseconds.infinity
      for _ in 0..<Self.probeRuns {
        fastest = min(fastest, bench.timeOnce(prepared, state: options.state))
        if fastest > 2 * best { break }
      }
      best = min(best, fastest)
      times.append((fastest, configuration))
    }
    return times.sorted { ($0.time, "\($0.configuration)") < ($1.time, "\($1.configuration)") }
      .map(\.configuration)
  }

  /// The fastest whose results are right.
  private func choose(
    _ ranked: [Configuration], _ strategy: any ConvolutionStrategy, _ bench: LayerBench,
    _ check: CandidateCheck, _ options: Options, _ result: inout BenchResult
  ) throws -> [Contender] {
    var chosen: [Contender] = []
    for configuration in ranked where chosen.count < max(options.top, Self.finalists) {
      let watch = Stopwatch()
      let prepared = try strategy.prepare(
        bench.layer, configuration: configuration, target: Target(kernels, pool: pool))
      let preparation = watch.elapsed
      let candidate = Candidate(strategy: strategy.name, configuration: configuration)
      let tolerance = strategy.tolerance(for: bench.problem, configuration: configuration)
      // An approximation of random weights is as wrong as its rank is low; the error is reported.
      let outcome = check.check(
        prepared, tolerance: strategy.isApproximate ? .infinity : tolerance)
      if let reason = outcome.rejection {
        result.notes.append("\(candidate) is left out: \(reason)")
        continue
      }
      chosen.append(
        Contender(
          candidate: candidate, prepared: prepared, error: outcome.error,
          preparation: preparation,
          work: ExecutedWork(strategy, configuration, bench, options.state)))
    }
    return chosen
  }

  private func sample(
    _ contenders: inout [Contender], _ bench: LayerBench, _ options: Options,
    _ isCancelled: () -> Bool
  ) {
    let peak = Double(pool.count) * probe.reference
    for index in contenders.indices {
      let name = contenders[index].work?.bound(roofline, peak: peak).roof
      contenders[index].roof = bandwidths.first { $0.name == name }
    }
    let sampler = Sampler(probe: probe, pool: pool, stop: { false })
    let warmUp = Stopwatch()
    while !isCancelled(), !contenders.isEmpty, warmUp.seconds < options.warmUpSeconds {
      for contender in contenders { bench.run(contender.prepared) }
    }
    let watch = Stopwatch()
    var random = SeededGenerator(seed: 1)
    var (round, looked) = (0, 0)
    while !isCancelled(), !isEnough(contenders, round, watch.seconds, options, &looked) {
      round += 1
      for index in contenders.indices.shuffled(using: &random) {
        let (prepared, roof) = (contenders[index].prepared, contenders[index].roof)
        var load: Double?
        let timing = contenders[index].retries.take {
          load = roof?.load()
          // The burst has taken the private caches.
          if load != nil, options.state == .hot { bench.run(prepared) }
          sampler.startAnew()
          return sampler.time { bench.sample(prepared, state: options.state) }
        }
        contenders[index].samples.append(Sample(timing))
        if let load { contenders[index].loads.append(load) }
      }
    }
  }

  /// - Parameter looked: the rounds when the samples were last looked at.
  private func isEnough(
    _ contenders: [Contender], _ round: Int, _ seconds: Double, _ options: Options,
    _ looked: inout Int
  ) -> Bool {
    guard let rule = options.stopping else {
      // Slow layers get a few samples too, however long they take.
      return round >= Self.maximumRounds || round >= 3 && seconds > 4 * options.seconds
        || round >= Self.minimumRounds && seconds > options.seconds
    }
    if contenders.isEmpty { return true }
    if round > 0, let most = rule.mostSeconds, seconds >= most { return true }
    guard rule.precision != nil else { return round >= rule.leastSamples && seconds > rule.seconds }
    guard rule.isLook(round, last: looked, seconds: seconds) else { return false }
    looked = round
    return reported(contenders, top: options.top).allSatisfy {
      rule.outcome($0.samples.map(\.time))?.isReached ?? false
    }
  }

  /// Of each strategy the fastest, as far as is known.
  private func reported(_ contenders: [Contender], top: Int) -> [Contender] {
    Dictionary(grouping: contenders, by: \.candidate.strategy).values.flatMap { group in
      group.map { (Statistics.median($0.samples.map(\.time)), $0) }
        .sorted { $0.0 < $1.0 }.prefix(top).map(\.1)
    }
  }

  private func entries(
    _ contenders: [Contender], _ problem: ConvolutionProblem, _ options: Options,
    _ load: LoadChange
  ) -> [BenchEntry] {
    var entries: [BenchEntry] = []
    for contender in contenders {
      let times = contender.samples.map(\.time)
      guard let time = SampleSummary(milliseconds: times) else { continue }
      let speeds = contender.samples.compactMap(\.speed)
      let peak = Double(pool.count) * Statistics.median(speeds)
      let bound = contender.work.map { work in
        guard let roof = contender.roof, !contender.loads.isEmpty else {
          return work.bound(roofline, peak: peak)
        }
        return work.bound(
          roofline.replacing(roof.name, bandwidth: Statistics.median(contender.loads)), peak: peak)
      }
      var validity = Validity(samples: times, load: load, workers: pool.count)
      if 2 * contender.retries.disturbed > contender.samples.count {
        validity.add(.invalid, "machine slowed in \(contender.retries.disturbed) samples")
      }
      entries.append(
        BenchEntry(
          candidate: contender.candidate, rank: 0, time: time,
          operations: Double(problem.operations), executed: contender.work?.operations, peak: peak,
          bound: bound?.time, roof: bound?.roof,
          workspaceBytes: 4 * contender.prepared.workspaceCount,
          preparation: contender.preparation, error: contender.error,
          validity: validity, precision: options.stopping?.outcome(times)))
    }
    return ranked(entries, top: options.top)
  }

  private func ranked(_ entries: [BenchEntry], top: Int) -> [BenchEntry] {
    let groups = Dictionary(grouping: entries) { $0.candidate.strategy }.values.map { group in
      group.sorted { $0.time.median < $1.time.median }.prefix(top).enumerated().map { rank, entry in
        var entry = entry
        entry.rank = rank + 1
        return entry
      }
    }
    return groups.sorted { $0[0].time.median < $1[0].time.median }.flatMap { $0 }
  }
}
