// Invariant: every worker reads and writes only its own buffer, which lives as long as the probe.

import Base
import Convolution
import KernelInterface
import KernelLibrary
import Topology
import Workers

/// Load and copy bandwidth of one level of the memory hierarchy, all workers at once, burst by
/// burst: what the level gives right now, beside samples that wait for it.
public final class BandwidthProbe {
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

  /// The best of so many bursts: some 50 ms.
  static let repetitions = 40
  /// A worker moves at least so much in a burst, passing over a small buffer several times, and at
  /// most so much: a large buffer is passed over in several bursts.
  static let leastBurstBytes = 4 << 20
  static let mostBurstBytes = 16 << 20
  /// The most memory that a worker reads for a bandwidth.
  static let readLimit = 128 << 20

  public let name: String
  private let kernels: Kernels
  private let pool: WorkerPool
  private let buffers: [FloatBuffer]
  /// Floats of each buffer.
  private let count: Int
  /// Floats of a burst's window, a divisor of `count`.
  private let window: Int
  private let passes: Int
  /// Where the next window begins.
  private var start = 0

  /// - Parameter bytes: what each worker reads over and over.
  init(name: String, bytes: Int, kernels: Kernels, pool: WorkerPool) {
    self.name = name
    self.kernels = kernels
    self.pool = pool
    let step = 32 * kernels.vectorWidth
    let windows = max(1, (bytes + Self.mostBurstBytes - 1) / Self.mostBurstBytes)
    window = max(step, bytes / 4 / windows / step * step)
    count = windows * window
    passes = max(1, Self.leastBurstBytes / (4 * window))
    let count = count
    buffers = (0..<pool.count).map { _ in FloatBuffer(count: count) }
  }

  /// One probe per level, innermost first.
  public static func levels(
    kernels: Kernels, pool: WorkerPool, machine: Machine
  ) -> [BandwidthProbe] {
    readLevels(machine, pool).map { level in
      BandwidthProbe(name: level.name, bytes: level.bytes, kernels: kernels, pool: pool)
    }
  }

  /// What to read to hit each level: half of a private cache; of the shared one four times the
  /// private caches, but at most this worker's share of half of it (a larger buffer would not stay
  /// there beside neighbours); four times the last level for memory.
  private static func readLevels(
    _ machine: Machine, _ pool: WorkerPool
  ) -> [(name: String, bytes: Int)] {
    let cpu = pool.placement.slots[0].cpu ?? machine.allowed.members.first ?? 0
    var result: [(name: String, bytes: Int)] = []
    var inner = 0
    for level in 1...3 {
      guard let cache = machine.cache(level: level, of: cpu) else { continue }
      let size = Int(clamping: cache.bytes)
      let sharers = max(
        1, pool.placement.slots.count { $0.cpu.map { cache.cpus.contains($0) } ?? (level == 3) })
      let enough = level == 3 && inner > 0 ? 4 * inner : readLimit
      let bytes = min(size / 2 / sharers, enough)
      if bytes > 2 * inner { result.append(("L\(level)", bytes)) }
      inner = max(inner, size)
    }
    let last = Int(clamping: machine.lastLevelCache(of: cpu)?.bytes ?? 32 << 20)
    result.append(("memory", min(max(4 * last / pool.count, 32 << 20), readLimit)))
    return result
  }

  /// The best of some bursts of every level. The levels take turns, so that what keeps a core away
  /// for a millisecond does not hit all bursts of one.
  public static func best(of probes: [BandwidthProbe]) -> [Level] {
    var levels = probes.map {
      Level(name: $0.name, bytesPerWorker: 4 * $0.count, load: 0, copy: 0)
    }
    for _ in 0..<repetitions {
      for (index, probe) in probes.enumerated() {
        levels[index].load = max(levels[index].load, probe.load())
        levels[index].copy = max(levels[index].copy, probe.copy())
      }
    }
    return levels
  }

  /// GB/s of one burst of loads.
  public func load() -> Double {
    burst { memory in
      _ = kernels.set.readBurst(UnsafePointer(memory), count: window)
    }
  }

  /// GB/s of one burst that reads the window's first half and writes the second.
  public func copy() -> Double {
    burst { memory in
      var a = ElementwiseArguments(input: memory, output: memory + window / 2)
      a.width = window / 2 / kernels.vectorWidth
      kernels.set.elementwise(&a)
    }
  }

  private func burst(_ body: (UnsafeMutablePointer<Float>) -> Void) -> Double {
    // Where one window is all there is, it is to be read from its level, not from where other data
    // have driven it.
    if window == count { pool.runOnWorkers { body(buffers[$0].memory) } }
    let watch = Stopwatch()
    pool.runOnWorkers { worker in
      for _ in 0..<passes { body(buffers[worker].memory + start) }
    }
    let time = watch.elapsed.value
    start = (start + window) % count
    return Double(4 * window * passes * pool.count) / time
  }
}
