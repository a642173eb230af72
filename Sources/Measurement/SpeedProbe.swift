import Base
import KernelLibrary
import Workers

/// A short burst of fused multiply-adds that tells how fast the CPU runs right now.
///
/// Its result depends on nothing but clock frequency and on having the core to oneself, so a drop
/// between two probes is somebody else's doing: samples beside it are not the layer's time.
public final class SpeedProbe {
  private let kernels: Kernels
  private let iterations: Int
  private var slowest: [Gflops]
  private var recent: [Gflops] = []
  private var next = 0

  /// Sizes the burst to `MeasurementRules.probeTime`. Takes about a millisecond.
  public init(kernels: Kernels, workers: Int) {
    self.kernels = kernels
    slowest = [Gflops](repeating: 0, count: max(workers, 1))
    let trial = 200
    var best = Nanoseconds.infinity
    for _ in 0..<50 {
      let watch = Stopwatch()
      _ = kernels.set.fmaBurst(iterations: trial)
      best = min(best, watch.elapsed)
    }
    iterations = max(1, Int(Double(trial) * (MeasurementRules.probeTime / max(best, 1))))
  }

  /// Of one burst on the calling thread.
  public func measure() -> Gflops {
    let watch = Stopwatch()
    _ = kernels.set.fmaBurst(iterations: iterations)
    let operations = Double(iterations) * Double(kernels.set.fmaBurstOperations)
    return Gflops(operations: operations, in: watch.elapsed)
  }

  /// Of the slowest worker in a burst on all of them at once.
  ///
  /// - Parameter remember: false keeps it out of `reference`.
  public func measure(on pool: WorkerPool, remember: Bool = true) -> Gflops {
    slowest.withUnsafeMutableBufferPointer { speeds in
      pool.runOnWorkers { worker in
        if worker < speeds.count { speeds[worker] = measure() }
      }
    }
    let speed = slowest.prefix(pool.count).min() ?? 0
    guard remember else { return speed }
    if recent.count < MeasurementRules.probeWindow {
      recent.append(speed)
    } else {
      recent[next] = speed
      next = (next + 1) % recent.count
    }
    return speed
  }

  /// The fastest of the recent probes: what the machine can do undisturbed at its present clock.
  /// 0 before the first.
  public var reference: Gflops { recent.max() ?? 0 }

  /// Whether a probe says that the machine was slowed.
  public func isDisturbed(_ speed: Gflops) -> Bool {
    speed < (1 - MeasurementRules.probeDrop) * reference
  }
}
