import Convolution
import KernelLibrary
import Measurement

/// One candidate's result on one problem.
public struct BenchEntry: Hashable, Sendable, Codable {
  public var candidate: Candidate
  /// 1 is the strategy's fastest configuration.
  public var rank: Int
  /// Nanoseconds.
  public var time: SampleSummary
  /// Floating-point operations of the definition.
  public var operations: Double
  /// Floating-point operations that are really executed; nil where they depend on more than the
  /// problem and the configuration say.
  public var executed: Double?
  /// FMA peak of all workers beside the samples, GFLOP/s.
  public var peak: Double
  /// The least time by the roofline, nanoseconds; nil where `executed` is.
  public var bound: Double?
  /// What the roofline is bound by: `FMA`, `L2`, `L3`, `memory`.
  public var roof: String?
  public var workspaceBytes: Int
  /// Relative L2 error against the definition in Double.
  public var error: Double
  public var validity: Validity

  /// In direct-convolution terms.
  public var gflops: Double { operations / time.median }
  public var executedGflops: Double? { executed.map { $0 / time.median } }
  /// Of the peak, in direct-convolution terms: above 1 where an algorithm saves multiplications.
  public var directShareOfPeak: Double { gflops / peak }
  /// Executed operations over peak.
  public var shareOfPeak: Double? { executedGflops.map { $0 / peak } }
  public var shareOfRoofline: Double? { bound.map { $0 / time.median } }
}

/// What a problem's candidates did, and which strategies could not take part.
public struct BenchResult: Sendable {
  public struct Rejection: Hashable, Sendable {
    public var strategy: String
    public var reason: String
  }

  public var problem: ConvolutionProblem
  /// Of each strategy the fastest configurations, strategies by their fastest.
  public var entries: [BenchEntry]
  public var rejections: [Rejection]
  /// Strategies of which not every configuration was tried before the time was up.
  public var notes: [String]

  /// The fastest configuration of a strategy.
  public func best(of strategy: String) -> BenchEntry? {
    entries.first { $0.candidate.strategy == strategy }
  }
}

/// The operations that a candidate executes.
enum ExecutedOperations {
  /// nil for approximations: their counts depend on the weights' rank.
  static func count(
    _ strategy: any ConvolutionStrategy, problem: ConvolutionProblem, configuration: Configuration
  ) -> Double? {
    if strategy.isApproximate { return nil }
    guard strategy.name == "winograd", let m = configuration.values["m"], m > 0 else {
      return Double(strategy.counts(for: problem).operations)
    }
    // The matrix products; the transforms are what they cost, not what they are for.
    let tiles =
      problem.batch * ((problem.output.height + m - 1) / m) * ((problem.output.width + m - 1) / m)
    let products = Double((m + 2) * (m + 2) * tiles)
    return 2 * products * Double(problem.inputChannels) * Double(problem.outputChannels)
  }

  /// Bytes of weights as they are read.
  static func weightBytes(
    _ strategy: any ConvolutionStrategy, problem: ConvolutionProblem, configuration: Configuration
  ) -> Int {
    guard strategy.name == "winograd", let m = configuration.values["m"], m > 0 else {
      return 4 * problem.weightCount
    }
    return 4 * (m + 2) * (m + 2) * problem.inputChannels * problem.outputChannels
  }
}
