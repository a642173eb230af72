// Invariant: a worker reads only its own buffer, which lives as long as the evictor.

import Convolution
import KernelLibrary
import Topology
import Workers

/// Makes the workers' private caches forget: each reads a buffer larger than its own.
///
/// Costs a worker its buffer at last-level bandwidth, e.g. 0.1 ms for 2 MiB at 20 GB/s.
public final class CacheEvictor {
  /// Bytes that each worker reads.
  public let bytesPerWorker: Int
  private let kernels: Kernels
  private let buffers: [FloatBuffer]

  /// - Parameter shared: empties the shared caches too: the workers' buffers together exceed the
  ///   last level.
  public init(kernels: Kernels, pool: WorkerPool, machine: Machine, shared: Bool = false) {
    self.kernels = kernels
    let cpus = pool.placement.slots.map { $0.cpu ?? machine.allowed.members.first ?? 0 }
    let largest = cpus.compactMap {
      shared ? machine.lastLevelCache(of: $0)?.bytes : machine.lastPrivateCache(of: $0)?.bytes
    }.max()
    let wanted =
      largest.map {
        Int(clamping: $0).multipliedReportingOverflow(
          by: MeasurementRules.evictionFactor
        ).partialValue
      } ?? MeasurementRules.evictionBytes
    let limit = shared ? MeasurementRules.sharedEvictionLimit : MeasurementRules.evictionLimit
    let bytes = min(max(wanted, 64 << 10), limit)
    let step = 16 * kernels.vectorWidth
    let count = (bytes / 4 + step - 1) / step * step
    bytesPerWorker = 4 * count
    buffers = (0..<pool.count).map { _ in FloatBuffer(count: count) }
  }

  /// Reads on all workers at once.
  public func evict(_ pool: WorkerPool) {
    pool.runOnWorkers { worker in
      guard worker < buffers.count else { return }
      let buffer = buffers[worker]
      _ = kernels.set.readBurst(UnsafePointer(buffer.memory), count: buffer.count)
    }
  }
}
