import Convolution
import KernelInterface

/// How Winograd's filtering cuts a convolution into tiles, and its transforms of a run of them.
protocol WinogradTiling: Sendable {
  /// Tiles of all images.
  var count: Int { get }
  /// Elements of a transformed tile: matrix products.
  var elements: Int { get }

  /// Transforms tiles of one block of input channels.
  ///
  /// - Parameters:
  ///   - v: the first tile's vector of element 0; tiles lie side by side.
  ///   - element: floats from one element to the next.
  func transformInput(
    _ input: TensorView, plane: Int, tiles: Range<Int>, to v: UnsafeMutablePointer<Float>,
    element: Int)

  /// Transforms tiles of one block of output channels back, and applies the epilogue.
  ///
  /// - Parameters:
  ///   - product: the first tile's vector of element 0.
  ///   - bias: of this block.
  func transformOutput(
    _ product: UnsafePointer<Float>, element: Int, plane: Int, tiles: Range<Int>,
    to output: TensorView, residual: TensorView?, bias: UnsafePointer<Float>?,
    activation: ActivationCode)
}

/// m×m outputs of a 3×3 kernel.
struct SquareTiling: WinogradTiling {
  private let problem: ConvolutionProblem
  private let m: Int
  private let grid: WinogradGrid
  private let vectorWidth: Int
  private let input: LeafKernel<WinogradInputArguments>
  private let output: LeafKernel<WinogradOutputArguments>

  var count: Int { grid.count }
  var elements: Int { (m + 2) * (m + 2) }

  init(_ problem: ConvolutionProblem, m: Int, kernels: Kernels) {
    self.problem = problem
    self.m = m
    grid = WinogradGrid(problem, m: m)
    vectorWidth = kernels.vectorWidth
    (input, output) = kernels.set.winograd(m: m)
  }

  func transformInput(
    _ view: TensorView, plane: Int, tiles: Range<Int>, to v: UnsafeMutablePointer<Float>,
    element: Int
  ) {
    let halo = problem.halo
    grid.forEachRun(tiles) { image, row, column, count, at in
      let (y, x) = (row * m - problem.paddingTop, column * m - problem.paddingLeft)
      var a = WinogradInputArguments(
        input: view.base + image * view.imagePitch + plane * view.planePitch
          + y * view.rowPitch + x * vectorWidth,
        output: v + at * vectorWidth)
      a.inputRow = view.rowPitch
      a.readableRows = problem.input.height + halo.bottom - y
      a.readableColumns = problem.input.width + halo.right - x
      a.outputElement = element
      a.tiles = count
      input(&a)
    }
  }

  func transformOutput(
    _ product: UnsafePointer<Float>, element: Int, plane: Int, tiles: Range<Int>,
    to view: TensorView, residual: TensorView?, bias: UnsafePointer<Float>?,
    activation: ActivationCode
  ) {
    grid.forEachRun(tiles) { image, row, column, count, at in
      let (y, x) = (row * m, column * m)
      var a = WinogradOutputArguments(
        input: product + at * vectorWidth,
        output: view.base + image * view.imagePitch + plane * view.planePitch
          + y * view.rowPitch + x * vectorWidth)
      a.inputElement = element
      a.outputRow = view.rowPitch
      a.writableRows = problem.output.height - y
      a.writableColumns = problem.output.width - x
      a.bias = bias
      if let residual {
        a.residual = UnsafePointer(
          residual.base + image * residual.imagePitch + plane * residual.planePitch
            + y * residual.rowPitch + x * vectorWidth)
        a.residualRow = residual.rowPitch
      }
      a.activation = activation
      a.tiles = count
      output(&a)
    }
  }
}
