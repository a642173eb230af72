import Convolution

/// What one node of a network computes. `TensorShape`s are logical,
/// `[batch][channels][height][width]`; only `Permutation` moves elements between images.
public enum Operation: Hashable, Sendable {
  /// The network's input. No inputs of its own.
  case input
  case convolution(ConvolutionAttributes)
  /// `(x - mean) / √(variance + epsilon) * scale + shift`, each per channel.
  case batchNormalization(epsilon: Double)
  case activation(Activation)
  case pool(PoolAttributes)
  /// The mean of every channel's plane: `1×1` pixels remain.
  case globalAveragePool
  /// `x[c] / (k + alpha * Σ x[i]²)^beta` summed over the `size` channels around `c` that exist, as
  /// written in the AlexNet paper: `alpha` is *not* divided by `size`.
  case localResponseNormalization(size: Int, alpha: Double, beta: Double, k: Double)
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
  /// Over the channels of every pixel.
  case softmax
  /// ResNet's shortcut A: every `stride`-th pixel from the first on, then channels of zeros until
  /// there are `channels`.
  case subsample(stride: Int, channels: Int)
  /// A function without parameters of its own.
  case function(ElementwiseFunction)
  /// `x`, or `slope * x` where `x < 0`, a slope per channel.
  case parametricRelu
  /// Two inputs; where an extent of one is 1, its elements are repeated along that axis.
  case arithmetic(Arithmetic)
  /// Numbers that are always the same. No inputs.
  case constant(TensorShape)
  /// `x - ln Σ e^x` over the channels of every pixel.
  case logSoftmax
  case slice(SliceAttributes)
  /// Output channel `i` is input channel `list[i]`.
  case gatherChannels([Int])
  case pad(PadAttributes)
  case resize(ResizeAttributes)
  /// `block²` channels become a square of `block × block` pixels.
  case depthToSpace(block: Int, order: DepthOrder)
  /// The elements of every image in NCHW order, in another shape.
  case reshape(channels: Int, height: Int, width: Int)
  /// An operation that has a type of its own.
  case extended(ExtendedOperation)
}

/// How the channels of a pixel are numbered that become a square of pixels.
public enum DepthOrder: String, CaseIterable, Hashable, Sendable {
  /// Position in the square, then output channel: ONNX's `DCR`.
  case depthFirst = "DCR"
  /// Output channel, then position in the square: ONNX's `CRD`.
  case columnFirst = "CRD"
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

/// A pooling window.
public struct PoolAttributes: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable { case max, average }

  public var kind: Kind
  public var kernel: Extent
  public var stride: Extent
  /// Must be smaller than the kernel. Padding never wins a maximum.
  public var padding: Halo
  /// A last window that reaches beyond the padded input counts too, provided that it starts inside
  /// the input or the padding before it.
  public var ceilMode: Bool
  /// Whether an average divides by the padding's pixels too. What a window has beyond the padding
  /// (ceil mode) never counts.
  public var countIncludesPadding: Bool

  public init(
    kind: Kind, kernel: Extent, stride: Extent, padding: Halo = .none, ceilMode: Bool = false,
    countIncludesPadding: Bool = true
  ) {
    self.kind = kind
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.ceilMode = ceilMode
    self.countIncludesPadding = countIncludesPadding
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
    case .pool(let pool): pool.kind == .max ? "maxpool" : "avgpool"
    case .globalAveragePool: "globalpool"
    case .localResponseNormalization: "lrn"
    case .fullyConnected: "fc"
    case .add: "add"
    case .scale: "scale"
    case .concatenation: "concat"
    case .dropout: "dropout"
    case .softmax: "softmax"
    case .subsample: "subsample"
    case .function(let function): function.label
    case .parametricRelu: "prelu"
    case .arithmetic(let arithmetic): arithmetic.rawValue
    case .constant: "constant"
    case .logSoftmax: "logsoftmax"
    case .slice: "slice"
    case .gatherChannels: "gather"
    case .pad: "pad"
    case .resize: "resize"
    case .depthToSpace: "depthtospace"
    case .reshape: "reshape"
    case .extended(let operation): operation.definition.label
    }
  }
}
