import Base
import KernelLibrary
import Measurement

/// Whether a candidate computes what it must.
public struct CheckResult: Sendable, Hashable {
  /// Relative L2 error of the outputs that were looked at.
  public var error: Double
  /// Why it may not win; nil where it may.
  public var rejection: String?

  public init(error: Double, rejection: String? = nil) {
    self.error = error
    self.rejection = rejection
  }
}

/// What a race runs on: the machine, or a simulation of it in tests.
///
/// Entries are numbers `0..<count`, best guess first.
public protocol RaceCourse: AnyObject {
  var count: Int { get }
  /// The candidate behind an entry.
  func candidate(_ entry: Int) -> Candidate
  /// Prepares an entry to run and returns its workspace in bytes.
  ///
  /// - Throws: whatever keeps the candidate from running; it is then out of the race.
  func open(_ entry: Int) throws -> Int
  /// Gives an open entry's memory back.
  func close(_ entry: Int)
  /// Whether the open entries together take more memory than they should.
  var isCrowded: Bool { get }
  /// One run of an open entry, with the caches as the network leaves them.
  func run(_ entry: Int) -> Timing<Nanoseconds>
  /// One sample of an open entry, a block of such runs.
  func sample(_ entry: Int) -> Timing<Nanoseconds>
  /// Checks an open entry's result.
  func check(_ entry: Int) -> CheckResult
  /// Seconds since the race began.
  var seconds: Double { get }
  /// Whether the user wants to stop.
  var isInterrupted: Bool { get }
  /// Told after every sample that counts, so that a store can keep it: all that the entry has. The
  /// first of the race takes the place of the probe's.
  func didSample(_ entry: Int, samples: [Sample]) throws
}
