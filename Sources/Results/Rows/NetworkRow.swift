import Measurement

/// A row of `networks.csv`: one run of a network.
public struct NetworkRow: Hashable, Sendable, CSVRow {
  public var identity = RunIdentity()
  /// Timed inferences that the times are of.
  public var samples = 0
  /// Inferences left out because the machine was slowed meanwhile.
  public var discarded = 0
  public var medianMs = 0.0
  /// 95 % interval of the median.
  public var lowMs = 0.0
  public var highMs = 0.0
  public var minimumMs = 0.0
  public var p90Ms: Double?
  public var p99Ms: Double?
  public var imagesPerSecond = 0.0
  public var gflops = 0.0
  public var peakGflops: Double?
  public var percentOfPeak: Double?
  public var weightBytes: Int?
  public var arenaBytes: Int?
  public var workspaceBytes: Int?
  public var residentBytes: Int?
  public var startUpMs: Double?
  /// `NoiseFloor.drift` of the run's inferences, percent.
  public var noiseFloorPercent: Double?
  public var samplesMs = SampleList()
  public var validity = Validity.valid
  /// Half the width of the median's interval that was asked for, percent of the median.
  public var precisionTargetPercent: Double?
  /// Whether it was reached.
  public var isPrecise: Bool?

  public init() {}

  public static var schemaName: String { "network" }
  public static var schemaVersion: Int { 4 }
  public static var columns: [CSVColumn<NetworkRow>] {
    RunIdentity.columns(\.identity, identified: 3) + [
      CSVColumn("samples", \.samples, "timed inferences"),
      CSVColumn("discarded", \.discarded, "inferences left out: the machine was slowed meanwhile"),
      CSVColumn("median_ms", \.medianMs, "median latency of a batch, milliseconds"),
      CSVColumn("ci_low_ms", \.lowMs, "lower end of the median's 95 % interval"),
      CSVColumn("ci_high_ms", \.highMs, "upper end"),
      CSVColumn("min_ms", \.minimumMs, "fastest inference"),
      CSVColumn("p90_ms", \.p90Ms, "90th percentile; empty under 20 samples"),
      CSVColumn("p99_ms", \.p99Ms, "99th percentile; empty under 200 samples"),
      CSVColumn("images_per_s", \.imagesPerSecond, "batch / median"),
      CSVColumn(
        "gflops", \.gflops, "2 × multiply-accumulates of the definition / median, 10⁹ per second"),
      CSVColumn(
        "peak_gflops", \.peakGflops,
        "FMA peak of all workers, measured in the same run; empty if it was not"),
      CSVColumn("percent_of_peak", \.percentOfPeak, "100 × gflops / peak_gflops"),
      CSVColumn("weights_bytes", \.weightBytes, "packed weights; empty if unknown"),
      CSVColumn("arena_bytes", \.arenaBytes, "activations; empty if unknown"),
      CSVColumn(
        "workspace_bytes", \.workspaceBytes, "scratch memory of the kernels; empty if unknown"),
      CSVColumn(
        "max_rss_bytes", \.residentBytes,
        "largest resident size of the process since the session was made; empty if unknown"),
      CSVColumn(
        "start_up_ms", \.startUpMs, since: 2,
        "from the plan to the end of the first inference; empty if unknown"),
      CSVColumn(
        "noise_floor_percent", \.noiseFloorPercent, since: 2,
        "how far the median wandered within the run; empty if unknown"),
      CSVColumn(
        "samples_ms", \.samplesMs,
        "at most 100 of the samples, evenly over the run, separated by semicolons"),
      CSVColumn("validity", \.validity, "`valid`, `noisy: why` or `invalid: why`"),
      CSVColumn(
        "precision_target_percent", \.precisionTargetPercent, since: 4,
        "half the width of the median's interval that was asked for; empty where none was"),
      CSVColumn(
        "precision_reached", \.isPrecise, since: 4,
        "whether it was: `yes` or `no`; empty where none was asked for"),
    ]
  }
}
