/// The type of the numbers that a kernel reads, multiplies and writes.
public enum ElementType: String, CaseIterable, Sendable {
  case f32
}

/// What one step of a register tile computes.
public struct TileShape: Hashable, Sendable {
  /// Output-channel blocks side by side.
  public let columns: Int
  /// Output pixels in a row.
  public let pixels: Int
  /// Output rows, 1 or 2.
  public let rows: Int

  public init(columns: Int, pixels: Int, rows: Int) {
    self.columns = columns
    self.pixels = pixels
    self.rows = rows
  }

  /// `14×2`: pixels by columns; `2×7×2`: rows of pixels by columns.
  public var name: String {
    rows == 1 ? "\(pixels)×\(columns)" : "\(rows)×\(pixels)×\(columns)"
  }
}

/// Leaf code over the addresses in its arguments.
public typealias LeafKernel<Arguments> = @Sendable (UnsafePointer<Arguments>) -> Void
public typealias BandKernel = LeafKernel<BandArguments>

/// One kernel of an instruction set's table: dispatch, the benchmark of the tiles, the `kernels`
/// command and the tests of the leaf code go over the rows.
public struct KernelRow: Sendable {
  /// The function by what it computes, that is, by the arguments that it takes.
  public enum Body: Sendable {
    case band(TileShape, PixelStep, BandKernel)
    case depthwise(LeafKernel<DepthwiseArguments>)
    /// Winograd's transforms for output tiles of so many pixels a side.
    case winogradInput(Int, LeafKernel<WinogradInputArguments>)
    case winogradOutput(Int, LeafKernel<WinogradOutputArguments>)
    /// The same in one dimension, on eight points; the output's for tiles of so many pixels.
    case winogradLineInput(LeafKernel<WinogradLineInputArguments>)
    case winogradLineOutput(Int, LeafKernel<WinogradLineOutputArguments>)
    /// The operations between convolutions, on one band of one channel block each.
    case elementwise(LeafKernel<ElementwiseArguments>)
    case function(LeafKernel<FunctionArguments>)
    case arithmetic(LeafKernel<ArithmeticArguments>)
    case pool(LeafKernel<PoolArguments>)
    case averagePlanes(LeafKernel<PlaneAverageArguments>)
    case normalize(LeafKernel<NormalizationArguments>)
    case softmax(LeafKernel<SoftmaxArguments>)
    case copy(LeafKernel<CopyArguments>)
  }

  public let body: Body
  public let elements: ElementType
  /// Channels that one product sums; weights are packed in groups of so many.
  public let granularity: Int

  public init(_ body: Body, elements: ElementType = .f32, granularity: Int = 1) {
    self.body = body
    self.elements = elements
    self.granularity = granularity
  }

  /// Of the register tiles.
  public var tile: TileShape? {
    if case .band(let tile, _, _) = body { tile } else { nil }
  }

  /// What it computes: the same for all its tiles, steps and sizes.
  public var family: String {
    switch body {
    case .band: "band"
    case .depthwise: "depthwise"
    case .winogradInput: "winograd input"
    case .winogradOutput: "winograd output"
    case .winogradLineInput: "winograd line input"
    case .winogradLineOutput: "winograd line output"
    case .elementwise: "elementwise"
    case .function: "function"
    case .arithmetic: "arithmetic"
    case .pool: "pool"
    case .averagePlanes: "average of planes"
    case .normalize: "local response normalization"
    case .softmax: "softmax"
    case .copy: "copy"
    }
  }

  /// Unlike every other row's of the table, such as `band 14×2 blocked1`.
  public var name: String {
    switch body {
    case .band(let tile, let step, _): "\(family) \(tile.name) \(step)"
    case .winogradInput(let m, _), .winogradOutput(let m, _): "\(family) F(\(m),3)"
    case .winogradLineOutput(let m, _): "\(family) F(\(m),\(9 - m))"
    default: family
    }
  }
}
