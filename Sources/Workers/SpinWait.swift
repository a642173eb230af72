import Base
import CSIMD
import Foundation

/// Busy waiting in two stages: pauses, which see a change at once but keep the CPU, then yields,
/// which let another thread of the CPU go first (the very one that is waited for, perhaps).
struct SpinWait {
  /// How long to pause. 0 skips the stage.
  let pauses: UInt64
  /// How long to yield after that, both in nanoseconds.
  let yields: UInt64

  /// Waits until `condition` holds or the time is over; says whether it holds.
  @inline(__always)
  func wait(until condition: () -> Bool) -> Bool {
    condition() || waitLonger(until: condition)
  }

  private func waitLonger(until condition: () -> Bool) -> Bool {
    let start = Stopwatch.now
    while Stopwatch.now &- start < pauses {
      // The clock costs as much as a pause; sixteen of them are about a microsecond.
      for _ in 0..<16 {
        cs_pause()
        if condition() { return true }
      }
    }
    let middle = Stopwatch.now
    while Stopwatch.now &- middle < yields {
      sched_yield()
      if condition() { return true }
    }
    return condition()
  }
}
