import Base
import KernelLibrary
import Workers

/// The most fused multiply-adds that a pool's workers can do together.
public enum FMAPeak {
  /// Bursts that the best is taken from.
  static let repetitions = 12
  /// Length of one.
  static let burst = Nanoseconds.milliseconds(2)

  /// Of all workers, the best of some bursts: 25 ms.
  public static func measure(kernels: Kernels, pool: WorkerPool) -> Gflops {
    let operations = Double(kernels.set.fmaBurstOperations)
    let trial = 1000
    let watch = Stopwatch()
    _ = kernels.set.fmaBurst(iterations: trial)
    let iterations = max(trial, Int(Double(trial) * (burst / max(watch.elapsed, 1))))
    return (0..<repetitions).map { _ in
      let watch = Stopwatch()
      pool.runOnWorkers { _ in _ = kernels.set.fmaBurst(iterations: iterations) }
      return Gflops(
        operations: Double(iterations * pool.count) * operations, in: watch.elapsed)
    }.max() ?? 0
  }
}
