/// What one call of a register-tile kernel computes: for one group of output-channel blocks, a
/// band of `rows` output rows by `tiles` register tiles, summed over `icBlocks` blocks of input
/// channels and all taps. Direct convolution, 1×1, the matrix products of im2col and Winograd all
/// are this call with different addresses.
///
/// All pitches are in floats. Kernels read no element that the tile does not need.
public struct BandArguments {
  /// First tap of the band's first output pixel, first input block.
  public var input: UnsafePointer<Float>
  /// `[icBlocks][kernelHeight][kernelWidth][channel in block][columns * vector width]`.
  public var weights: UnsafePointer<Float>
  /// The band's first output pixel, first output block.
  public var output: UnsafeMutablePointer<Float>
  /// `columns * vector width` values added at the start, or nil. Not used with `accumulate`.
  public var bias: UnsafePointer<Float>?
  /// Added before the activation; addressed like the output with its own pitches.
  public var residual: UnsafePointer<Float>?

  public var icBlocks = 1
  /// Channels of the last block that are summed, a multiple of four; not used with planar input.
  public var lastChannels = Int.max
  public var kernelHeight = 1
  public var kernelWidth = 1
  /// From one input block to the next.
  public var inputPlane = 0
  /// From one kernel row to the next: dilation times the input's row pitch.
  public var tapRow = 0
  /// From one kernel column to the next: dilation times the pixel size.
  public var tapColumn = 0
  /// From one output row's input to the next: stride times the input's row pitch.
  public var inputRow = 0
  /// From one output pixel's input to the next; kernels made for one step ignore it.
  public var inputPixel = 0
  public var outputPlane = 0
  public var outputRow = 0
  public var residualPlane = 0
  public var residualRow = 0
  /// Output rows; a multiple of the tile's rows.
  public var rows = 1
  /// Register tiles side by side in a row.
  public var tiles = 1
  /// Weights that the next call needs: while it works, this call asks for `aheadLines` cache lines
  /// per tap and block of input channels, from `ahead` up to `aheadEnd`.
  public var ahead: UnsafePointer<Float>
  public var aheadEnd: UnsafePointer<Float>
  public var aheadLines = 1
  /// Start from what `output` holds instead of the bias.
  public var accumulate = false
  /// Applied at the end, after `residual`.
  public var activation = ActivationCode.none

  public init(
    input: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    self.input = input
    self.weights = weights
    self.output = output
    ahead = weights
    aheadEnd = weights
  }
}

/// How far apart the inputs of two neighbouring output pixels are. The steps that occur in every
/// network are compile-time constants of their kernels, so that all addresses are immediates.
public enum PixelStep: Hashable, CaseIterable, Sendable {
  /// NCHWc, stride 1 or 2.
  case blocked1, blocked2
  /// Planar, stride 1 or 2.
  case planar1, planar2
  /// NCHWc with any stride, planar with any stride: `BandArguments.inputPixel`.
  case blocked, planar

  public var isBlocked: Bool {
    switch self {
    case .blocked1, .blocked2, .blocked: true
    case .planar1, .planar2, .planar: false
    }
  }
}
