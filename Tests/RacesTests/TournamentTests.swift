import Base
import Testing

@testable import Races

/// The loop of rounds itself; what it decides is `RaceField`'s, tested through the races.
@Suite struct TournamentTests {
  private static func entries(_ count: Int) -> [RaceField.Entry] {
    (0..<count).map { RaceField.Entry(number: $0, name: "e\($0)", workspaceBytes: 0) }
  }

  /// Plays with times that depend on the entrant alone; keeps every heat.
  private static func play(
    _ sizes: [Int], _ dealing: Tournament.Dealing, looks: [Int], time: (Int, Int) -> Nanoseconds
  ) -> (heats: [[Int]], results: [Tournament.Result]) {
    var rules = RaceRules()
    rules.looks = looks
    var tournament = Tournament(sizes.map(entries), dealing: dealing, rules: rules)
    var heats: [[Int]] = []
    let results = tournament.run(
      until: .infinity, deadline: .infinity, clock: { 0 },
      play: { heat in
        heats.append(heat)
        return heat.enumerated().map { time($0, $1) }
      })
    return (heats, results)
  }

  @Test(arguments: [[1], [4], [2, 5, 1], [3, 3]])
  func everyEntrantIsTimedOnceARound(_ sizes: [Int]) {
    for dealing in [Tournament.Dealing.independent, .coupled] {
      let (heats, results) = Self.play(sizes, dealing, looks: [3]) { _, _ in 1 }
      let rounds = results.map { $0.samples.values.map(\.count) }
      for (size, counts) in zip(sizes, rounds) {
        #expect(counts == [Int](repeating: 3, count: size))
      }
      #expect(heats.allSatisfy { $0.count == sizes.count })
      if dealing == .coupled { #expect(heats.allSatisfy { Set($0).count == 1 }) }
    }
  }

  @Test func whoIsOutIsPlayedNoMoreAndSeatsThatFillUpDoNotCount() {
    // Entrant 1 of the first contest is twice as slow and leaves; the second goes on alone.
    var random = SeededGenerator(seed: 1)
    let (heats, results) = Self.play([2, 3], .independent, looks: [5, 40]) { contest, entrant in
      Nanoseconds(
        (contest == 0 && entrant == 1 ? 2 : 1) + Double.random(in: 0...0.2, using: &random))
    }
    #expect(results[0].winner == 0 && results[0].ending == .separated)
    #expect(results[0].active == [0])
    let lastOfLoser = heats.lastIndex { $0[0] == 1 } ?? 0
    #expect(lastOfLoser < heats.count / 2)
    let played = heats.count { $0[0] == 0 }
    #expect((results[0].samples[0] ?? []).count < played)
    #expect(results[0].samples[0]?.count == results[0].samples[1]?.count)
  }

  @Test func aSpentBudgetAllowsOneRound() {
    var tournament = Tournament([Self.entries(3)], dealing: .independent, rules: RaceRules())
    var time = 0.0
    let results = tournament.run(
      until: 100, deadline: 1, clock: { time },
      play: { _ in
        time += 10
        return [1]
      })
    #expect(results[0].samples.values.allSatisfy { $0.count == 1 })
    #expect(tournament.isCutShort && results[0].ending == .budget)
  }

  @Test func itsOwnTimeIsNoCut() {
    var rules = RaceRules()
    rules.looks = [5, 40]
    var tournament = Tournament([Self.entries(2)], dealing: .independent, rules: rules)
    var (time, random) = (0.0, SeededGenerator(seed: 1))
    let results = tournament.run(
      until: 1, deadline: .infinity, clock: { time },
      play: { _ in
        time += 10
        return [Nanoseconds(Double.random(in: 1...2, using: &random))]
      })
    #expect(results[0].samples[0]?.count == rules.minimumRounds)
    #expect(!tournament.isCutShort && results[0].ending == .budget)
  }
}
