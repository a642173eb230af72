import Foundation
import Topology

/// What a session keeps in memory, in bytes.
public struct SessionMemory: Hashable, Sendable, Codable {
  /// Packed weights of all layers.
  public let weightBytes: Int
  /// All activations.
  public let arenaBytes: Int
  /// Scratch memory, shared by all layers.
  public let workspaceBytes: Int

  public var totalBytes: Int { weightBytes + arenaBytes + workspaceBytes }

  /// - Throws: `ExecutionError` where weights and activations do not fit into what is left of it.
  package static func check(
    _ network: LoweredNetwork, _ plan: MemoryPlan,
    budget: MemoryBudget = .current
  ) throws {
    let weights = network.layers.map(\.problem.weightCount)
    // The largest layer's weights are there twice while they are packed, the inputs while they are
    // loaded.
    let needed =
      4.0
      * (Double(weights.reduce(0, +)) + Double(plan.count) + Double(weights.max() ?? 0)
        + Double(network.graph.inputCount))
    do {
      try budget.require(
        needed, for: "\(network.graph.name) at batch \(network.graph.input.batch)")
    } catch let error as MemoryError {
      throw ExecutionError(error.description)
    }
  }
}
