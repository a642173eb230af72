import Base

/// The constants of measuring, in one place. `docs/measurement.md` gives the reasons.
public enum MeasurementRules {
  /// Of every interval that is printed or compared.
  public static let confidence = 0.95
  /// Outliers lie so many interquartile ranges beyond the quartiles. They are counted and kept.
  public static let outlierReach = 1.5
  /// A percentile needs so many samples beyond it.
  public static let percentileSamples = 2.0

  /// A block of runs takes at least this long, and its median run is one sample.
  public static let blockTime = Nanoseconds.milliseconds(1)
  /// The most runs in a block: eviction between them costs more than the run of a tiny layer.
  public static let blockRuns = 16

  /// Whatever is measured first has run at least so often and so long before.
  public static let warmUpRuns = 2
  public static let warmUpTime = Nanoseconds.milliseconds(50)

  /// Above either the result is labelled noisy.
  public static let noisyVariation = 0.05
  public static let noisyInterquartileShare = 0.10
  /// CPU time of other processes, as a share of the machine's.
  public static let noisyOtherLoad = 0.10
  /// Involuntary context switches per second and worker; each costs some tens of microseconds.
  public static let noisySwitchRate = 200.0

  /// `/proc/stat` counts ticks of 10 ms: a share of fewer would be rounding.
  public static let leastTicks = 50.0

  /// Above either the result is labelled invalid, as it is after any thermal throttling.
  public static let invalidSteal = 0.01
  public static let invalidSpeedDrift = 0.05

  /// A sample is discarded where a speed probe beside it falls this far below the best recent one.
  public static let probeDrop = 0.05
  /// Probes that "recent" means.
  public static let probeWindow = 256
  /// Length of one speed probe.
  public static let probeTime: Nanoseconds = 30_000
  /// After a slow probe the next timing waits for the speed to return, so long at a time and so
  /// long in a race.
  public static let waitSeconds = 0.02
  public static let patienceSeconds = 1.0
  /// A timing beside a slow speed probe is taken again at most so often.
  public static let retries = 3

  /// A worker reads so many times its private cache to evict it.
  public static let evictionFactor = 2
  /// What is read where no private cache is known, and the most that is read.
  public static let evictionBytes = 2 << 20
  public static let evictionLimit = 64 << 20
  /// The most that a worker reads to empty the shared cache.
  public static let sharedEvictionLimit = 256 << 20

  /// A layer's tensors and weights may take this share of the machine's memory.
  public static let memoryShare = 0.6
}
