import Base
import Convolution
import KernelLibrary
import Topology
import Workers

/// How far two measurements of the same thing lie apart on this machine: no smaller difference
/// between two things means anything.
public struct NoiseFloor: Hashable, Sendable, Codable {
  /// Between two series whose samples are taken in turn: the 95th percentile of the relative
  /// difference of their medians.
  public var interleaved: Double
  /// Between two series taken one after the other: the largest relative difference of their
  /// medians.
  public var sequential: Double
  public var samples: Int

  static let splits = 400
  /// Consecutive parts that are compared with one another.
  static let parts = 4

  /// - Parameter samples: at least eight, of one quantity, in the order in which they were taken.
  public init?(samples: [Double], seed: UInt64 = 1) {
    guard samples.count >= 2 * Self.parts, samples.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      return nil
    }
    var random = SeededGenerator(seed: seed)
    var differences: [Double] = []
    for _ in 0..<Self.splits {
      // Each pair of neighbours gives one sample to either side.
      var (first, second): ([Double], [Double]) = ([], [])
      for pair in 0..<samples.count / 2 {
        let swap = random.next() & 1 == 1
        first.append(samples[2 * pair + (swap ? 1 : 0)])
        second.append(samples[2 * pair + (swap ? 0 : 1)])
      }
      differences.append(abs(Statistics.median(first) / Statistics.median(second) - 1))
    }
    interleaved = Statistics.quantile(differences, 0.95)
    let length = samples.count / Self.parts
    let medians = (0..<Self.parts).map {
      Statistics.median(Array(samples[$0 * length..<($0 + 1) * length]))
    }
    sequential = (medians.max() ?? 1) / (medians.min() ?? 1) - 1
    self.samples = samples.count
  }

  /// How far a series' median wanders: 1.5 times the relative interquartile range of the medians of
  /// its tenths. That is about the range of four quarters' medians where all is calm, but a quarter
  /// of the series that was slowed by something else does not make it large.
  ///
  /// - Parameter samples: in the order in which they were taken.
  /// - Returns: nil for fewer than eight, or where one is not a positive number.
  public static func drift(_ samples: [Double]) -> Double? {
    guard samples.count >= 8, samples.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
    let tenths = min(10, samples.count / 2)
    let medians = (0..<tenths).map { part in
      Statistics.median(
        Array(samples[part * samples.count / tenths..<(part + 1) * samples.count / tenths]))
    }
    return 1.5 * Statistics.interquartileRange(medians) / Statistics.quantile(medians, 0.25)
  }

  /// A 3×3 layer of ResNet's, measured against itself as the tuner measures. Under a second.
  public static func measure(
    kernels: Kernels, pool: WorkerPool, machine: Machine, samples: Int = 60
  ) throws -> NoiseFloor? {
    let problem = try ConvolutionProblem(descriptor: "mb1ic64ih28oc64oh28kh3ph1")
    let bench = try LayerBench(
      workload: Workload(problem: problem), kernels: kernels, pool: pool, machine: machine)
    let strategy = StrategyTable.general
    guard
      let configuration = strategy.configurations(
        for: problem, target: Target(kernels, pool: pool)
      ).first
    else { return nil }
    let prepared = try strategy.prepare(
      bench.layer, configuration: configuration, target: Target(kernels, pool: pool))
    for _ in 0..<MeasurementRules.warmUpRuns { bench.run(prepared) }
    return NoiseFloor(samples: (0..<samples).map { _ in bench.sample(prepared).value })
  }
}
