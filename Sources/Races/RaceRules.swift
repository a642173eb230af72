import Base
import Measurement

/// The constants of a race between candidates. `docs/measurement.md` gives the reasons.
public struct RaceRules: Sendable {
  /// Brings clocks and vector units to their working speed before a race.
  public var warmUp = MeasurementRules.warmUpTime
  /// Runs of a candidate in the probe; the fastest but the first counts.
  public var probeRuns = 6
  /// A candidate whose first run is slower than the best by this factor gets no further one.
  public var probeFactor = 2.0
  /// Nor does one that is slower by this factor after its second run.
  public var lookFactor = 1.3
  /// Candidates slower than the best probe by more than this do not race.
  public var keepWithin = 0.15
  /// The most candidates in the race.
  public var finalists = 8
  /// Rounds after which candidates are compared; the last is the end. Few, because every look at
  /// growing samples is another chance to see a difference that is not there.
  public var looks = [5, 8, 12, 18, 27, 40, 60]
  /// Of the intervals that separate candidates: stricter than those that are printed, for the
  /// same reason.
  public var confidence = 0.99
  /// Two candidates are tied when their ratio's interval lies within this of 1.
  public var tie = 0.01
  /// A sample beside a slow speed probe is taken again at most so often.
  public var retries = MeasurementRules.retries
  /// Seconds for the first runs of all candidates, for the further ones and for all samples of one
  /// race, unless the layer itself is so slow that `probeRunsOfBest` or `raceRunsOfBest` times its
  /// best run are more. A first look that is cut off may miss the right algorithm.
  public var lookSeconds = 8.0
  public var probeSeconds = 2.0
  public var raceSeconds = 1.5
  public var probeRunsOfBest = 60.0
  public var raceRunsOfBest = 60.0
  /// Of what the whole tuning's budget leaves to this race, the share that probing may take.
  public var probeShare = 0.6
  /// Blocks of hot runs of who may be raced within the network, for the record only.
  public var hotBlocks = 5

  /// Finalists that are raced again within the network: at most so many, not slower in isolation
  /// by more than `networkReach`.
  public var networkFinalists = 3
  public var networkReach = 0.08
  /// A layer's time within the network is not its isolated one when the intervals are disjoint and
  /// the medians differ by more than this.
  public var networkNoise = 0.03
  /// Blocks of inferences that time the layers as the plan has them, as far as the seconds last.
  public var networkBlocks = 15
  public var networkBlockSeconds = 1.0
  /// Inferences of a block, as long as they take less than `networkBlockTime` together.
  public var networkInferences = 3
  public var networkBlockTime = Nanoseconds.milliseconds(10)
  /// Seconds for all races within the network, or so many inferences, whichever is more.
  public var networkSeconds = 3.0
  public var networkRuns = 40.0
  /// Of a budget for the whole tuning, what is kept for running the network.
  public var networkShare = 0.15
  /// With less left of it the network is not run.
  public var networkLeastSeconds = 0.3
  /// Of memory, what the weights of candidates that are raced within the network may take.
  public var networkMemoryShare = 0.125

  /// Of the random order within a round.
  public var seed: UInt64 = 1

  public init() {}

  /// Rounds before the first decision.
  package var minimumRounds: Int { looks.first ?? 1 }
  package var maximumRounds: Int { looks.last ?? 1 }
}
