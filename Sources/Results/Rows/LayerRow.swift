import Convolution
import Measurement

/// A row of `layers.csv`: one step of a network in one run, timed inside the running network.
public struct LayerRow: Hashable, Sendable, CSVRow {
  public var identity = RunIdentity()
  public var layer = 0
  public var name = ""
  public var kind = ""
  /// A convolution's descriptor; empty for other steps, as are epilogue, strategy and
  /// configuration.
  public var problem = ""
  public var epilogue = ""
  public var strategy = ""
  public var configuration = ""
  /// Of a fused block; empty for other steps.
  public var block = BlockLayers()
  public var samples = 0
  public var ms = 0.0
  public var share = 0.0
  public var gflops: Double?
  public var peakGflops: Double?
  public var percentOfPeak: Double?
  /// The run's, percent.
  public var noiseFloorPercent: Double?
  public var samplesMs = SampleList()
  public var validity = Validity.valid

  public init() {}

  public static var schemaName: String { "layer" }
  public static var schemaVersion: Int { 4 }
  public mutating func migrate(from version: Int) {
    problem = DescriptorDialect.translated(problem, ofRowSchema: version)
  }
  public static var columns: [CSVColumn<LayerRow>] {
    RunIdentity.columns(\.identity, identified: 4) + [
      CSVColumn("layer", \.layer, "index in the order of execution, from 0"),
      CSVColumn("name", \.name, "the network's name of the layer; `between layers` is the rest"),
      CSVColumn("kind", \.kind, "`convolution`, `fused`, `maxpool`, …; `between` for the rest"),
      CSVColumn("problem", \.problem, "benchdnn's descriptor; empty unless a convolution"),
      CSVColumn("epilogue", \.epilogue, "what is fused behind the convolution"),
      CSVColumn("strategy", \.strategy, "algorithm of a convolution, or `fused`"),
      CSVColumn("configuration", \.configuration, "`name=number,…`"),
      CSVColumn(
        "block", \.block, since: 4,
        "of a fused block each layer's `descriptor epilogue`, ` + ` between; else empty"),
      CSVColumn("samples", \.samples, "profiled inferences that the time is the mean of"),
      CSVColumn("ms", \.ms, "time in the running network, milliseconds"),
      CSVColumn("share", \.share, "of the network's time, 0 to 1"),
      CSVColumn("gflops", \.gflops, "as in networks.csv; empty unless of convolutions"),
      CSVColumn("peak_gflops", \.peakGflops, "as in networks.csv"),
      CSVColumn("percent_of_peak", \.percentOfPeak, "empty unless of convolutions"),
      CSVColumn(
        "noise_floor_percent", \.noiseFloorPercent, since: 2, "of the run, as in networks.csv"),
      CSVColumn(
        "samples_ms", \.samplesMs, since: 2,
        "at most 30 of the profiled times, the same inferences in every row of a run"),
      CSVColumn("validity", \.validity, "of the run"),
    ]
  }
}
