/// Winograd input transform `V = Bᵀ d B` of `tiles` neighbouring tiles of one row of tiles, one
/// channel block. `alpha = m + 2`. Pitches in floats.
public struct WinogradInputArguments {
  /// First pixel of the first tile's `alpha`×`alpha` window.
  public var input: UnsafePointer<Float>
  public var inputRow = 0
  /// Rows and columns of the first window that may be read; what lies beyond is taken as zero.
  public var readableRows = 0
  public var readableColumns = 0
  /// First tile's vector of transform element (0, 0); tiles lie side by side.
  public var output: UnsafeMutablePointer<Float>
  /// From one transform element to the next.
  public var outputElement = 0
  public var tiles = 1

  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }
}

/// Winograd output transform `Y = Aᵀ M A` with the epilogue, of `tiles` neighbouring tiles of one
/// row of tiles, one channel block. Pitches in floats.
public struct WinogradOutputArguments {
  /// First tile's vector of transform element (0, 0); tiles lie side by side.
  public var input: UnsafePointer<Float>
  /// From one transform element to the next.
  public var inputElement = 0
  public var output: UnsafeMutablePointer<Float>
  public var outputRow = 0
  /// Rows and columns from the first tile's first pixel to the tensor's edge.
  public var writableRows = 0
  public var writableColumns = 0
  /// One vector, or nil.
  public var bias: UnsafePointer<Float>?
  public var residual: UnsafePointer<Float>?
  public var residualRow = 0
  public var activation = ActivationCode.none
  public var tiles = 1

  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }
}
