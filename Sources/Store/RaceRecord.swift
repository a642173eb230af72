import Base
import Convolution
import KernelLibrary
import Measurement
import Races

/// A race with everything that was measured in it: what stores exchange.
///
/// Its JSON form is a line of an export, see `docs/store.md`.
public struct RaceRecord: Hashable, Sendable {
  public var key: RaceKey
  public var origin: RaceOrigin
  /// Seconds since 1970. With the key and the run it tells one race from another.
  public var started: Double
  /// It was run anew since (`tune --refresh`) and counts no longer.
  public var isSuperseded = false
  /// Seconds since 1970; nil for a race that was interrupted or still runs.
  public var finished: Double?
  public var ending: RaceEnding?
  public var validity: Validity?
  public var discarded = 0
  public var disturbed = 0
  /// The fastest and the slowest speed probe of the race.
  public var speedBest: Gflops?
  public var speedWorst: Gflops?
  /// By strategy, then configuration, each candidate once.
  public var measurements: [MeasurementRecord] = []

  public init(key: RaceKey, origin: RaceOrigin, started: Double) {
    self.key = key
    self.origin = origin
    self.started = started
  }

  public var winner: MeasurementRecord? { measurements.first { $0.place == .winner } }

  /// Samples of all candidates.
  public var sampleCount: Int { measurements.reduce(0) { $0 + $1.samples.count } }

  /// The race as the tuner knows it; nil before its end.
  public var stored: StoredRace? {
    guard let finished, let ending, winner != nil else { return nil }
    let standings = measurements.map(\.standing).sorted {
      ($0.place == .winner ? 0 : 1, $0.ratio ?? .infinity, $0.candidate.description)
        < ($1.place == .winner ? 0 : 1, $1.ratio ?? .infinity, $1.candidate.description)
    }
    return StoredRace(
      outcome: RaceOutcome(
        ending: ending, standings: standings, discarded: discarded, disturbed: disturbed),
      validity: validity ?? .valid, toolVersion: origin.toolVersion, finished: finished)
  }
}

/// Who ran a race: no part of what it measures.
public struct RaceOrigin: Hashable, Sendable {
  public var toolVersion: String
  /// Of the tool's sources; empty where that is not known.
  public var commit: String
  /// The host; empty where that is not known.
  public var node: String
  /// `ProcessRun.id`; empty in records of before.
  public var run: String
  /// The hardware threads of the workers in their order; empty when unbound.
  public var cpus: [Int]

  public init(
    toolVersion: String, commit: String = "", node: String = "", run: String = "", cpus: [Int] = []
  ) {
    self.toolVersion = toolVersion
    self.commit = commit
    self.node = node
    self.run = run
    self.cpus = cpus
  }

  /// Of this process.
  public static func here(cpus: [Int] = []) -> RaceOrigin {
    RaceOrigin(
      toolVersion: ToolVersion.current, commit: ToolVersion.commit, node: ProcessRun.node,
      run: ProcessRun.id, cpus: cpus)
  }
}

/// A candidate's part in a race, with the conditions of every sample.
public struct MeasurementRecord: Hashable, Sendable {
  /// The strategy may be one that this version does not know.
  public var candidate: Candidate
  public var place: Standing.Place
  /// In the order in which they were measured.
  public var samples: [Sample]
  /// Its time over the winner's, see `Standing.ratio`.
  public var ratio: Double?
  /// Relative L2 error; nil unchecked.
  public var error: Double?
  /// Why it was rejected.
  public var rejection: String?
  public var workspaceBytes = 0
  /// Of the last sample, seconds since 1970.
  public var time: Double

  public init(
    candidate: Candidate, place: Standing.Place, samples: [Sample] = [], time: Double
  ) {
    self.candidate = candidate
    self.place = place
    self.samples = samples
    self.time = time
  }

  public var times: [Nanoseconds] { samples.map(\.time) }

  public var standing: Standing {
    Standing(
      candidate: candidate, place: place, samples: times, ratio: ratio,
      workspaceBytes: workspaceBytes, error: error, rejection: rejection)
  }
}
