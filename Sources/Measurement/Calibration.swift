import CSIMD
import Convolution
import KernelLibrary
import Topology
import Workers

/// The machine's limits as measured: the roofline's roofs.
public struct Calibration: Hashable, Sendable, Codable {
  /// GFLOP/s of fused multiply-adds on one worker alone.
  public var peakOneWorker: Double
  /// GFLOP/s of all workers together.
  public var peakAllWorkers: Double
  /// Read bandwidth in GB/s (10⁹ bytes); nil where the level is unknown.
  public var bandwidths: [Bandwidth]
  public var workers: Int
  public var instructionSet: InstructionSet

  /// Read bandwidth from one level of the memory hierarchy, in GB/s.
  public struct Bandwidth: Hashable, Sendable, Codable {
    /// `L1`, `L2`, `L3` or `memory`.
    public var level: String
    public var oneWorker: Double
    public var allWorkers: Double
  }

  /// The memory's read bandwidth with all workers, GB/s.
  public var memoryBandwidth: Double? { bandwidths.first { $0.level == "memory" }?.allWorkers }

  /// Bursts that the best is taken from: the two quantities in turn, so that a slow second of the
  /// machine does not hit only one of them.
  static let repetitions = 12
  /// Length of one burst.
  static let burstNanoseconds = 2e6
  /// The most memory that a worker reads for a bandwidth.
  static let readLimit = 128 << 20

  /// Measures peak and bandwidths with a pool. Takes about half a second.
  ///
  /// - Parameter bandwidths: false measures the peak only (50 ms).
  public static func measure(
    kernels: Kernels, pool: WorkerPool, machine: Machine, bandwidths: Bool = true
  ) -> Calibration {
    cs_flush_denormals()
    let (one, all) = peak(kernels: kernels, pool: pool)
    var result = Calibration(
      peakOneWorker: one, peakAllWorkers: all, bandwidths: [], workers: pool.count,
      instructionSet: kernels.instructionSet)
    if bandwidths {
      result.bandwidths = readLevels(machine, pool).map { level in
        let speeds = readSpeed(bytesPerWorker: level.bytes, kernels: kernels, pool: pool)
        return Bandwidth(level: level.name, oneWorker: speeds.one, allWorkers: speeds.all)
      }
    }
    return result
  }

  /// FMA peak in GFLOP/s of one worker and of all, the best of several bursts in turn.
  public static func peak(kernels: Kernels, pool: WorkerPool) -> (one: Double, all: Double) {
    let operations = Double(kernels.set.fmaBurstOperations)
    let trial = 1000
    let watch = Stopwatch()
    _ = kernels.set.fmaBurst(iterations: trial)
    let iterations = max(
      trial, Int(Double(trial) * burstNanoseconds / max(watch.nanoseconds, 1)))
    var (one, all) = (0.0, 0.0)
    for _ in 0..<repetitions {
      let alone = Stopwatch()
      _ = kernels.set.fmaBurst(iterations: iterations)
      one = max(one, Double(iterations) * operations / alone.nanoseconds)
      let together = Stopwatch()
      pool.runOnWorkers { _ in _ = kernels.set.fmaBurst(iterations: iterations) }
      all = max(all, Double(iterations * pool.count) * operations / together.nanoseconds)
    }
    return (one, all)
  }

  /// What to read to hit each level: half of a private cache; of the shared one four times the
  /// private caches, but at most this worker's share of half of it (a larger buffer would not stay
  /// there beside neighbours); four times the last level for memory.
  static func readLevels(
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

  private static func readSpeed(
    bytesPerWorker: Int, kernels: Kernels, pool: WorkerPool
  ) -> (one: Double, all: Double) {
    let step = 16 * kernels.vectorWidth
    let count = max(step, bytesPerWorker / 4 / step * step)
    let buffers = (0..<pool.count).map { _ in FloatBuffer(count: count) }
    // Short reads are repeated within one burst.
    let passes = max(1, (4 << 20) / (4 * count))
    let bytes = Double(4 * count * passes)
    func read(_ worker: Int) {
      for _ in 0..<passes {
        _ = kernels.set.readBurst(UnsafePointer(buffers[worker].memory), count: count)
      }
    }
    var (one, all) = (0.0, 0.0)
    for _ in 0..<max(3, repetitions / 2) {
      let alone = Stopwatch()
      read(0)
      one = max(one, bytes / alone.nanoseconds)
      let together = Stopwatch()
      pool.runOnWorkers(read)
      all = max(all, bytes * Double(pool.count) / together.nanoseconds)
    }
    return (one, all)
  }
}
