import Base
import Convolution
import KernelLibrary
import Measurement
import Races
import Topology
import Tuning
import Workers

/// The tuner's pick beside the best of all configurations, each of them sampled.
public final class PickCheck {
  /// What it cost to trust the tuner on one problem.
  public struct Result: Sendable {
    public var problem: ConvolutionProblem
    public var pick: Candidate
    public var best: Candidate
    /// How much slower the pick is by the samples of common rounds: 0.02 is 2 %; 0 where it is the
    /// best. The best of many has luck on its side, so a little more than 0 is expected.
    public var loss: Double
    /// Median of the best.
    public var time: Nanoseconds
    public var candidates: Int
    public var tuningSeconds: Double
  }

  /// What the pick may be slower.
  public static let allowance = 0.03
  /// Samples of every candidate in the first pass.
  private static let firstSamples = 3
  /// The fastest of the first pass are sampled again in turn.
  private static let finalists = 12
  private static let rounds = 25
  /// Hopeless after a single run.
  private static let hopeless = 3.0

  private let kernels: Kernels
  private let pool: WorkerPool
  private let machine: Machine
  private let request: ThreadRequest
  private let evictor: CacheEvictor
  private let sampler: Sampler
  private let isCancelled: () -> Bool

  public init(
    kernels: Kernels, pool: WorkerPool, machine: Machine, request: ThreadRequest,
    isCancelled: @escaping () -> Bool = { false }
  ) {
    self.kernels = kernels
    self.pool = pool
    self.machine = machine
    self.request = request
    self.isCancelled = isCancelled
    evictor = CacheEvictor(kernels: kernels, pool: pool, machine: machine)
    sampler = Sampler(
      probe: SpeedProbe(kernels: kernels, workers: pool.count), pool: pool, stop: isCancelled)
  }

  /// The problems of the kernels' targets.
  public static func targets() throws -> [ConvolutionProblem] {
    let table = try KernelTargets()
    var seen: Set<ConvolutionProblem> = []
    return table.targets.flatMap(\.problems).filter { seen.insert($0).inserted }
  }

  /// - Throws: what the tuner throws.
  public func run(_ problem: ConvolutionProblem) throws -> Result {
    let watch = Stopwatch()
    let tuner = Tuner(
      kernels: kernels, pool: pool, machine: machine, request: request, store: nil,
      isInterrupted: isCancelled)
    let layer = TuningLayer(name: "layer", workload: Workload(problem: problem))
    let pick = try tuner.tune(layers: [layer])[0].candidate
    let tuningSeconds = watch.seconds
    let bench = try LayerBench(
      workload: Workload(problem: problem), kernels: kernels, pool: pool, machine: machine,
      evictor: evictor)
    let all = try CandidateList(for: problem, target: Target(kernels, pool: pool)).candidates
    let finalists = [pick] + (try fastest(all, bench).filter { $0 != pick })
    let samples = try race(finalists, bench)
    let ratios = samples.map { own in
      Statistics.median(zip(own, samples[0]).map { $0 / $1 })
    }
    let best = ratios.indices.min { ratios[$0] < ratios[$1] } ?? 0
    return Result(
      problem: problem, pick: pick, best: finalists[best], loss: 1 / ratios[best] - 1,
      time: Statistics.median(samples[best]), candidates: all.count, tuningSeconds: tuningSeconds)
  }

  private func fastest(_ candidates: [Candidate], _ bench: LayerBench) throws -> [Candidate] {
    var times: [(time: Nanoseconds, candidate: Candidate)] = []
    var best = Nanoseconds.infinity
    for candidate in candidates {
      if isCancelled() { throw RaceError.interrupted }
      guard let prepared = try? prepare(candidate, bench) else { continue }
      bench.run(prepared)
      var time = undisturbed { bench.timeOnce(prepared) }
      if time < Self.hopeless * best {
        time = .infinity
        for _ in 0..<Self.firstSamples {
          time = min(time, undisturbed { bench.sample(prepared) })
        }
      }
      best = min(best, time)
      times.append((time, candidate))
    }
    return times.sorted { ($0.time, "\($0.candidate)") < ($1.time, "\($1.candidate)") }
      .prefix(Self.finalists).map(\.candidate)
  }

  private func race(_ finalists: [Candidate], _ bench: LayerBench) throws -> [[Nanoseconds]] {
    let prepared = try finalists.map { try prepare($0, bench) }
    for convolution in prepared { bench.run(convolution) }
    var samples = [[Nanoseconds]](repeating: [], count: finalists.count)
    var random = SeededGenerator(seed: 1)
    for _ in 0..<Self.rounds {
      if isCancelled() { throw RaceError.interrupted }
      for index in finalists.indices.shuffled(using: &random) {
        samples[index].append(undisturbed { bench.sample(prepared[index]) })
      }
    }
    return samples
  }

  private func prepare(
    _ candidate: Candidate, _ bench: LayerBench
  ) throws -> any PreparedConvolution {
    try StrategyTable.strategy(named: candidate.strategy).prepare(
      bench.layer, configuration: candidate.configuration, target: Target(kernels, pool: pool))
  }

  /// Taken again while the machine was slowed.
  private func undisturbed(_ body: () -> Nanoseconds) -> Nanoseconds {
    var retries = Retries()
    return retries.take { sampler.time(body) }.value
  }
}
