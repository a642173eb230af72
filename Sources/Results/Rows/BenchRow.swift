import Convolution
import Foundation
import Measurement

/// A row of the file of `convbench bench --csv`: one candidate on one problem.
public struct BenchRow: Hashable, Sendable, CSVRow, Encodable {
  /// `network` is the problem's name in its batch file, `choice` is `bench`.
  public var identity = RunIdentity()
  public var problem = ""
  public var epilogue = "none"
  /// How often the problem occurs, by its batch file.
  public var multiplicity = 1
  /// `hot`, `cold-weights` or `cold`.
  public var cache = ""
  public var strategy = ""
  public var configuration = ""
  public var rank = 0
  public var samples = 0
  public var ms = 0.0
  public var msLow = 0.0
  public var msHigh = 0.0
  public var gflops = 0.0
  public var executedGflops: Double?
  public var peakGflops = 0.0
  public var percentOfPeak: Double?
  public var percentOfRoofline: Double?
  public var roof = ""
  public var workspaceBytes = 0
  public var preparationMs: Double?
  public var error = 0.0
  public var validity = ""
  /// As those of `NetworkRow`.
  public var precisionTargetPercent: Double?
  public var isPrecise: Bool?

  public init() {}

  public static var schemaName: String { "bench" }
  public static var schemaVersion: Int { 5 }
  public mutating func migrate(from version: Int) {
    problem = DescriptorDialect.translated(problem, ofRowSchema: version)
  }
  public static var columns: [CSVColumn<BenchRow>] {
    RunIdentity.columns(\.identity, identified: 4) + [
      CSVColumn("problem", \.problem, "benchdnn's descriptor"),
      CSVColumn("epilogue", \.epilogue, since: 3, "what is fused behind the convolution"),
      CSVColumn("multiplicity", \.multiplicity, "`*N` of the batch file, else 1"),
      CSVColumn("cache", \.cache, "`hot`, `cold-weights` (as in a network) or `cold`"),
      CSVColumn("strategy", \.strategy, "algorithm"),
      CSVColumn("configuration", \.configuration, "`name=number,…`"),
      CSVColumn("rank", \.rank, "among the strategy's configurations, 1 is the fastest"),
      CSVColumn("samples", \.samples, "that the median is of"),
      CSVColumn("ms", \.ms, "median, milliseconds"),
      CSVColumn("ms_low", \.msLow, "lower end of the median's 95 % interval"),
      CSVColumn("ms_high", \.msHigh, "upper end"),
      CSVColumn("gflops", \.gflops, "operations of the definition per second, GFLOP/s"),
      CSVColumn("executed_gflops", \.executedGflops, "operations executed; empty if unknown"),
      CSVColumn("peak_gflops", \.peakGflops, "FMA peak of all workers beside the samples"),
      CSVColumn("percent_of_peak", \.percentOfPeak, "executed operations, percent"),
      CSVColumn("percent_of_roofline", \.percentOfRoofline, "least time over time, percent"),
      CSVColumn("roof", \.roof, "what the least time is bound by: `FMA`, `L2`, `L3`, `memory`"),
      CSVColumn("workspace_bytes", \.workspaceBytes, "scratch memory"),
      CSVColumn(
        "preparation_ms", \.preparationMs, since: 3, "packing the weights, once before all runs"),
      CSVColumn("error", \.error, "relative L2 error against the definition in Double"),
      CSVColumn("validity", \.validity, "`valid`, or why not"),
      CSVColumn(
        "precision_target_percent", \.precisionTargetPercent, since: 5,
        "half the width of the median's interval that was asked for; empty where none was"),
      CSVColumn(
        "precision_reached", \.isPrecise, since: 5,
        "whether it was: `yes` or `no`; empty where none was asked for"),
    ]
  }
}
