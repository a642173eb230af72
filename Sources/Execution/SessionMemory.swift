import Foundation

/// What a session keeps in memory, in bytes.
public struct SessionMemory: Hashable, Sendable, Codable {
  /// Packed weights of all layers.
  public let weightBytes: Int
  /// All activations.
  public let arenaBytes: Int
  /// Scratch memory, shared by all layers.
  public let workspaceBytes: Int

  public var totalBytes: Int { weightBytes + arenaBytes + workspaceBytes }

  /// - Throws: `ExecutionError` where weights and activations do not fit into this machine.
  package static func check(
    _ network: LoweredNetwork, _ plan: MemoryPlan,
    available: Int = Int(clamping: ProcessInfo.processInfo.physicalMemory)
  ) throws {
    let weights = network.layers.reduce(0) { $0 + $1.problem.weightCount }
    let needed = 4 * (weights + plan.count)
    guard needed <= available else {
      throw ExecutionError(
        "\(network.graph.name) at batch \(network.graph.input.batch) needs \(needed >> 20) MiB of "
          + "memory, this machine has \(available >> 20); use a smaller batch or resolution")
    }
  }
}
