import Convolution
import KernelInterface
import Workers

/// Winograd convolution. THE ALGORITHM: `Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A` per tile, the product ⊙
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
  private let m: Int
  private let elements: Int
  private let tiles: Int
  private let fused: Bool
  private let grid: WinogradGrid
  private let vectorWidth: Int
  private let inputTransform: LeafKernel<WinogradInputArguments>
  private let outputTransform: LeafKernel<WinogradOutputArguments>
  private let weights: WinogradWeights
  private let bias: FloatBuffer?
  private let runners: [BandRunner]
  private let pixelLimits: [Int]
  private let inputBlocks: Int
  private let perWorker: Int

  let workspaceCount: Int
  var packedCount: Int { weights.buffer.count }

  init(
    _ layer: ConvolutionLayer, m: Int, tiles: Int, columns: Int, fused: Bool, target: Target,
    workspaceCount: Int
  ) {
    let kernels = target.kernels
    self.workspaceCount = workspaceCount
    problem = layer.problem
    activation = layer.epilogue.activation.code
    self.m = m
    self.tiles = tiles
    self.fused = fused
    (inputTransform, outputTransform) = kernels.set.winograd(m: m)
    elements = (m + 2) * (m + 2)
    grid = WinogradGrid(problem, m: m)
    let width = kernels.vectorWidth
    vectorWidth = width
    inputBlocks = (problem.inputChannels + width - 1) / width
    weights = WinogradWeights(
      layer, m: m,
      columnCounts: columnCounts(upTo: columns, step: .blocked1, kernels: kernels),
      vectorWidth: width)
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
    let blocks = (grid.count + tiles - 1) / tiles
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
    block * tiles..<min((block + 1) * tiles, grid.count)
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
    let width = vectorWidth
    let offset = range.lowerBound - (block ?? range).lowerBound
    let halo = problem.halo
    grid.forEachRun(range) { image, row, column, count, at in
      let (y, x) = (row * m - problem.paddingTop, column * m - problem.paddingLeft)
      var a = WinogradInputArguments(
        input: input.base + image * input.imagePitch + plane * input.planePitch
          + y * input.rowPitch + x * width,
        output: v + (plane * tiles + offset + at) * width)
      a.inputRow = input.rowPitch
      a.readableRows = problem.input.height + halo.bottom - y
      a.readableColumns = problem.input.width + halo.right - x
      a.outputElement = inputBlocks * tiles * width
      a.tiles = count
      inputTransform(&a)
    }
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
    let width = vectorWidth
    let offset = range.lowerBound - (block ?? range).lowerBound
    grid.forEachRun(range) { image, row, column, count, at in
      let (y, x) = (row * m, column * m)
      var a = WinogradOutputArguments(
        input: UnsafePointer(product + (plane * tiles + offset + at) * width),
        output: output.base + image * output.imagePitch + plane * output.planePitch
          + y * output.rowPitch + x * width)
      a.inputElement = weights.layout.outputBlocks * tiles * width
      a.outputRow = output.rowPitch
      a.writableRows = problem.output.height - y
      a.writableColumns = problem.output.width - x
      if let bias { a.bias = UnsafePointer(bias.memory + plane * width) }
      if let residual {
        a.residual = UnsafePointer(
          residual.base + image * residual.imagePitch + plane * residual.planePitch
            + y * residual.rowPitch + x * width)
        a.residualRow = residual.rowPitch
      }
      a.activation = activation
      a.tiles = count
      outputTransform(&a)
    }
  }
}
