import KernelLibrary
import Measurement

@testable import Base
@testable import Races

/// Candidates with known times, run on a clock that only they advance.
final class SimulatedCourse: RaceCourse {
  struct Entry {
    var name: String
    /// Of an undisturbed run.
    var time: Nanoseconds
    var workspace = 0
    var rejection: String?
    var cannotOpen = false
  }

  struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  let entries: [Entry]
  /// Standard deviation over the mean.
  let noise: Double
  /// Share of samples during which the machine runs at half speed; the speed probe tells.
  let slowShare: Double
  private var random: SeededGenerator
  private(set) var elapsed: Nanoseconds = 0
  private(set) var runs: [Int]
  private(set) var openNow: Set<Int> = []
  private(set) var mostOpen = 0
  private(set) var checks: [Int] = []
  private(set) var kept: [Int: [Nanoseconds]] = [:]
  /// Interrupts once so many runs and samples were taken.
  var interruptAfter = Int.max
  var crowd = Int.max

  init(_ entries: [Entry], noise: Double = 0.01, slowShare: Double = 0, seed: UInt64 = 1) {
    self.entries = entries
    self.noise = noise
    self.slowShare = slowShare
    random = SeededGenerator(seed: seed)
    runs = [Int](repeating: 0, count: entries.count)
  }

  var count: Int { entries.count }
  var seconds: Double { elapsed.seconds }
  var isInterrupted: Bool { runs.reduce(0, +) >= interruptAfter }
  var isCrowded: Bool { openNow.count > crowd }

  func candidate(_ entry: Int) -> Candidate {
    Candidate(strategy: entries[entry].name, configuration: Configuration())
  }

  func open(_ entry: Int) throws -> Int {
    if entries[entry].cannotOpen { throw Refusal(description: "no such tile") }
    openNow.insert(entry)
    mostOpen = max(mostOpen, openNow.count)
    return entries[entry].workspace
  }

  func close(_ entry: Int) { openNow.remove(entry) }

  func run(_ entry: Int) -> Timing<Nanoseconds> { time(entry, blocks: 1) }
  func sample(_ entry: Int) -> Timing<Nanoseconds> { time(entry, blocks: 4) }

  func check(_ entry: Int) -> CheckResult {
    checks.append(entry)
    return CheckResult(error: 0, rejection: entries[entry].rejection)
  }

  func didSample(_ entry: Int, samples: [Sample]) throws {
    kept[entry] = samples.map(\.time)
  }

  private func time(_ entry: Int, blocks: Double) -> Timing<Nanoseconds> {
    precondition(openNow.contains(entry), "only open candidates run")
    runs[entry] += 1
    // The sum of twelve uniform numbers is close to normal.
    let normal = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
    let isSlow = Double.random(in: 0..<1, using: &random) < slowShare
    let time = (max(0.5, 1 + noise * normal) * (isSlow ? 2 : 1)) * entries[entry].time
    elapsed += blocks * time
    return Timing(time, isDisturbed: isSlow)
  }
}
