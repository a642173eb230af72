/// Pooling of one channel block: a band of output rows. Windows are cut at the input's border, so
/// that no halo is read. Pitches in floats.
public struct PoolArguments {
  /// Element (0, 0) of the input plane.
  public var input: UnsafePointer<Float>
  /// First pixel of the band's first output row.
  public var output: UnsafeMutablePointer<Float>
  public var inputRow = 0
  public var outputRow = 0
  public var inputHeight = 1
  public var inputWidth = 1
  public var outputWidth = 1
  public var kernelHeight = 1
  public var kernelWidth = 1
  public var strideHeight = 1
  public var strideWidth = 1
  public var paddingTop = 0
  public var paddingLeft = 0
  /// Pixels below and right of the input that an average may count.
  public var paddingBottom = 0
  public var paddingRight = 0
  /// The band's output rows.
  public var firstRow = 0
  public var rows = 1
  /// The largest element of a window; else its average.
  public var isMaximum = true
  /// Whether an average divides by the padding's pixels too.
  public var countsPadding = true

  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }
}

/// The means of the planes of some channel blocks.
public struct PlaneAverageArguments {
  /// Element (0, 0) of the first plane.
  public var input: UnsafePointer<Float>
  /// One vector per plane.
  public var output: UnsafeMutablePointer<Float>
  /// Channel blocks.
  public var planes = 1
  /// Pitches in floats.
  public var inputRow = 0
  public var inputPlane = 0
  public var outputPlane = 0
  public var height = 1
  public var width = 1

  public init(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
    self.input = input
    self.output = output
  }
}
