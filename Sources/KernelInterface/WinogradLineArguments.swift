/// One-dimensional Winograd input transform `v = Bᵀ d` of eight points in a line, `tiles` neighbouring
/// lines, one channel block. Pitches in floats.
public struct WinogradLineInputArguments {
  /// First point of the first tile.
  public var input: UnsafePointer<Float>
  /// From one point of a tile to the next: a pixel along a row, a row down a column.
  public var inputPoint = 0
  /// From one tile to the next, across the line.
  public var inputTile = 0
  /// Points of every tile that may be read; what lies beyond is taken as zero.
  public var readablePoints = 0
  /// First tile's vector of the first transform element; tiles lie side by side.
  public var output: UnsafeMutablePointer<Float>
  /// From one transform element to the next.
  public var outputElement = 0
  public var tiles = 1

  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }
}

/// One-dimensional Winograd output transform `y = Aᵀ m` with the epilogue, of `tiles` neighbouring
/// lines, one channel block. Pitches in floats.
public struct WinogradLineOutputArguments {
  /// First tile's vector of the first transform element; tiles lie side by side.
  public var input: UnsafePointer<Float>
  /// From one transform element to the next.
  public var inputElement = 0
  /// First point of the first tile.
  public var output: UnsafeMutablePointer<Float>
  public var outputPoint = 0
  public var outputTile = 0
  /// Points from every tile's first to the tensor's edge.
  public var writablePoints = 0
  /// One vector, or nil.
  public var bias: UnsafePointer<Float>?
  public var residual: UnsafePointer<Float>?
  public var residualPoint = 0
  public var residualTile = 0
  public var activation = ActivationCode.none
  public var tiles = 1

  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }
}
