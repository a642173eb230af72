import Base
import KernelLibrary
import Workers

/// The most fused multiply-adds that a pool's workers can do together.
public enum FMAPeak {
  /// Bursts that the best is taken from.
  static let repetitions = 12
  /// Length of one burst.
  static let burstNanoseconds = 2e6

  /// GFLOP/s of all workers, the best of some bursts: 25 ms.
  public static func measure(kernels: Kernels, pool: WorkerPool) -> Double {
    let operations = Double(kernels.set.fmaBurstOperations)
    let trial = 1000
    let watch = Stopwatch()
    _ = kernels.set.fmaBurst(iterations: trial)
    let iterations = max(
      trial, Int(Double(trial) * burstNanoseconds / max(watch.nanoseconds, 1)))
    return (0..<repetitions).map { _ in
      let burst = Stopwatch()
      pool.runOnWorkers { _ in _ = kernels.set.fmaBurst(iterations: iterations) }
      return Double(iterations * pool.count) * operations / burst.nanoseconds
    }.max() ?? 0
  }
}
