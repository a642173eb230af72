import KernelLibrary
import Measurement

/// One result out of all races that measured the same thing, on one node or on a fleet's thousand.
///
/// Valid races count, or where there is none noisy ones, or where there is none of these either
/// invalid ones: a bad node overrules nobody. Every race has one vote, for its winner; a tie goes to
/// the candidate that was nearer to the winners over all of them. So neither the order in which races
/// came into the store nor any clock decides.
package struct RaceElection {
  /// Those that count.
  package let races: [StoredRace]
  package let winner: Candidate

  /// nil without any race.
  package init?(_ all: [StoredRace]) {
    guard let best = all.map(\.validity.label).min() else { return nil }
    let races = all.filter { $0.validity.label == best && $0.outcome.winner != nil }
    var votes: [Candidate: Int] = [:]
    for race in races {
      if let winner = race.outcome.winner { votes[winner.candidate, default: 0] += 1 }
    }
    /// Mean ratio to the winners; a race that did not get so far counts as twice the winner's time.
    func distance(_ candidate: Candidate) -> Double {
      races.reduce(0) { sum, race in
        sum + (race.outcome.standings.first { $0.candidate == candidate }?.ratio ?? 2)
      } / Double(races.count)
    }
    let most = votes.values.max() ?? 0
    let first = votes.filter { $0.value == most }.keys
      .map { (candidate: $0, distance: most == races.count ? 1 : distance($0)) }
      .min { ($0.distance, $0.candidate.description) < ($1.distance, $1.candidate.description) }
    guard let first else { return nil }
    self.races = races
    winner = first.candidate
  }

  /// The race that speaks for all: of those that the candidate won, the one with the median time.
  package var race: StoredRace {
    let won = races.filter { $0.outcome.winner?.candidate == winner }.sorted {
      let times = ($0.outcome.winner?.median ?? 0, $1.outcome.winner?.median ?? 0)
      return times.0 != times.1
        ? times.0 < times.1
        : ($0.finished, $0.outcome.discarded) < ($1.finished, $1.outcome.discarded)
    }
    return won[(won.count - 1) / 2]
  }
}
