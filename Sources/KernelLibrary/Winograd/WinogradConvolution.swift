import Convolution
import KernelInterface
import Workers

/// Winograd convolution. THE ALGORITHM: `Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A` per tile (in one dimension
/// `y = Aᵀ [(G g) ⊙ (Bᵀ d)]`), the product ⊙
/// summed over input channels, i.e. one matrix product per transform element. THE SCHEDULE, for
/// blocks of tiles of which transformed input V and product M fit the cache:
///
///     V[element][input block][tile] = transform of the input      (per run of tiles, input block)
///     M[element][output block][tile] = U[element] × V[element]    (per element, column group)
///     output = transform of M with the epilogue                   (per run of tiles, output block)
///
/// `fused` blocks are the unit of parallel work, each worker with its own V and M; otherwise all
/// workers share every pass of a block, with a barrier between the passes.
final class WinogradConvolution: PreparedConvolution {
  private let problem: ConvolutionProblem
  private let activation: ActivationCode
  private let tiling: any WinogradTiling
  private let elements: Int
  private let tiles: Int
  private let fused: Bool
  private let vectorWidth: Int
  private let weights: WinogradWeights
  private let bias: FloatBuffer?
  private let runners: [BandRunner]
  private let pixelLimits: [Int]
  private let inputBlocks: Int
  private let perWorker: Int

  let workspaceCount: Int
  var packedCount: Int { weights.buffer.count }

  /// - Parameter transform: of one pair of channels' weights, `elements` numbers.
  init(
    _ layer: ConvolutionLayer, tiling: any WinogradTiling, blocking: WinogradBlocking,
    target: Target,
    transform: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Double>) -> Void
  ) {
    let kernels = target.kernels
    problem = layer.problem
    activation = layer.epilogue.activation.code
    self.tiling = tiling
    tiles = min(blocking.tiles, tiling.count)
    fused = blocking.fused
    elements = tiling.elements
    workspaceCount = blocking.workspace(
      of: layer.problem, elements: tiling.elements, count: tiling.count, target: target)
    let columns = blocking.columns
    let width = kernels.vectorWidth
    vectorWidth = width
    inputBlocks = (problem.inputChannels + width - 1) / width
    weights = WinogradWeights(
      layer, elements: elements,
      columnCounts: columnCounts(upTo: columns, step: .blocked1, kernels: kernels),
      vectorWidth: width, transform: transform)
    bias = paddedBias(layer, vectorWidth: width)
    runners = (0...columns).map {
      BandRunner(columns: max($0, 1), step: .blocked1, kernels: kernels)
    }
    pixelLimits = (0...columns).map {
      max(1, kernels.set.tilePixels(columns: max($0, 1), rows: 1, step: .blocked1))
    }
    perWorker = elements * (inputBlocks + weights.layout.outputBlocks) * tiles * width
  }

  func run(
    input: TensorView, output: TensorView, residual: TensorView?,
    workspace: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    let blocks = (tiling.count + tiles - 1) / tiles
    if fused {
      pool.run(tasks: blocks) { block, worker in
        let range = range(of: block)
        let (v, product) = split(workspace + worker * perWorker)
        for plane in 0..<inputBlocks { transformInput(input, plane, range, v) }
        for element in 0..<elements {
          for group in weights.layout.groups { multiply(element, group, range.count, v, product) }
        }
        for plane in 0..<weights.layout.outputBlocks {
          transformOutput(output, residual, plane, range, product)
        }
      }
    } else {
      let (v, product) = split(workspace)
      let groups = weights.layout.groups.count
      for block in 0..<blocks {
        let range = range(of: block)
        // Enough tasks for every worker even where there are few channel blocks.
        let parts = min(range.count, max(1, 4 * pool.count / inputBlocks))
        pool.run(tasks: inputBlocks * parts) { task, _ in
          let (plane, part) = task.quotientAndRemainder(dividingBy: parts)
          transformInput(input, plane, slice(range, part, parts), v, of: range)
        }
        pool.run(tasks: elements * groups) { task, _ in
          let (element, group) = task.quotientAndRemainder(dividingBy: groups)
          multiply(element, weights.layout.groups[group], range.count, v, product)
        }
        pool.run(tasks: weights.layout.outputBlocks * parts) { task, _ in
          let (plane, part) = task.quotientAndRemainder(dividingBy: parts)
          transformOutput(output, residual, plane, slice(range, part, parts), product, of: range)
        }
      }
    }
  }

  private func range(of block: Int) -> Range<Int> {
    block * tiles..<min((block + 1) * tiles, tiling.count)
  }

  private func slice(_ range: Range<Int>, _ part: Int, _ parts: Int) -> Range<Int> {
    range.lowerBound + range.count * part / parts..<range.lowerBound
      + range.count * (part + 1) / parts
  }

  /// V, then M.
  private func split(
    _ memory: UnsafeMutablePointer<Float>
  ) -> (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) {
    (memory, memory + elements * inputBlocks * tiles * vectorWidth)
  }

  private func transformInput(
    _ input: TensorView, _ plane: Int, _ range: Range<Int>, _ v: UnsafeMutablePointer<Float>,
    of block: Range<Int>? = nil
  ) {
    let offset = range.lowerBound - (block ?? range).lowerBound
    tiling.transformInput(
      input, plane: plane, tiles: range, to: v + (plane * tiles + offset) * vectorWidth,
      element: inputBlocks * tiles * vectorWidth)
  }

  private func multiply(
    _ element: Int, _ group: ColumnGroup, _ count: Int, _ v: UnsafeMutablePointer<Float>,
    _ product: UnsafeMutablePointer<Float>
  ) {
    let width = vectorWidth
    var a = BandArguments(
      input: UnsafePointer(v + element * inputBlocks * tiles * width),
      weights: UnsafePointer(
        weights.buffer.memory + element * weights.layout.count + group.offset),
      output: product
        + (element * weights.layout.outputBlocks + group.firstBlock) * tiles * width)
    a.icBlocks = inputBlocks
    a.lastChannels = problem.lastChannels(of: group, block: width)
    a.inputPlane = tiles * width
    a.outputPlane = tiles * width
    runners[group.columns].run(
      a, rows: 1, width: count,
      pixels: balancedPixels(width: count, limit: pixelLimits[group.columns]), tileRows: 1,
      inputPixel: width, vectorWidth: width)
  }

  private func transformOutput(
    _ output: TensorView, _ residual: TensorView?, _ plane: Int, _ range: Range<Int>,
    _ product: UnsafeMutablePointer<Float>, of block: Range<Int>? = nil
  ) {
    let offset = range.lowerBound - (block ?? range).lowerBound
    tiling.transformOutput(
      UnsafePointer(product + (plane * tiles + offset) * vectorWidth),
      element: weights.layout.outputBlocks * tiles * vectorWidth, plane: plane, tiles: range,
      to: output, residual: residual,
      bias: bias.map { UnsafePointer($0.memory + plane * vectorWidth) }, activation: activation)
  }
}
