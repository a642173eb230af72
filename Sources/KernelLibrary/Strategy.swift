import Convolution
import Workers

/// A family of convolution algorithms.
///
/// A strategy is one file in `Strategies/` and one line in `StrategyTable`; the tuner, `verify`,
/// `kernels`, `count` and the tests follow from the table.
public protocol ConvolutionStrategy: Sendable {
  /// The parameters of its configurations.
  associatedtype Schedule: StrategySchedule

  /// The name in plans, reports and on the command line.
  var name: String { get }
  /// What it does and for which problems, in one line.
  var summary: String { get }
  /// The result differs from the convolution by more than rounding, unless the weights allow it
  /// (`PreparedConvolution.weightError`): such a candidate needs the user's error budget.
  var isApproximate: Bool { get }

  /// Raised with every change of its own sources that may change a candidate's time, the list of
  /// schedules included (`scripts/check-revisions`).
  var revision: Int { get }
  /// The kernels that it is built on.
  var families: [KernelFamily] { get }

  /// Strategies that have nothing to add where this one applies: the tuner leaves them out unless
  /// the user asks for them alone.
  var supersedes: [String] { get }

  /// Its convolutions can be part of a `FusedBlock`, depth multipliers apart.
  var isFusible: Bool { get }

  /// Its place where nothing was timed: of those that apply, the lowest is taken. What was made for a
  /// kind of shape comes before what is for all.
  var preference: Int { get }
  /// How charts show it.
  var appearance: ChartAppearance { get }
  /// What its kernels should reach; none where nobody promised anything.
  var speedTargets: [SpeedTarget] { get }
  /// A descriptor of a problem that it is for, on which it must be faster than plain loops.
  var example: String? { get }

  /// Whether a value that is not finite can reach more outputs than those that depend on it by the
  /// definition: where inputs are mixed before the products, or multiplied with zero weights.
  func spreadsNonFinite(in problem: ConvolutionProblem) -> Bool

  /// Why this strategy does not apply to the problem, or nil.
  func rejection(of problem: ConvolutionProblem, target: Target) -> String?

  /// The schedules worth timing, best guess first; at least one where the strategy applies.
  func schedules(for problem: ConvolutionProblem, target: Target) -> [Schedule]

  /// Products and sums of the literature's choice of parameters, and the bytes it must at least move.
  func counts(for problem: ConvolutionProblem) -> ArithmeticCounts

  /// What one run with this schedule computes; nil where that depends on the weights.
  func work(of problem: ConvolutionProblem, schedule: Schedule) -> ExecutedProducts?

  /// How one run with this schedule multiplies less than the definition; nil where it does not.
  func saving(of problem: ConvolutionProblem, schedule: Schedule) -> ArithmeticSaving?

  /// Scratch memory that a run with this schedule needs, in floats: known without packing.
  func workspace(of problem: ConvolutionProblem, schedule: Schedule, target: Target) -> Int

  /// The relative L2 error that is still correct for this schedule; 0 means that integer-valued data
  /// must give exactly the reference's result.
  func tolerance(for problem: ConvolutionProblem, schedule: Schedule) -> Double

  /// Integer-valued weights for which an approximate strategy's schedule is exact; nil where any
  /// weights will do.
  func exactWeights(
    for problem: ConvolutionProblem, schedule: Schedule, seed: UInt64
  ) -> [Float]?

  /// Packs the weights and sizes the workspace.
  ///
  /// - Throws: `ConfigurationError` where the schedule (from a plan, say), whose parameters are each
  ///   in their domain, is not one this strategy can run on the problem.
  func prepare(
    _ layer: ConvolutionLayer, schedule: Schedule, target: Target
  ) throws -> any PreparedConvolution
}

extension ConvolutionStrategy {
  public var supersedes: [String] { [] }
  public var isFusible: Bool { false }
  public var preference: Int { 3 }
  public var appearance: ChartAppearance { .plain }
  public var speedTargets: [SpeedTarget] { [] }
  public var example: String? { nil }

  /// Groups that share a block of channels are one dense convolution with zeros among the weights.
  public func spreadsNonFinite(in problem: ConvolutionProblem) -> Bool { problem.groups > 1 }

  /// The products of the definition.
  public func work(of problem: ConvolutionProblem, schedule: Schedule) -> ExecutedProducts? {
    ExecutedProducts(
      operations: problem.directCounts.operations, weightCount: problem.weightCount)
  }

  public func saving(
    of problem: ConvolutionProblem, schedule: Schedule
  ) -> ArithmeticSaving? { nil }

  public func workspace(
    of problem: ConvolutionProblem, schedule: Schedule, target: Target
  ) -> Int { 0 }

  public func exactWeights(
    for problem: ConvolutionProblem, schedule: Schedule, seed: UInt64
  ) -> [Float]? { nil }
}

/// The same for callers that have a strategy of the table, and schedules as texts.
extension ConvolutionStrategy {
  /// The parameters of its configurations.
  public var tunables: [Tunable] {
    Schedule.parameters.map {
      Tunable(name: $0.name, meaning: $0.meaning, domain: $0.domain)
    }
  }

  public func configurations(
    for problem: ConvolutionProblem, target: Target
  ) -> [Configuration] {
    schedules(for: problem, target: target).map(\.configuration)
  }

  /// - Throws: `ConfigurationError` where the configuration is none of this strategy's.
  public func work(
    of problem: ConvolutionProblem, configuration: Configuration
  ) throws -> ExecutedProducts? {
    work(of: problem, schedule: try Schedule(configuration))
  }

  /// Of a configuration that an earlier version may have written: parameters that are no longer known
  /// are passed over, and only the first must be there.
  public func saving(
    of problem: ConvolutionProblem, recorded configuration: Configuration
  ) -> ArithmeticSaving? {
    Schedule(recorded: configuration).flatMap { saving(of: problem, schedule: $0) }
  }

  /// In floats.
  ///
  /// - Throws: `ConfigurationError` where the configuration is none of this strategy's.
  public func workspace(
    of problem: ConvolutionProblem, configuration: Configuration, target: Target
  ) throws -> Int {
    workspace(of: problem, schedule: try Schedule(configuration), target: target)
  }

  /// Infinite where the configuration is none of this strategy's.
  public func tolerance(
    for problem: ConvolutionProblem, configuration: Configuration
  ) -> Double {
    (try? Schedule(configuration)).map { tolerance(for: problem, schedule: $0) } ?? .infinity
  }

  /// - Throws: `ConfigurationError` where the configuration is none of this strategy's.
  public func exactWeights(
    for problem: ConvolutionProblem, configuration: Configuration, seed: UInt64
  ) throws -> [Float]? {
    exactWeights(for: problem, schedule: try Schedule(configuration), seed: seed)
  }

  /// - Throws: `ConfigurationError` where the configuration is not one this strategy can run.
  public func prepare(
    _ layer: ConvolutionLayer, configuration: Configuration, target: Target
  ) throws -> any PreparedConvolution {
    try prepare(layer, schedule: try Schedule(configuration), target: target)
  }
}

/// What a run computes: what its share of the peak stands on.
public struct ExecutedProducts: Hashable, Sendable {
  /// Multiplications and additions of the products. Transforms are not among them: they are what an
  /// algorithm costs, not what it is for.
  public let operations: Int
  /// Weights as they are read, without padding.
  public let weightCount: Int

  public init(operations: Int, weightCount: Int) {
    self.operations = operations
    self.weightCount = weightCount
  }
}

/// The colour and the mark of a strategy, the same in every chart.
public struct ChartAppearance: Hashable, Sendable {
  public enum Mark: Sendable { case circle, square, diamond, triangle, cross, bar }

  /// Of a strategy that has none of its own.
  public static let plain = ChartAppearance(colour: 7, mark: .bar)

  /// Index into the report's palette.
  public let colour: Int
  public let mark: Mark

  public init(colour: Int, mark: Mark) {
    self.colour = colour
    self.mark = mark
  }
}

/// A parameter of a strategy's configurations.
public struct Tunable: Sendable {
  public let name: String
  public let meaning: String
  public let domain: ParameterDomain
}

/// A convolution with its numbers.
public struct ConvolutionLayer: WorkloadCarrying, Sendable {
  public let workload: Workload
  /// `[outputChannels][inputChannels / groups][kernel.height][kernel.width]`.
  public let weights: [Float]
  /// One per output channel; empty where the epilogue has no bias.
  public let bias: [Float]

  public init(
    _ workload: Workload, weights: [Float], bias: [Float] = []
  ) {
    let biases = workload.epilogue.bias ? workload.problem.outputChannels : 0
    precondition(weights.count == workload.problem.weightCount, "weights match the problem")
    precondition(bias.count == biases, "bias matches")
    self.workload = workload
    self.weights = weights
    self.bias = bias
  }
}

/// A convolution ready to run any number of times.
public protocol PreparedConvolution: AnyObject, Sendable {
  /// Scratch memory that `run` needs, in floats. Its contents need not survive between runs.
  var workspaceCount: Int { get }
  /// The weights as packed, in floats.
  var packedCount: Int { get }
  /// Relative Frobenius error of the weights that are really used; 0 unless approximate.
  var weightError: Double { get }

  /// Computes `activation(convolution(input) + bias + residual)` into `output`.
  ///
  /// - Parameters:
  ///   - input: blocked by `problem.inputBlock(vectorWidth:)`, with a zero halo of at least
  ///     `problem.halo` around every plane and zeros in the unused channels of the last block.
  ///   - output: NCHWc; every element including the last block's unused channels (zeros, as far as
  ///     the activation keeps zero) is written, the halo is not touched.
  ///   - residual: like the output; nil unless the epilogue has one.
  ///   - workspace: `workspaceCount` floats on a 64-byte boundary.
  ///   - pool: the workers the layer was prepared for; called from the pool's owner.
  func run(
    input: TensorView, output: TensorView, residual: TensorView?,
    workspace: UnsafeMutablePointer<Float>, pool: WorkerPool)
}

extension PreparedConvolution {
  public var weightError: Double { 0 }
}
