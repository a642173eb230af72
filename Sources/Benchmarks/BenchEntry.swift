import Base
import Convolution
import KernelLibrary
import Measurement

/// One candidate's result on one problem.
public struct BenchEntry: Hashable, Sendable, Codable {
  public var candidate: Candidate
  /// 1 is the strategy's fastest configuration.
  public var rank: Int
  /// Milliseconds.
  public var time: SampleSummary
  /// Floating-point operations of the definition.
  public var operations: Double
  /// Floating-point operations that are really executed; nil where they depend on more than the
  /// problem and the configuration say.
  public var executed: Double?
  /// FMA peak of all workers beside the samples.
  public var peak: Gflops
  /// The least time by the roofline; nil where `executed` is.
  public var bound: Nanoseconds?
  /// What the roofline is bound by: `FMA`, `L2`, `L3`, `memory`.
  public var roof: String?
  public var workspaceBytes: Int
  /// Packing the weights and whatever else is done once, before the first run.
  public var preparation: Nanoseconds
  /// Relative L2 error against the definition in Double.
  public var error: Double
  public var validity: Validity
  /// nil where none was asked for.
  public var precision: PrecisionOutcome?

  /// In direct-convolution terms.
  public var speed: Gflops { Gflops(operations: operations, in: median) }
  public var executedSpeed: Gflops? { executed.map { Gflops(operations: $0, in: median) } }
  /// Of the peak, in direct-convolution terms: above 1 where an algorithm saves multiplications.
  public var directShareOfPeak: Double { speed / peak }
  /// Executed operations over peak.
  public var shareOfPeak: Double? { executedSpeed.map { $0 / peak } }
  public var shareOfRoofline: Double? {
    bound.map { $0 / median }
  }

  private var median: Nanoseconds { .milliseconds(time.median) }
}

/// What a problem's candidates did, and which strategies could not take part.
public struct BenchResult: WorkloadCarrying, Sendable {
  public struct Rejection: Hashable, Sendable {
    public var strategy: String
    public var reason: String
  }

  public var workload: Workload
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
