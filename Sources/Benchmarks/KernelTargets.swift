import Convolution
import KernelLibrary
import Networks
import Topology

/// What every kind of kernel should reach on one thread: the table that `scripts/bench-kernels`
/// measures. What a strategy should reach, it says itself.
public struct KernelTargets {
  struct Target {
    let strategy: any ConvolutionStrategy
    let basis: SpeedTarget.Basis
    let least: Double
    let problems: [ConvolutionProblem]
    /// The networks that the problems are from, if any.
    let networks: [String]
  }

  /// AVX2's allowance.
  static let narrowAllowance = 0.08
  /// A layer slower than the first must gain by the second from a second thread.
  static let twoThreads: [(milliseconds: Double, gain: Double)] = [(1, 1.85), (0.2, 1.6)]
  /// Of the FMA peak, the best tile alone. SSE2 has no fused and no three-operand instructions.
  static func tileShare(of isa: InstructionSet) -> Double {
    isa == .baseline ? 0.75 : isa == .avx2 ? 0.95 - narrowAllowance : 0.95
  }
  /// Of the bandwidth of the level that the data fit in.
  static let stepShare = 0.70

  /// What rows of the table can be about: the tiles alone, every strategy beside plain loops, a
  /// strategy, the operations between convolutions.
  public static let kinds =
    ["micro", "loops"] + StrategyTable.all.filter { !$0.speedTargets.isEmpty }.map(\.name)
    + ["operations"]

  /// A shape that each strategy is for, where it must be faster than plain loops.
  static let loops = StrategyTable.all.compactMap { strategy in
    strategy.example.map { (strategy: strategy.name, descriptor: $0) }
  }

  /// Strategy by strategy.
  let targets: [Target]

  init() throws {
    targets = try StrategyTable.all.flatMap { strategy in
      try strategy.speedTargets.map { target in
        let (problems, networks) = try Self.problems(target.problems)
        return Target(
          strategy: strategy, basis: target.basis, least: target.least, problems: problems,
          networks: networks)
      }
    }
  }

  private static func problems(
    _ problems: SpeedTarget.Problems
  ) throws -> ([ConvolutionProblem], networks: [String]) {
    switch problems {
    case .descriptors(let texts):
      return (try texts.map { try ConvolutionProblem(descriptor: $0) }, [])
    case .layers(let networks, let isMember):
      var seen: Set<ConvolutionProblem> = []
      let all = try networks.flatMap { name in
        try NetworkCatalog.graph(named: name).layers.compactMap(\.problem)
      }
      return (all.filter { isMember($0) && seen.insert($0).inserted }, networks)
    }
  }
}
