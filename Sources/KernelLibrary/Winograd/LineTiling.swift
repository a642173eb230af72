import Convolution
import KernelInterface

/// `9 - r` outputs in a line of a kernel of one row or one column of r taps.
///
/// Tiles are numbered across the lines, so that a run of them is cut at the tensor's edge all alike:
/// a row of tiles of a 7×1 kernel is as wide as the image, one of a 1×7 kernel as high.
struct LineTiling: WinogradTiling {
  private let problem: ConvolutionProblem
  private let m: Int
  private let isVertical: Bool
  private let grid: WinogradGrid
  private let vectorWidth: Int
  private let input: LeafKernel<WinogradLineInputArguments>
  private let output: LeafKernel<WinogradLineOutputArguments>

  static let elements = 8
  var count: Int { grid.count }
  var elements: Int { Self.elements }

  init(_ problem: ConvolutionProblem, kernels: Kernels) {
    self.problem = problem
    m = Self.outputs(problem)
    isVertical = Self.isVertical(problem)
    grid = Self.grid(problem)
    vectorWidth = kernels.vectorWidth
    (input, output) = kernels.set.winogradLine(m: m)
  }

  private static func isVertical(_ problem: ConvolutionProblem) -> Bool {
    problem.kernel.width == 1
  }

  /// Outputs per tile.
  static func outputs(_ problem: ConvolutionProblem) -> Int {
    elements + 1 - max(problem.kernel.height, problem.kernel.width)
  }

  /// Rows are the tiles along a line, columns the lines.
  static func grid(_ problem: ConvolutionProblem) -> WinogradGrid {
    let (along, across) =
      isVertical(problem)
      ? (problem.output.height, problem.output.width)
      : (problem.output.width, problem.output.height)
    let m = outputs(problem)
    return WinogradGrid(batch: problem.batch, rows: (along + m - 1) / m, columns: across)
  }

  /// Pitches along and across the lines.
  private func pitches(_ view: TensorView) -> (point: Int, tile: Int) {
    isVertical ? (view.rowPitch, vectorWidth) : (vectorWidth, view.rowPitch)
  }

  func transformInput(
    _ view: TensorView, plane: Int, tiles: Range<Int>, to v: UnsafeMutablePointer<Float>,
    element: Int
  ) {
    let (point, tile) = pitches(view)
    let (before, length) =
      isVertical
      ? (problem.paddingTop, problem.input.height + problem.halo.bottom)
      : (problem.paddingLeft, problem.input.width + problem.halo.right)
    // Padding across the lines: a kernel of one tap may have it.
    let across = isVertical ? problem.paddingLeft : problem.paddingTop
    grid.forEachRun(tiles) { image, row, column, count, at in
      let first = row * m - before
      var a = WinogradLineInputArguments(
        input: view.base + image * view.imagePitch + plane * view.planePitch + first * point
          + (column - across) * tile,
        output: v + at * vectorWidth)
      (a.inputPoint, a.inputTile) = (point, tile)
      a.readablePoints = length - first
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
    let (point, tile) = pitches(view)
    let length = isVertical ? problem.output.height : problem.output.width
    grid.forEachRun(tiles) { image, row, column, count, at in
      let first = row * m
      var a = WinogradLineOutputArguments(
        input: product + at * vectorWidth,
        output: view.base + image * view.imagePitch + plane * view.planePitch + first * point
          + column * tile)
      a.inputElement = element
      (a.outputPoint, a.outputTile) = (point, tile)
      a.writablePoints = length - first
      a.bias = bias
      if let residual {
        (a.residualPoint, a.residualTile) = pitches(residual)
        a.residual = UnsafePointer(
          residual.base + image * residual.imagePitch + plane * residual.planePitch
            + first * a.residualPoint + column * a.residualTile)
      }
      a.activation = activation
      a.tiles = count
      output(&a)
    }
  }
}

/// `G g` of a kernel of r taps on the points of F(6, 3): row i of `G` is `1, p, p², …` over the
/// product of the differences to the other points, the last `0 … 0 1` (Lavin & Gray 2016, section 4).
enum LineWeights {
  private static let points: [Double] = [0, 1, -1, 2, -2, 0.5, -0.5]
  /// By finite point. The sign of the first row is that of its row in the input's transform.
  private static let scales: [Double] = points.enumerated().map { i, p in
    let product = points.enumerated().reduce(1.0) { $1.offset == i ? $0 : $0 * (p - $1.element) }
    return i == 0 ? -1 / product : 1 / product
  }

  static func transform(
    _ g: UnsafePointer<Float>, taps: Int, into target: UnsafeMutablePointer<Double>
  ) {
    for (i, p) in points.enumerated() {
      // Horner's rule, from the last tap.
      var sum = 0.0
      for tap in (0..<taps).reversed() { sum = sum * p + Double(g[tap]) }
      target[i] = sum * scales[i]
    }
    target[points.count] = Double(g[taps - 1])
  }
}
