import KernelInterface

/// The kernels of one instruction set by what they compute: what its rows are dispatched through.
public final class KernelTable: Sendable {
  /// In the order in which the module shows them.
  public let rows: [KernelRow]
  /// Floats in a vector, and the channel block of its NCHWc tensors.
  public let vectorWidth: Int
  public let vectorRegisters: Int
  /// Multiply-adds are fused (one rounding).
  public let fusesMultiplyAdd: Bool
  private let module: any KernelSet.Type

  private struct BandKey: Hashable {
    let tile: TileShape
    let step: PixelStep
  }
  private let bands: [BandKey: BandKernel]
  private let winogradInputs: [Int: LeafKernel<WinogradInputArguments>]
  private let winogradOutputs: [Int: LeafKernel<WinogradOutputArguments>]

  private let lineOutputs: [Int: LeafKernel<WinogradLineOutputArguments>]
  private let lineInput: LeafKernel<WinogradLineInputArguments>

  public let depthwise: LeafKernel<DepthwiseArguments>
  public let elementwise: LeafKernel<ElementwiseArguments>
  public let function: LeafKernel<FunctionArguments>
  public let arithmetic: LeafKernel<ArithmeticArguments>
  public let pool: LeafKernel<PoolArguments>
  public let averagePlanes: LeafKernel<PlaneAverageArguments>
  public let normalize: LeafKernel<NormalizationArguments>
  public let softmax: LeafKernel<SoftmaxArguments>
  public let copy: LeafKernel<CopyArguments>

  /// - Precondition: the module has a kernel of every family, and none twice.
  init(_ module: any KernelSet.Type) {
    self.module = module
    vectorWidth = module.vectorWidth
    vectorRegisters = module.vectorRegisters
    fusesMultiplyAdd = module.fusesMultiplyAdd
    var rows: [KernelRow] = []
    module.forEachKernel { rows.append($0) }
    self.rows = rows

    var bands: [BandKey: BandKernel] = [:]
    var inputs: [Int: LeafKernel<WinogradInputArguments>] = [:]
    var outputs: [Int: LeafKernel<WinogradOutputArguments>] = [:]
    var lines: [Int: LeafKernel<WinogradLineOutputArguments>] = [:]
    for row in rows {
      switch row.body {
      case .band(let tile, let step, let body): bands[BandKey(tile: tile, step: step)] = body
      case .winogradInput(let m, let body): inputs[m] = body
      case .winogradOutput(let m, let body): outputs[m] = body
      case .winogradLineOutput(let m, let body): lines[m] = body
      default: break
      }
    }
    self.bands = bands
    winogradInputs = inputs
    winogradOutputs = outputs
    lineOutputs = lines

    func only<Arguments>(
      _ pick: (KernelRow.Body) -> LeafKernel<Arguments>?
    ) -> LeafKernel<Arguments> {
      let found = rows.compactMap { pick($0.body) }
      precondition(found.count == 1, "one kernel of each family but tiles and transforms")
      return found[0]
    }
    lineInput = only { if case .winogradLineInput(let body) = $0 { body } else { nil } }
    depthwise = only { if case .depthwise(let body) = $0 { body } else { nil } }
    elementwise = only { if case .elementwise(let body) = $0 { body } else { nil } }
    function = only { if case .function(let body) = $0 { body } else { nil } }
    arithmetic = only { if case .arithmetic(let body) = $0 { body } else { nil } }
    pool = only { if case .pool(let body) = $0 { body } else { nil } }
    averagePlanes = only { if case .averagePlanes(let body) = $0 { body } else { nil } }
    normalize = only { if case .normalize(let body) = $0 { body } else { nil } }
    softmax = only { if case .softmax(let body) = $0 { body } else { nil } }
    copy = only { if case .copy(let body) = $0 { body } else { nil } }
  }

  /// The most output pixels that a register tile of so many output-channel blocks and output rows
  /// (1 or 2) can have per row without spilling; 0 where there is no such tile. There is one of
  /// every smaller number of pixels.
  public func tilePixels(columns: Int, rows: Int, step: PixelStep) -> Int {
    var pixels = 0
    while band(columns: columns, pixels: pixels + 1, rows: rows, step: step) != nil { pixels += 1 }
    return pixels
  }

  /// The register tile kernel, nil where there is none.
  public func band(columns: Int, pixels: Int, rows: Int, step: PixelStep) -> BandKernel? {
    bands[
      BandKey(tile: TileShape(columns: columns, pixels: pixels, rows: rows), step: step)]
  }

  /// Winograd's transforms for output tiles of 2, 4 or 6 pixels a side.
  ///
  /// - Precondition: there are transforms for `m`.
  public func winograd(
    m: Int
  ) -> (input: LeafKernel<WinogradInputArguments>, output: LeafKernel<WinogradOutputArguments>) {
    guard let input = winogradInputs[m], let output = winogradOutputs[m] else {
      preconditionFailure("no Winograd transforms for \(m)×\(m) outputs")
    }
    return (input, output)
  }

  /// Winograd's one-dimensional transforms on eight points for output tiles of 2, 4 or 6 pixels.
  ///
  /// - Precondition: there are transforms for `m`.
  public func winogradLine(
    m: Int
  ) -> (
    input: LeafKernel<WinogradLineInputArguments>, output: LeafKernel<WinogradLineOutputArguments>
  ) {
    guard let output = lineOutputs[m] else {
      preconditionFailure("no one-dimensional Winograd transforms for \(m) outputs")
    }
    return (lineInput, output)
  }

  /// `KernelSet.fmaBurst(iterations:)`.
  @discardableResult
  public func fmaBurst(iterations: Int) -> Float { module.fmaBurst(iterations: iterations) }
  public var fmaBurstOperations: Int { module.fmaBurstOperations }

  /// `KernelSet.readBurst(_:count:)`.
  @discardableResult
  public func readBurst(_ p: UnsafePointer<Float>, count: Int) -> Float {
    module.readBurst(p, count: count)
  }
}
