/// The constants of a race between candidates. `docs/measurement.md` gives the reasons.
public struct RaceRules: Sendable {
  /// Timed runs of a candidate in the probe; the fastest counts.
  public var probeRuns = 4
  /// A candidate whose first probe run is slower than the best by this factor gets no further one.
  public var probeFactor = 2.0
  /// Candidates slower than the best probe by more than this do not race.
  public var keepWithin = 0.15
  /// The most candidates in the race.
  public var finalists = 6
  /// Samples per finalist before the first decision, and at most.
  public var minimumRounds = 5
  public var maximumRounds = 40
  /// Two candidates are tied when their ratio's interval lies within this of 1.
  public var tie = 0.01
  /// A sample beside a slow speed probe is taken again at most so often.
  public var retries = 3
  /// Seconds for all probes and for all samples of one race, unless the layer itself is so slow
  /// that `probeRunsOfBest` or `raceRunsOfBest` times its best run are more.
  public var probeSeconds = 2.0
  public var raceSeconds = 1.5
  public var probeRunsOfBest = 60.0
  public var raceRunsOfBest = 60.0
  /// Of the random order within a round.
  public var seed: UInt64 = 1

  public init() {}
}
