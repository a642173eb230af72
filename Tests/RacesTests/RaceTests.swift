import Base
import Testing

@testable import Races

struct RaceTests {
  private typealias Entry = SimulatedCourse.Entry

  private func race(
    _ course: SimulatedCourse, seed: UInt64 = 1, deadline: Double = .infinity
  ) throws -> RaceOutcome {
    var rules = RaceRules()
    rules.seed = seed
    return try Race(on: course, rules: rules, deadline: deadline).run()
  }

  @Test func findsTheFastestThroughNoise() throws {
    var wins = 0
    for seed in 1...50 as ClosedRange<UInt64> {
      let entries = (0..<30).map {
        Entry(name: "c\($0)", time: Nanoseconds(1e5 * (1 + 0.05 * Double($0))))
      }
      let course = SimulatedCourse(entries.reversed(), noise: 0.02, seed: seed)
      let outcome = try race(course, seed: seed)
      if outcome.winner?.candidate.strategy == "c0" { wins += 1 }
      #expect(course.openNow.isEmpty)
    }
    #expect(wins >= 49)
  }

  @Test func slowCandidatesCostLittle() throws {
    let entries =
      [Entry(name: "fast", time: 1e5)] + (0..<20).map { Entry(name: "slow\($0)", time: 1e6) }
    let course = SimulatedCourse(entries)
    let outcome = try race(course)
    #expect(outcome.winner?.candidate.strategy == "fast")
    #expect(outcome.ending == .single)
    // The warm-up alone shows it.
    #expect(course.runs.dropFirst().allSatisfy { $0 == 1 })
    #expect(course.checks == [0])
    #expect(course.mostOpen <= 2)
  }

  @Test func tiesGoToLessWorkspaceThenTheName() throws {
    for seed in 1...40 as ClosedRange<UInt64> {
      let byWorkspace = SimulatedCourse(
        [
          Entry(name: "a", time: 1e5, workspace: 4096), Entry(name: "b", time: 1e5, workspace: 64),
          Entry(name: "c", time: 1e5, workspace: 128),
        ], noise: 0.002, seed: seed)
      let first = try race(byWorkspace, seed: seed)
      #expect(first.winner?.candidate.strategy == "b")
      #expect(first.ending == .tied)
      let byName = SimulatedCourse(
        [Entry(name: "y", time: 1e5), Entry(name: "x", time: 1e5)], noise: 0.002, seed: seed)
      #expect(try race(byName, seed: seed).winner?.candidate.strategy == "x")
    }
  }

  /// A/A: one candidate twice must rarely be called different, whatever the noise.
  @Test(arguments: [0.003, 0.01, 0.03])
  func equalCandidatesAreRarelySeparated(_ noise: Double) throws {
    var separated = 0
    for seed in 1...4000 as ClosedRange<UInt64> {
      let course = SimulatedCourse(
        [Entry(name: "a", time: 1e5), Entry(name: "b", time: 1e5)], noise: noise, seed: seed)
      if try race(course, seed: seed).ending == .separated { separated += 1 }
    }
    #expect(separated <= 200)
  }

  /// A candidate slowed by 5 % must be seen.
  @Test(arguments: [0.01, 0.03])
  func aDifferenceOfFivePercentIsFound(_ noise: Double) throws {
    var found = 0
    for seed in 1...200 as ClosedRange<UInt64> {
      let course = SimulatedCourse(
        [Entry(name: "a", time: 1.05e5), Entry(name: "b", time: 1e5)], noise: noise, seed: seed)
      if try race(course, seed: seed).winner?.candidate.strategy == "b" { found += 1 }
    }
    #expect(found >= 180)
  }

  @Test func slowSpellsAreTakenAgain() throws {
    var wins = 0
    for seed in 1...50 as ClosedRange<UInt64> {
      let course = SimulatedCourse(
        [Entry(name: "a", time: 1e5), Entry(name: "b", time: 1.1e5)], noise: 0.01, slowShare: 0.3,
        seed: seed)
      let outcome = try race(course, seed: seed)
      #expect(outcome.discarded > 0)
      if outcome.winner?.candidate.strategy == "a" { wins += 1 }
    }
    #expect(wins == 50)
  }

  @Test func aMachineThatStaysSlowStillGivesAResult() throws {
    let course = SimulatedCourse(
      [Entry(name: "a", time: 1e5), Entry(name: "b", time: 2e5)], slowShare: 1)
    let outcome = try race(course)
    #expect(outcome.winner?.candidate.strategy == "a")
    #expect(outcome.disturbed > 0)
  }

  @Test func wrongResultsCannotWin() throws {
    let course = SimulatedCourse([
      Entry(name: "wrong", time: 1e5, rejection: "wrong result"),
      Entry(name: "broken", time: 1e5, cannotOpen: true), Entry(name: "right", time: 4e5),
    ])
    let outcome = try race(course)
    #expect(outcome.winner?.candidate.strategy == "right")
    let wrong = try #require(outcome.standings.first { $0.candidate.strategy == "wrong" })
    #expect(wrong.place == .rejected && wrong.rejection == "wrong result")
    let broken = try #require(outcome.standings.first { $0.candidate.strategy == "broken" })
    #expect(broken.rejection == "no such tile")
    #expect(outcome.runnerUp == nil)
  }

  @Test func nothingRightIsAnError() {
    let course = SimulatedCourse([Entry(name: "wrong", time: 1e5, rejection: "wrong result")])
    #expect(throws: RaceError.self) { try race(course) }
    #expect(course.openNow.isEmpty)
  }

  @Test func theDeadlineHolds() throws {
    let entries = (0..<100).map { Entry(name: "c\($0)", time: 1e8) }
    let course = SimulatedCourse(entries)
    let outcome = try race(course, deadline: 2)
    // One probe and one round are the least; neither is cut off.
    #expect(course.seconds < 6)
    #expect(outcome.winner != nil)
    #expect(outcome.ending == .budget)
    #expect(outcome.standings.contains { $0.place == .unprobed })
    #expect(outcome.isCutShort)
  }

  @Test func anInterruptEndsItBetweenSamples() {
    let course = SimulatedCourse((0..<10).map { Entry(name: "c\($0)", time: 1e5) })
    course.interruptAfter = 13
    #expect(throws: RaceError.self) { try race(course) }
    #expect(course.runs.reduce(0, +) == 13)
    #expect(course.openNow.isEmpty)
    #expect(!course.kept.isEmpty)
  }

  @Test func ratiosTellHowMuchSlowerTheOthersAre() throws {
    let course = SimulatedCourse(
      [
        Entry(name: "a", time: 1e5), Entry(name: "b", time: 1.1e5), Entry(name: "c", time: 1.5e5),
      ], noise: 0.002)
    let outcome = try race(course)
    #expect(outcome.standings.map(\.candidate.strategy) == ["a", "b", "c"])
    #expect(outcome.winner?.ratio == 1)
    #expect(!outcome.isCutShort)
    #expect(outcome.runnerUp?.candidate.strategy == "b")
    #expect(zip(outcome.standings, [1, 1.1, 1.5]).allSatisfy { abs($0.ratio! - $1) < 0.02 })
  }

  @Test func memoryIsBounded() throws {
    let course = SimulatedCourse((0..<20).map { Entry(name: "c\($0)", time: 1e5) })
    course.crowd = 2
    let outcome = try race(course)
    #expect(outcome.winner != nil)
    #expect(course.mostOpen <= 4)
  }
}
