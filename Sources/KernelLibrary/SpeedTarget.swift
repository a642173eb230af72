import Convolution

/// What a strategy's kernels should reach on one thread: rows of the table that
/// `scripts/bench-kernels` measures.
public struct SpeedTarget: Sendable {
  public enum Basis: Sendable {
    /// Share of the FMA peak, in the operations of the definition.
    case peak
    /// Share of the roofline of the level that the data fit in.
    case roofline
    /// How many times as fast as the strategy for every problem, in the geometric mean.
    case general
  }

  /// What it is measured on; the strategy applies to all of them.
  public enum Problems: Sendable {
    /// benchdnn's descriptors, batch 1.
    case descriptors([String])
    /// The layers of networks that are for it, each problem once.
    case layers(of: [String], isMember: @Sendable (ConvolutionProblem) -> Bool)
  }

  public let basis: Basis
  /// For the best instruction set; a narrower one may fall somewhat short of it.
  public let least: Double
  public let problems: Problems

  init(_ least: Double, of basis: Basis = .peak, _ descriptors: [String]) {
    self.init(least, of: basis, .descriptors(descriptors.map { "mb1\($0)" }))
  }

  init(_ least: Double, of basis: Basis, _ problems: Problems) {
    self.basis = basis
    self.least = least
    self.problems = problems
  }

  /// Layers with full tiles everywhere, some with few pixels, and some of stride 2: what strategies
  /// for every problem have in common.
  static let square = [
    "ic64ih56oc64oh56kh3ph1", "ic128ih28oc128oh28kh3ph1", "ic256ih14oc256oh14kh3ph1",
  ]
  static let small = ["ic512ih7oc512oh7kh3ph1"]
  static let strided = ["ic128ih56oc128oh28kh3sh2ph1", "ic256ih28oc256oh14kh3sh2ph1"]
}
