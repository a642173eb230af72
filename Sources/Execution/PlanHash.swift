import Base
import KernelLibrary
import Topology

/// A name for what a network runs with: every layer's problem and candidate, the fused blocks and
/// the instruction set. Times of two runs may be pooled only where it is the same.
///
/// Twelve hexadecimal digits (64-bit FNV-1a, its upper 48 bits). Evidence is not in it: two tunings
/// that choose alike have one name.
public struct PlanHash: Hashable, Sendable, CustomStringConvertible {
  public let description: String

  /// - Parameters:
  ///   - layers: of the network without fused blocks.
  ///   - choices: one a layer.
  public init(
    isa: InstructionSet, layers: [NetworkLayer], choices: [Candidate], fusions: [Fusion]
  ) {
    self.init(
      isa: isa,
      layers: zip(layers, choices).map { "\($0.problem) \($0.epilogue) \($1)" }, fusions: fusions)
  }

  /// - Parameter layers: problem, epilogue and candidate of each, with spaces between.
  public init(isa: InstructionSet, layers: [String], fusions: [Fusion]) {
    let blocks = fusions.sorted { $0.layers.lowerBound < $1.layers.lowerBound }
      .map { "fused \($0.layers.lowerBound)-\($0.layers.upperBound) \($0.band)" }
    description = FNV1a(([isa.rawValue] + layers + blocks).joined(separator: "\n"))
      .hexadecimal(digits: 12)
  }
}

extension LoweredNetwork {
  /// The fused blocks that it has, in the order of execution.
  public var fusions: [Fusion] {
    steps.compactMap { step in
      if case .fused(let fusion) = step.work { fusion } else { nil }
    }
  }
}
