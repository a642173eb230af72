import Convolution
import Networks

/// One step of a lowered network: reads tensors, writes one.
public struct Step: Sendable {
  /// What a step computes. Activations are fused wherever an operation can have one.
  public enum Work: Hashable, Sendable {
    /// Index into `LoweredNetwork.layers`.
    case convolution(layer: Int)
    case fused(Fusion)
    /// `activation(x * scale + shift)` per channel, from operations that no convolution could take.
    case affine([Affine], Activation)
    /// `activation(a + b)`
    case add(Activation)
    /// Into the output's channels from `firstChannel` on: a concatenation that is not zero-copy.
    case copy(firstChannel: Int)
    /// Between planar and blocked.
    case convert
    /// An operation that has a type of its own, with the parameters of the graph's node.
    case operation(ExtendedOperation, node: Int)
  }

  /// Of the graph node that gives the step its name.
  public let name: String
  public let work: Work
  /// Indices into `LoweredNetwork.tensors`: a convolution's residual and an addition's second
  /// operand come second.
  public let inputs: [Int]
  public let output: Int
  /// Ids of the graph nodes that the step computes; none for copies and conversions.
  public let nodes: [Int]

  /// A short word for tables.
  public var kind: String {
    switch work {
    case .convolution: "convolution"
    case .fused: Fusion.strategy
    case .affine: "affine"
    case .add: "add"
    case .copy: "copy"
    case .convert: "convert"
    case .operation(let operation, _): operation.definition.label
    }
  }
}

/// A map `x * scale + shift` per channel that is folded into what produces `x`.
public enum Affine: Hashable, Sendable {
  /// Of the graph's node.
  case batchNormalization(node: Int, epsilon: Double)
  case factor(Float)
  /// Combined with the graph's constant, a number per channel or one for all, as the first operand
  /// or the second; nothing is divided by `x`.
  case constant(node: Int, Arithmetic, isFirst: Bool)

  /// Whether something may be added.
  var shifts: Bool {
    switch self {
    case .batchNormalization: true
    case .factor: false
    case .constant(_, let arithmetic, _): arithmetic == .add || arithmetic == .subtract
    }
  }
}

/// An activation tensor: a range of channels of a storage.
public struct ActivationTensor: Hashable, Sendable {
  public let shape: TensorShape
  /// Index into `LoweredNetwork.storages`.
  public let storage: Int
  /// First channel within the storage, a multiple of its block.
  public let firstChannel: Int
}

/// A tensor whose values are there before the first step and stay.
public struct ConstantTensor: Hashable, Sendable {
  /// Index into `LoweredNetwork.tensors`.
  public let tensor: Int
  /// Id of the graph's node.
  public let node: Int
}

/// A convolution or fully connected layer with everything that is fused into it: what the tuner
/// chooses a candidate for.
public struct NetworkLayer: WorkloadCarrying, Sendable {
  /// Of the graph's convolution node.
  public let name: String
  public let workload: Workload
  /// Ids of the graph nodes that it computes: the convolution first.
  public let nodes: [Int]
  /// Index into `LoweredNetwork.steps`.
  public let step: Int
  /// What is folded into its weights and bias, in order.
  public let folded: [Affine]
}

/// A network that cannot be executed: one line saying where and why.
public struct ExecutionError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}
