import CSIMD
import Foundation

/// Busy waiting with a time limit.
struct SpinWait {
  /// How long to spin before the next, slower way to wait. Zero does not spin at all.
  let nanoseconds: UInt64

  /// Pauses until `condition` holds or the time is over; says whether it holds. The clock is read
  /// once in 64 pauses: it costs as much as one of them.
  @inline(__always)
  func wait(until condition: () -> Bool) -> Bool {
    if condition() { return true }
    if nanoseconds == 0 { return false }
    let start = Self.now()
    while true {
      for _ in 0..<64 {
        cs_pause()
        if condition() { return true }
      }
      if Self.now() &- start > nanoseconds { return false }
    }
  }

  /// Lets other threads of this CPU go first until `condition` holds or the time is over.
  func yield(until condition: () -> Bool) -> Bool {
    let start = Self.now()
    while !condition() {
      if Self.now() &- start > nanoseconds { return false }
      sched_yield()
    }
    return true
  }

  /// Monotonic nanoseconds.
  @inline(__always)
  static func now() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}
