import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Races
import Topology
import Workers

/// Whether races can be believed on this machine: the same candidate twice must not be called
/// different, one that is slowed a little must be found.
public final class Controls {
  /// What is compared.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// A candidate with itself.
    case same
    /// A candidate with itself plus some extra work.
    case slowed
  }

  /// One race and what it said.
  public struct Comparison: Hashable, Sendable, Codable {
    public var kind: Kind
    /// Another process loaded the machine now and then.
    public var isLoaded: Bool
    public var seed: UInt64
    /// The race called the two different.
    public var isDifferent: Bool
    /// It did, and what it called slower is the slowed one.
    public var isDetected: Bool
    /// Median time of the second over the first (slowed over plain), in common rounds.
    public var ratio: Double
    public var rounds: Int
    public var discarded: Int
    public var seconds: Double
  }

  /// The layer that is raced: some 0.1 to 1 ms, so that a sample is a few runs.
  public static let problem = "mb1ic64ih28oc64oh28kh3ph1"

  private let bench: LayerBench
  private let plain: any PreparedConvolution
  private let slowed: any PreparedConvolution
  private let kernels: Kernels
  private let pool: WorkerPool
  private let probe: SpeedProbe
  private let rules: RaceRules
  private let stop: () -> Bool

  /// Prepares the layer and measures how much extra work makes it slower by `slowdown`.
  ///
  /// - Parameter slowdown: 0.05 is 5 %.
  public init(
    kernels: Kernels, pool: WorkerPool, machine: Machine, slowdown: Double,
    rules: RaceRules = RaceRules(), stop: @escaping () -> Bool = { false }
  ) throws {
    self.kernels = kernels
    self.pool = pool
    self.rules = rules
    self.stop = stop
    probe = SpeedProbe(kernels: kernels, workers: pool.count)
    let problem = try ConvolutionProblem(descriptor: Self.problem)
    let bench = try LayerBench(
      workload: Workload(problem: problem), kernels: kernels, pool: pool, machine: machine)
    self.bench = bench
    let strategy = StrategyTable.general
    let configuration =
      strategy.configurations(for: problem, target: Target(kernels, pool: pool)).first
      ?? Configuration()
    let prepared = try strategy.prepare(
      bench.layer, configuration: configuration, target: Target(kernels, pool: pool))
    let warmUp = Stopwatch()
    repeat { bench.run(prepared) } while warmUp.elapsed < MeasurementRules.warmUpTime
    let run = Statistics.median((0..<40).map { _ in bench.timeOnce(prepared) })
    plain = SlowedConvolution(prepared, kernels: kernels, iterations: 0)
    slowed = SlowedConvolution(
      prepared, kernels: kernels,
      iterations: Self.iterations(for: slowdown * run, kernels: kernels))
  }

  /// Multiply-adds that take so long.
  private static func iterations(for time: Nanoseconds, kernels: Kernels) -> Int {
    let trial = 500
    let times = (0..<40).map { _ in
      let watch = Stopwatch()
      _ = kernels.set.fmaBurst(iterations: trial)
      return watch.elapsed
    }
    return max(1, Int((Double(trial) * (time / Statistics.median(times))).rounded()))
  }

  /// Races two entries by the tuner's rules.
  ///
  /// - Parameter seed: of the order of the samples; it also says which entry is the slowed one.
  /// - Throws: `RaceError.interrupted`.
  public func compare(_ kind: Kind, isLoaded: Bool, seed: UInt64) throws -> Comparison {
    var rules = rules
    rules.seed = seed
    let watch = Stopwatch()
    // Whatever favours an entry by its number must not look like detection.
    let slow = Int(seed % 2)
    let second = kind == .same ? plain : slowed
    let course = ControlCourse(
      bench: bench, entries: slow == 0 ? [second, plain] : [plain, second],
      sampler: Sampler(probe: probe, pool: pool, stop: stop), stop: stop)
    let outcome = try Race(on: course, rules: rules).run()
    func standing(_ entry: Int) -> Standing? {
      outcome.standings.first { $0.candidate == course.candidate(entry) }
    }
    // A race of two that ends with one finalist was decided by the probe.
    let isDifferent = outcome.ending == .separated || outcome.ending == .single
    let isRight = outcome.winner?.candidate == course.candidate(1 - slow)
    let (slowRatio, plainRatio) = (standing(slow)?.ratio, standing(1 - slow)?.ratio)
    return Comparison(
      kind: kind, isLoaded: isLoaded, seed: seed, isDifferent: isDifferent,
      isDetected: isDifferent && isRight, ratio: (slowRatio ?? 1) / (plainRatio ?? 1),
      rounds: outcome.standings.map(\.samples.count).max() ?? 0, discarded: outcome.discarded,
      seconds: watch.seconds)
  }
}
