import Base
import Results

/// A suite's results in one table: a row per network, then those that failed.
public struct SuiteTable: CustomStringConvertible {
  private var table = TextTable([
    .left("network"), .right("batch"), .right("input"), .right("ms"), .right("95 % interval"),
    .right("images/s"), .right("GFLOP/s"), .right("% of peak"), .right("tuning s"),
    .left("validity"),
  ])
  private var failures: [String] = []
  private var head = ""

  public init() {}

  public mutating func add(_ row: NetworkRow, tuningSeconds: Double) {
    let i = row.identity
    if head.isEmpty {
      let threads = i.threads == 1 ? "1 thread" : "\(i.threads) threads"
      head = "\(i.machine): \(i.cpu), \(threads), \(i.isa), convbench \(i.toolVersion)\n\n"
    }
    table.add([
      i.network, "\(i.batch)", "\(i.resolution)²", NumberText.milliseconds(row.medianMs),
      "\(NumberText.milliseconds(row.lowMs)) – \(NumberText.milliseconds(row.highMs))",
      NumberText.significant(row.imagesPerSecond), NumberText.gflops(row.gflops),
      row.percentOfPeak.map { NumberText.percentNumber($0 / 100) } ?? "–",
      NumberText.fixed(tuningSeconds, decimals: 1),
      row.validity.label.rawValue,
    ])
  }

  public mutating func addFailure(_ label: String, _ reason: String) {
    failures.append("\(label) failed: \(reason)")
  }

  public var description: String {
    let failed = failures.isEmpty ? "" : "\n\n" + failures.joined(separator: "\n")
    return head + table.description + failed
  }
}
