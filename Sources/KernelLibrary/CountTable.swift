import Convolution

/// The arithmetic of every strategy that applies to a problem, and of the block that MobileNet
/// puts in its place.
public enum CountTable {
  public static func rows(
    _ problem: ConvolutionProblem
  ) -> [(name: String, counts: ArithmeticCounts)] {
    var rows: [(name: String, counts: ArithmeticCounts)] = StrategyTable.all.compactMap {
      guard $0.rejection(of: problem, kernels: .best) == nil else { return nil }
      return ($0.name, $0.counts(for: problem))
    }
    if let counts = depthwiseSeparable(problem) { rows.append(("depthwise+pointwise", counts)) }
    return rows
  }

  /// A depthwise convolution with the problem's kernel, then a 1×1 convolution (Howard et al.
  /// 2017, section 3.1): another function, for comparison. Nil where the problem has groups or a
  /// 1×1 kernel.
  static func depthwiseSeparable(_ problem: ConvolutionProblem) -> ArithmeticCounts? {
    guard problem.groups == 1, problem.kernel.count > 1 else { return nil }
    var depthwise = problem
    depthwise.groups = problem.inputChannels
    depthwise.outputChannels = problem.inputChannels
    var pointwise = problem
    pointwise.input = problem.output
    pointwise.kernel = Extent(1)
    pointwise.stride = Extent(1)
    pointwise.dilation = Extent(1)
    pointwise.paddingTop = 0
    pointwise.paddingLeft = 0
    let (first, second) = (depthwise.directCounts, pointwise.directCounts)
    return ArithmeticCounts(
      multiplications: first.multiplications + second.multiplications,
      additions: first.additions + second.additions, bytes: first.bytes + second.bytes)
  }
}
