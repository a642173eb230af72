import Base
import Measurement

/// Contests in common rounds: the one loop behind every race.
///
/// A **contest** is between entrants (candidates for a layer, ways to fuse a block). A **heat** is one
/// timing in which every contest runs one of its entrants: of a single layer there is one contest, of
/// a running network as many as layers that race, since an inference times them all. A **round** is as
/// many heats as it takes for everybody who is still in a contest to be timed once, in random order,
/// so that slow spells of the machine hit all alike. After a round each contest is looked at
/// (`RaceField`): who is slower with confidence leaves, and a contest ends when only ties are left.
package struct Tournament {
  /// How the entrants of several contests come together in a heat.
  package enum Dealing {
    /// Each contest in an order of its own, so that neighbours vary.
    case independent
    /// The same entrant number in every contest: what runs is a variant of the whole.
    case coupled
  }

  /// What became of one contest.
  package struct Result {
    /// The entrant's number.
    package var winner: Int
    package var ending: RaceEnding
    /// By entrant's number: time over the winner's, in common rounds; no entry for who did not run.
    package var ratios: [Int: Double]
    /// By entrant's number, in the order of the rounds.
    package var samples: [Int: [Nanoseconds]]
    /// Who was still in it at the end.
    package var active: [Int]
  }

  private let dealing: Dealing
  private let rules: RaceRules
  private var fields: [RaceField]
  private var endings: [RaceEnding?]
  private var random: SeededGenerator
  /// The budget ended it before its own rules: not to be used again.
  package private(set) var isCutShort = false

  /// - Parameter contests: by contest its entrants, numbered as the heats name them.
  package init(_ contests: [[RaceField.Entry]], dealing: Dealing, rules: RaceRules) {
    self.dealing = dealing
    self.rules = rules
    fields = contests.map { RaceField($0, rules: rules) }
    endings = contests.map { _ in nil }
    random = SeededGenerator(seed: rules.seed)
  }

  /// Plays rounds until every contest has ended or the time is up. Even a spent budget allows one
  /// round: a plan needs a number.
  ///
  /// - Parameters:
  ///   - end: on the clock, when the rounds beyond `rules.minimumRounds` end.
  ///   - deadline: on the clock, when the whole budget ends.
  ///   - clock: seconds.
  ///   - play: a heat, by contest the entrant that runs; times by contest.
  package mutating func run(
    until end: Double, deadline: Double, clock: () -> Double,
    play: (_ heat: [Int]) throws -> [Nanoseconds]
  ) rethrows -> [Result] {
    var round = 0
    while round < rules.maximumRounds, endings.contains(nil) {
      if round >= rules.minimumRounds, clock() > end { break }
      if round > 0, clock() > deadline {
        isCutShort = true
        break
      }
      for heat in heats() {
        let times = try play(heat.map(\.entrant))
        for (index, seat) in heat.enumerated() where seat.counts {
          fields[index].add(times[index], of: seat.entrant)
        }
      }
      round += 1
      for index in fields.indices where endings[index] == nil {
        endings[index] = fields[index].look(after: round)
      }
    }
    return zip(fields, endings).map { field, ending in
      let winner = field.choice
      return Result(
        winner: winner, ending: ending ?? .budget,
        ratios: field.samples.keys.reduce(into: [:]) { $0[$1] = field.ratio($1, to: winner) },
        samples: field.samples, active: field.active)
    }
  }

  /// An entrant's place in a heat; it counts unless its contest is over or it is there to fill up.
  private struct Seat {
    var entrant: Int
    var counts: Bool
  }

  /// A round's, each with a seat a contest.
  private mutating func heats() -> [[Seat]] {
    switch dealing {
    case .independent:
      let orders = fields.indices.map { index in
        endings[index] == nil ? fields[index].active.shuffled(using: &random) : []
      }
      return (0..<(orders.map(\.count).max() ?? 0)).map { slot in
        orders.indices.map { index in
          let order = orders[index]
          if slot < order.count { return Seat(entrant: order[slot], counts: true) }
          return Seat(entrant: order.first ?? fields[index].choice, counts: false)
        }
      }
    case .coupled:
      let active = fields.indices.map { endings[$0] == nil ? fields[$0].active : [] }
      return Set(active.joined()).sorted().shuffled(using: &random).map { variant in
        active.map { Seat(entrant: variant, counts: $0.contains(variant)) }
      }
    }
  }
}
