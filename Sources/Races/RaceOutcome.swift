import Base
import KernelLibrary
import Measurement

/// How a race ended.
public enum RaceEnding: String, Codable, Sendable, CaseIterable {
  /// The winner is faster than every other with confidence.
  case separated
  /// Others are as fast within the tie range; less workspace, then the name decided.
  case tied
  /// The time was up first: the lowest median won.
  case budget
  /// There was nothing to compare with.
  case single
}

/// One candidate's part in a race.
public struct Standing: Hashable, Sendable, Codable {
  public enum Place: String, Codable, Sendable {
    case winner
    /// Raced to the end.
    case finalist
    /// Clearly slower, in the probe or in the race.
    case slower
    /// Could not run or computed something else.
    case rejected
    /// The time was up before it ran.
    case unprobed
  }

  public var candidate: Candidate
  public var place: Place
  /// Those of the race, or the fastest run of the probe for who did not get there.
  public var samples: [Nanoseconds]
  /// Its time over the winner's: the median over the rounds that both ran, or that of the probes.
  /// What the candidates are compared by; medians may be of different spells of the machine.
  public var ratio: Double?
  public var workspaceBytes: Int
  /// Relative L2 error; nil unchecked.
  public var error: Double?
  /// Why it was rejected.
  public var rejection: String?

  public init(
    candidate: Candidate, place: Place, samples: [Nanoseconds] = [], ratio: Double? = nil,
    workspaceBytes: Int = 0, error: Double? = nil, rejection: String? = nil
  ) {
    self.candidate = candidate
    self.place = place
    self.samples = samples
    self.ratio = ratio
    self.workspaceBytes = workspaceBytes
    self.error = error
    self.rejection = rejection
  }

  /// Infinite without samples.
  public var median: Nanoseconds { samples.isEmpty ? .infinity : Statistics.median(samples) }
}

/// A finished race.
public struct RaceOutcome: Hashable, Sendable, Codable {
  public var ending: RaceEnding
  /// The winner first, then by ratio to it; who never ran last.
  public var standings: [Standing]
  /// Samples taken again because the machine was slowed.
  public var discarded: Int
  /// Samples that count although the machine was slowed: every retry was, too.
  public var disturbed: Int
  /// The budget of the whole tuning ended it before its own rules: not to be used again.
  public var isCutShort: Bool

  public init(
    ending: RaceEnding, standings: [Standing], discarded: Int = 0, disturbed: Int = 0,
    isCutShort: Bool = false
  ) {
    self.ending = ending
    self.standings = standings
    self.discarded = discarded
    self.disturbed = disturbed
    self.isCutShort = isCutShort
  }

  public var winner: Standing? { standings.first { $0.place == .winner } }

  /// The fastest of the others, finalists before those that left earlier.
  public var runnerUp: Standing? { winner.flatMap { next(to: $0.candidate) } }

  /// The fastest but this one, who finished before those that left earlier.
  package func next(to candidate: Candidate) -> Standing? {
    func best(_ places: Set<Standing.Place>) -> Standing? {
      standings.filter {
        places.contains($0.place) && $0.ratio != nil && $0.candidate != candidate
      }.min { $0.ratio ?? .infinity < $1.ratio ?? .infinity }
    }
    return best([.winner, .finalist]) ?? best([.slower])
  }

  /// The winner, and those near enough to be asked again within the network: of each strategy the
  /// best first, so that few places hold different algorithms.
  package func near(_ rules: RaceRules) -> [Standing] {
    guard let winner else { return [] }
    let others = standings.filter {
      // Unchecked ones were only probed.
      ($0.place == .finalist || $0.place == .slower) && $0.error != nil
        && $0.ratio ?? .infinity <= 1 + rules.networkReach
    }.sorted { $0.ratio ?? .infinity < $1.ratio ?? .infinity }
    var strategies: Set<String> = [winner.candidate.strategy]
    let first = others.filter { strategies.insert($0.candidate.strategy).inserted }
    let rest = others.filter { !first.contains($0) }
    return [winner] + (first + rest).prefix(max(rules.networkFinalists - 1, 0))
  }
}

/// No candidate of a layer can be used, or the user stopped: one line.
public enum RaceError: Error, CustomStringConvertible {
  case interrupted
  case noCandidate(reason: String)

  public var description: String {
    switch self {
    case .interrupted: "interrupted; what was measured is in the store"
    case .noCandidate(let reason): reason
    }
  }
}
