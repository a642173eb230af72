// Invariant: every worker reads and writes only its own two buffers, which live as long as the
// probe.

import Convolution
import KernelLibrary
import Topology
import Workers

/// Load and copy bandwidth of every level of the memory hierarchy, all workers at once.
public enum BandwidthProbe {
  /// One level. GB/s are 10⁹ bytes a second of all workers together.
  public struct Level: Hashable, Sendable, Codable {
    /// `L1`, `L2`, `L3` or `memory`.
    public var name: String
    /// What each worker reads over and over, in bytes.
    public var bytesPerWorker: Int
    public var load: Double
    /// Bytes read plus bytes written; the two buffers together are as large as the one of `load`.
    public var copy: Double

    public init(name: String, bytesPerWorker: Int, load: Double, copy: Double) {
      self.name = name
      self.bytesPerWorker = bytesPerWorker
      self.load = load
      self.copy = copy
    }
  }

  /// The best of so many bursts.
  static let repetitions = 6
  /// Small buffers are passed over until a burst has moved this many bytes.
  static let burstBytes = 4 << 20

  public static func measure(kernels: Kernels, pool: WorkerPool, machine: Machine) -> [Level] {
    Calibration.readLevels(machine, pool).map { level in
      measure(level, kernels: kernels, pool: pool)
    }
  }

  private static func measure(
    _ level: (name: String, bytes: Int), kernels: Kernels, pool: WorkerPool
  ) -> Level {
    let step = 32 * kernels.vectorWidth
    let count = max(step, level.bytes / 4 / step * step)
    // The second half is what a copy writes.
    let buffers = (0..<pool.count).map { _ in FloatBuffer(count: count) }
    let passes = max(1, burstBytes / (4 * count))
    let bytes = Double(4 * count * passes * pool.count)
    let width = kernels.vectorWidth
    let set = kernels.set
    func load(_ worker: Int) {
      for _ in 0..<passes { _ = set.readBurst(UnsafePointer(buffers[worker].memory), count: count) }
    }
    func copy(_ worker: Int) {
      let memory = buffers[worker].memory
      var a = ElementwiseArguments(input: memory, output: memory + count / 2)
      a.width = count / 2 / width
      for _ in 0..<passes { set.elementwise(&a) }
    }
    var (loads, copies) = (0.0, 0.0)
    for _ in 0..<repetitions {
      let first = Stopwatch()
      pool.runOnWorkers(load)
      loads = max(loads, bytes / first.nanoseconds)
      let second = Stopwatch()
      pool.runOnWorkers(copy)
      copies = max(copies, bytes / second.nanoseconds)
    }
    return Level(name: level.name, bytesPerWorker: 4 * count, load: loads, copy: copies)
  }
}
