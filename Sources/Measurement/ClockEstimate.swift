import Base
import KernelLibrary

/// The clock of a core while it runs an instruction set's vector code, estimated without counters.
///
/// A burst of multiply-adds brings the core to the clock that the instruction set is allowed; right
/// behind it a chain of dependent integer additions and exclusive ors, each one cycle on every CPU
/// these kernels run on, is timed before the clock can rise again (which takes about a millisecond
/// where clocks depend on the instruction set at all).
public enum ClockEstimate {
  private static let rounds = 10
  private static let chainSteps = 20_000
  /// Cycles of one step: eight times an addition and an exclusive or.
  private static let cyclesPerStep = 16.0
  private static let burst = Nanoseconds.milliseconds(1)

  /// GHz, the median of several rounds.
  public static func gigahertz(kernels: Kernels) -> Double {
    let trial = 1000
    let watch = Stopwatch()
    _ = kernels.set.fmaBurst(iterations: trial)
    let iterations = max(trial, Int(Double(trial) * (burst / max(watch.elapsed, 1))))
    var clocks: [Double] = []
    var value: UInt64 = 1
    for round in 0..<rounds {
      _ = kernels.set.fmaBurst(iterations: iterations)
      let chain = Stopwatch()
      value = dependentChain(value, key: UInt64(round) | 0x5a5a_0000, steps: chainSteps)
      clocks.append(Double(chainSteps) * cyclesPerStep / max(chain.elapsed.value, 1))
    }
    // Uses the chain's result, without which it need not be computed.
    return value == 0 ? 0 : Statistics.median(clocks)
  }

  @inline(never)
  private static func dependentChain(_ start: UInt64, key: UInt64, steps: Int) -> UInt64 {
    var x = start
    for _ in 0..<steps {
      x = (x &+ key) ^ key
      x = (x &+ key) ^ key
      x = (x &+ key) ^ key
      x = (x &+ key) ^ key
      x = (x &+ key) ^ key
      x = (x &+ key) ^ key
      x = (x &+ key) ^ key
      x = (x &+ key) ^ key
    }
    return x | 1
  }
}
