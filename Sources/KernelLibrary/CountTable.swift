import Convolution

/// The arithmetic of every strategy that applies to a problem, and of the block that MobileNet
/// puts in its place.
public enum CountTable {
  public static func rows(
    _ problem: ConvolutionProblem
  ) -> [(name: String, counts: ArithmeticCounts)] {
    var rows: [(name: String, counts: ArithmeticCounts)] = StrategyTable.all.compactMap {
      guard $0.rejection(of: problem, target: Target(.best, threads: 1)) == nil else { return nil }
      return ($0.name, $0.counts(for: problem))
    }
    if let counts = depthwiseSeparable(problem) { rows.append(("depthwise+pointwise", counts)) }
    return rows
  }

  /// Of the pair that MobileNet puts in the problem's place; nil where there is none.
  static func depthwiseSeparable(_ problem: ConvolutionProblem) -> ArithmeticCounts? {
    guard let pair = DepthwisePair.replacing(problem) else { return nil }
    let (first, second) = (pair.depthwise.directCounts, pair.pointwise.directCounts)
    return ArithmeticCounts(
      multiplications: first.multiplications + second.multiplications,
      additions: first.additions + second.additions, bytes: first.bytes + second.bytes)
  }
}
