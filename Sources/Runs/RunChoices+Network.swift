import Execution
import KernelLibrary
import Results
import Topology

extension RunChoices {
  /// Of a network as it runs.
  ///
  /// - Parameters:
  ///   - network: its layers fused.
  ///   - choices: one a layer.
  public init(_ network: LoweredNetwork, _ choices: [Candidate], isa: InstructionSet) {
    self.init()
    let fusions = network.fusions
    plan =
      PlanHash(
        isa: isa, layers: network.layers, choices: choices, fusions: fusions
      ).description
    fusion =
      fusions.isEmpty
      ? "none"
      : fusions.map { "\($0.layers.lowerBound)-\($0.layers.upperBound):\($0.band)" }
        .joined(separator: " ")
    let inBlocks = Set(fusions.flatMap(\.layers))
    var counts: [String: Int] = [:]
    for (index, choice) in choices.enumerated() {
      counts[inBlocks.contains(index) ? Fusion.strategy : choice.strategy, default: 0] += 1
    }
    strategies = counts.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
      .joined(separator: " ")
    kernels = KernelSignature(of: choices, isFused: !fusions.isEmpty).description
  }
}
