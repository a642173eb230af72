import Convolution
import Workers

/// A family of convolution algorithms.
///
/// A strategy is one file in `Strategies/` and one line in `StrategyTable`; the tuner, `verify`,
/// `kernels`, `count` and the tests follow from the table.
public protocol ConvolutionStrategy: Sendable {
  /// The name in plans, reports and on the command line.
  var name: String { get }
  /// What it does and for which problems, in one line.
  var summary: String { get }
  /// The parameters of its configurations.
  var tunables: [Tunable] { get }
  /// The result differs from the convolution by more than rounding, unless the weights allow it
  /// (`PreparedConvolution.weightError`): such a candidate needs the user's error budget.
  var isApproximate: Bool { get }

  /// Raised with every change of its own sources that may change a candidate's time, the list of
  /// configurations included (`scripts/check-revisions`).
  var revision: Int { get }
  /// The kernels that it is built on.
  var families: [KernelFamily] { get }

  /// Strategies that have nothing to add where this one applies: the tuner leaves them out unless
  /// the user asks for them alone.
  var supersedes: [String] { get }

  /// Its convolutions can be part of a `FusedBlock`, depth multipliers apart.
  var isFusible: Bool { get }

  /// Whether a value that is not finite can reach more outputs than those that depend on it by the
  /// definition: where inputs are mixed before the products, or multiplied with zero weights.
  func spreadsNonFinite(in problem: ConvolutionProblem) -> Bool

  /// Why this strategy does not apply to the problem, or nil.
  func rejection(of problem: ConvolutionProblem, target: Target) -> String?

  /// The configurations worth timing, best guess first; at least one where the strategy applies.
  func configurations(
    for problem: ConvolutionProblem, target: Target
  ) -> [Configuration]

  /// Products and sums that one run executes, and the bytes it must at least move.
  func counts(for problem: ConvolutionProblem) -> ArithmeticCounts

  /// The relative L2 error that is still correct for this configuration; 0 means that
  /// integer-valued data must give exactly the reference's result.
  func tolerance(for problem: ConvolutionProblem, configuration: Configuration) -> Double

  /// Integer-valued weights for which an approximate strategy's configuration is exact; nil where
  /// any weights will do.
  func exactWeights(
    for problem: ConvolutionProblem, configuration: Configuration, seed: UInt64
  ) -> [Float]?

  /// Packs the weights and sizes the workspace.
  ///
  /// - Throws: `ConfigurationError` where the configuration (from a plan, say) is not one this
  ///   strategy can run on the problem.
  func prepare(
    _ layer: ConvolutionLayer, configuration: Configuration, target: Target
  ) throws -> any PreparedConvolution
}

extension ConvolutionStrategy {
  public var supersedes: [String] { [] }
  public var isFusible: Bool { false }

  /// Groups that share a block of channels are one dense convolution with zeros among the weights.
  public func spreadsNonFinite(in problem: ConvolutionProblem) -> Bool { problem.groups > 1 }

  public func exactWeights(
    for problem: ConvolutionProblem, configuration: Configuration, seed: UInt64
  ) -> [Float]? { nil }
}

/// A parameter of a strategy's configurations.
public struct Tunable: Sendable {
  public let name: String
  public let meaning: String
}

/// A convolution with its numbers.
public struct ConvolutionLayer: Sendable {
  public let problem: ConvolutionProblem
  public let epilogue: Epilogue
  /// `[outputChannels][inputChannels / groups][kernel.height][kernel.width]`.
  public let weights: [Float]
  /// One per output channel; empty where the epilogue has no bias.
  public let bias: [Float]

  public init(
    problem: ConvolutionProblem, epilogue: Epilogue = .none, weights: [Float], bias: [Float] = []
  ) {
    precondition(weights.count == problem.weightCount, "weights match the problem")
    precondition(bias.count == (epilogue.bias ? problem.outputChannels : 0), "bias matches")
    self.problem = problem
    self.epilogue = epilogue
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
