import Convolution

/// A convolution whose rows can be computed one band after the other, each from the input rows that
/// it sees: what a fused block is made of.
protocol RowConvolution: PreparedConvolution {
  var problem: ConvolutionProblem { get }

  /// Computes some output rows of the first image, all channels, on the calling thread. The numbers
  /// are those of `run`, bit by bit.
  ///
  /// - Parameters:
  ///   - rows: not empty.
  ///   - input: holds at least `problem.inputRows(of: rows)`, those outside the image as zeros, and
  ///     the halo on the left and on the right.
  ///   - output: its other rows are not touched.
  func compute(
    rows: Range<Int>, input: TensorView, output: TensorView, residual: TensorView?)
}

extension ConvolutionProblem {
  /// The input rows that a range of output rows sees; negative and past the end in the padding.
  func inputRows(of rows: Range<Int>) -> Range<Int> {
    let first = rows.lowerBound * stride.height - paddingTop
    return first..<first + (rows.count - 1) * stride.height + reach.height
  }
}
