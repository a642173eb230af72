/// Channel blocks of a depthwise convolution, a band of output rows of each. Pitches in floats.
public struct DepthwiseArguments {
  /// First tap of the first block's first output pixel.
  public var input: UnsafePointer<Float>
  /// `[planes][kernelHeight][kernelWidth][vector width]`.
  public var weights: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  /// `[planes][vector width]`, or nil.
  public var bias: UnsafePointer<Float>?
  /// Added before the activation, or nil.
  public var residual: UnsafePointer<Float>?
  public var kernelHeight = 3
  public var kernelWidth = 3
  /// Stride in pixels along a row.
  public var strideWidth = 1
  /// From one kernel row to the next: dilation times the input's row pitch.
  public var tapRow = 0
  /// From one kernel column to the next: dilation times the vector width.
  public var tapColumn = 0
  /// From one output row's input to the next: stride times the input's row pitch.
  public var inputRow = 0
  public var outputRow = 0
  public var residualRow = 0
  /// Channel blocks.
  public var planes = 1
  public var inputPlane = 0
  public var outputPlane = 0
  public var residualPlane = 0
  /// Output rows per block.
  public var rows = 1
  /// Output pixels per row.
  public var width = 1
  public var activation = ActivationCode.none

  public init(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.weights = weights
    self.output = output
  }
}
