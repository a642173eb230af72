import Convolution

/// The rows of an intermediate tensor that a band of a fused block needs at most, in one worker's
/// part of the workspace.
struct FusedWindow {
  /// Of the window as a tensor: as many rows as it has room for, padding only left and right.
  let layout: TensorLayout
  /// Of the window, in floats.
  let offset: Int
  /// Rows of the whole tensor.
  let height: Int

  /// A multiple of a cache line.
  var end: Int { offset + (layout.count + 15) / 16 * 16 }

  /// One window between each two convolutions.
  ///
  /// - Parameter band: output rows of the last one that are computed together.
  static func all(
    between problems: [ConvolutionProblem], band: Int, vectorWidth: Int
  ) -> [FusedWindow] {
    var rows: [Int] = []
    for problem in problems.dropFirst().reversed() {
      rows.insert(problem.inputRows(of: 0..<(rows.first ?? band)).count, at: 0)
    }
    var windows: [FusedWindow] = []
    for (problem, rows) in zip(problems.dropFirst(), rows) {
      var shape = problem.inputShape
      (shape.batch, shape.height) = (1, rows)
      let halo = Halo(top: 0, left: problem.halo.left, bottom: 0, right: problem.halo.right)
      windows.append(
        FusedWindow(
          layout: TensorLayout(shape: shape, block: vectorWidth, halo: halo),
          offset: windows.last?.end ?? 0, height: problem.input.height))
    }
    return windows
  }
}
