/// What one run of a convolution costs on paper.
public struct ArithmeticCounts: Hashable, Sendable, Codable {
  public var multiplications: Int
  public var additions: Int
  /// Bytes of input, weights and output, each moved once.
  public var bytes: Int

  public init(multiplications: Int, additions: Int, bytes: Int) {
    self.multiplications = multiplications
    self.additions = additions
    self.bytes = bytes
  }

  public var operations: Int { multiplications + additions }
}

extension ConvolutionProblem {
  /// Products of the definition: every output element sums `reductionLength` of them (taps in the
  /// padding counted, as everywhere in the literature).
  public var multiplyAccumulates: Int { outputShape.count * reductionLength }

  /// Floating-point operations of the definition; "direct-convolution terms" in reports.
  public var operations: Int { 2 * multiplyAccumulates }

  /// Bytes of input, weights and output in float32.
  public var compulsoryBytes: Int {
    4 * (inputShape.count + weightCount + outputShape.count)
  }

  /// The definition's counts.
  public var directCounts: ArithmeticCounts {
    ArithmeticCounts(
      multiplications: multiplyAccumulates,
      additions: outputShape.count * max(0, reductionLength - 1), bytes: compulsoryBytes)
  }
}
