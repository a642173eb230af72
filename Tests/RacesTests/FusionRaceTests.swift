import KernelLibrary
import Measurement
import Testing

@testable import Base
@testable import Races

/// Blocks whose variants have known times, on a clock that only samples advance.
private final class SimulatedBlocks: FusionCourse {
  /// By block and variant; a block without a variant runs as variant 0.
  let times: [[Nanoseconds]]
  private let noise: Double
  private var random: SeededGenerator
  private(set) var seconds = 0.0
  /// How often each variant ran.
  private(set) var runs: [Int: Int] = [:]

  init(_ times: [[Nanoseconds]], noise: Double = 0.005, seed: UInt64 = 1) {
    self.times = times
    self.noise = noise
    random = SeededGenerator(seed: seed)
  }

  func sample(variant: Int) -> [Nanoseconds] {
    runs[variant, default: 0] += 1
    let result = times.map { block in
      (1 + noise * Double.random(in: -1...1, using: &random))
        * block[variant < block.count ? variant : 0]
    }
    seconds += result.reduce(.zero, +).seconds
    return result
  }
}

struct FusionRaceTests {
  private func race(
    _ course: SimulatedBlocks, memory: [[Int]]? = nil, deadline: Double = .infinity
  ) -> FusionRace {
    FusionRace(
      on: course,
      blocks: course.times.enumerated().map { block, times in
        times.indices.map {
          RaceField.Entry(number: $0, name: "v\($0)", workspaceBytes: memory?[block][$0] ?? $0)
        }
      }, rules: RaceRules(), deadline: deadline)
  }

  @Test func everyBlockHasItsOwnWinner() throws {
    let course = SimulatedBlocks([[1e6, 0.9e6, 1.2e6], [1e6, 1.1e6], [2e6, 1.9e6, 1.7e6]])
    let results = try race(course).run()
    #expect(results.map(\.winner) == [1, 0, 2])
    #expect(results.allSatisfy { $0.ending == .separated })
    let ratio = try #require(results[0].ratios[0])
    #expect(abs(ratio - 1 / 0.9) < 0.01)
    #expect(results[2].samples.allSatisfy { $0.count >= 5 })
    // Who is separated runs no longer than the first look.
    #expect(course.runs.values.allSatisfy { $0 == 5 })
  }

  @Test func tiesGoToLessMemory() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let course = SimulatedBlocks([[1e6, 1e6, 1e6]], noise: 0.002, seed: seed)
      let result = try race(course, memory: [[64, 32, 48]]).run()[0]
      #expect(result.winner == 1 && result.ending == .tied)
    }
  }

  @Test func theDeadlineHolds() throws {
    let course = SimulatedBlocks([[1e9, 1e9]])
    let race = race(course, deadline: 3)
    let result = try race.run()[0]
    #expect(race.isCutShort && course.seconds < 6)
    #expect(result.ending == .budget && !result.samples[0].isEmpty)
  }

  @Test func timeEndsIt() throws {
    // Noise that neither separates nor ties.
    let course = SimulatedBlocks([[1e8, 0.98e8]], noise: 0.2)
    let race = race(course)
    #expect(try race.run()[0].ending == .budget)
    #expect(!race.isCutShort && course.seconds < 4)
  }
}
