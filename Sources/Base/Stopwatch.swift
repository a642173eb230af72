import Foundation

/// Time since an arbitrary start, never set back and not steered by NTP.
public struct Stopwatch: Sendable {
  /// When it was started, in nanoseconds of `now`.
  public let start: UInt64

  /// Starts now.
  @inline(__always)
  public init() { start = Self.now }

  /// The clock's reading (about 25 ns to take).
  @inline(__always)
  public static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_RAW, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }

  /// Since the start.
  @inline(__always)
  public var elapsed: Nanoseconds { Nanoseconds(Double(Self.now &- start)) }

  /// Seconds since the start.
  public var seconds: Double { elapsed.seconds }
}
