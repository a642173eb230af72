import Convolution

/// What one node of a network computes. `TensorShape`s are logical,
/// `[batch][channels][height][width]`; only `Permutation` moves elements between images.
///
/// The cases are what passes know by name because they fold, fuse or leave it out. Every other
/// operation is a type of its own, a `GraphOperation`.
public enum Operation: Hashable, Sendable {
  /// The network's input. No inputs of its own.
  case input
  case convolution(ConvolutionAttributes)
  /// `(x - mean) / √(variance + epsilon) * scale + shift`, each per channel.
  case batchNormalization(epsilon: Double)
  case activation(Activation)
  /// The input is flattened in NCHW order: a convolution whose kernel is the whole input.
  case fullyConnected(outputs: Int, bias: Bool)
  /// Two inputs of the same shape: the residual branch, then the shortcut.
  case add
  /// Every element times a constant.
  case scale(Float)
  /// Any number of inputs with the same batch and extent, channels one after the other.
  case concatenation
  /// The identity when a network is run; kept because the definitions have it.
  case dropout
  /// Numbers that are always the same. No inputs.
  case constant(TensorShape)
  /// An operation that has a type of its own.
  case extended(ExtendedOperation)
}

/// The shape of a convolution without its input.
public struct ConvolutionAttributes: Hashable, Sendable {
  public var outputChannels: Int
  public var kernel: Extent
  public var stride: Extent
  public var padding: Halo
  /// Distance between two taps: 1 is a dense kernel.
  public var dilation: Extent
  public var groups: Int
  public var bias: Bool
  public var weights: WeightKind

  /// Where the weights come from.
  public enum WeightKind: Hashable, Sendable {
    /// Seeded values with the variance that keeps activations near 1.
    case seeded
    /// 1 at the centre of the kernel from channel `c` to channel `c`, 0 elsewhere, bias 0.
    case identity
  }

  public init(
    outputChannels: Int, kernel: Extent, stride: Extent = Extent(1), padding: Halo = .none,
    dilation: Extent = Extent(1), groups: Int = 1, bias: Bool = true, weights: WeightKind = .seeded
  ) {
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.bias = bias
    self.weights = weights
  }
}

extension Operation {
  /// Short word for names and tables.
  public var label: String {
    switch self {
    case .input: "input"
    case .convolution: "conv"
    case .batchNormalization: "bn"
    case .activation(let function): function.rawValue
    case .fullyConnected: "fc"
    case .add: "add"
    case .scale: "scale"
    case .concatenation: "concat"
    case .dropout: "dropout"
    case .constant: "constant"
    case .extended(let operation): operation.definition.label
    }
  }
}
