import ArgumentParser
import Base
import Foundation
import KernelLibrary
import Measurement
import Networks
import Plans
import Runs
import Topology

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a whole network, with a plan or with one strategy, and report its speed.",
    discussion: """
      Every run appends a row to networks.csv and a row per layer to layers.csv in the results
      folder (docs/csv.md). With --input, --output or --check the network first runs once on that
      data (docs/onnx.md); --once leaves it at that. Of a bundle (convbench plan bundle) the plan of
      this machine and number of threads is taken, else the one of least regret by the store, else
      the nearest.
      """)

  @Option(
    help: ArgumentHelp(
      "A plan that convbench tune wrote, or a bundle of plans.", valueName: "file"))
  var plan: String?

  @Option(
    help: ArgumentHelp(
      "Without a plan: a network of convbench nets, or an ONNX file; with a plan of an ONNX model: "
        + "its file.", valueName: "name"))
  var net: String?

  @Option(
    help: ArgumentHelp(
      "With --net: this strategy wherever it applies (default: direct).", valueName: "name"))
  var strategy: String?

  @OptionGroup var networkArguments: NetworkArguments
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var data: DataArguments
  @OptionGroup var record: RecordOptions
  @OptionGroup var store: StoreOption

  @Option(help: "With --net: the instruction set (default: the best of this CPU).")
  var isa: InstructionSet?

  @Option(help: "Seconds to measure.")
  var duration = 3.0

  @Option(help: ArgumentHelp("The results folder.", valueName: "folder"))
  var results = "Results"

  @Flag(help: "Append nothing to the results folder.")
  var noResults = false

  @Flag(help: "Print JSON.")
  var json = false

  @Flag(help: "Print a row for every layer, not only for the slowest.")
  var profile = false

  @Flag(help: "Refuse a plan that was made under other conditions.")
  var strict = false

  @Flag(
    help: """
      Measure as many seconds as a line on standard input says and answer with a line of JSON, \
      for scripts that let programs take turns.
      """)
  var turns = false

  @Option(help: "Refuse a plan with layers of weaker evidence: measured or stored.")
  var require: Provenance?

  @Flag(help: "With a plan of an ONNX model: take another model than the plan's.")
  var force = false

  @Flag(help: "Also run the plan against each single strategy, in turn.")
  var compare = false

  /// Layers in the short table.
  private static let slowest = 5

  func validate() throws {
    guard (plan == nil) != (net == nil) || net.map(NetworkChoice.isModel) == true else {
      throw ValidationError("give --plan FILE or --net NAME")
    }
    guard (0.01...86_400).contains(duration) else {
      throw ValidationError("--duration \(duration): give seconds from 0.01 to 86400")
    }
    guard plan != nil else {
      if compare || strict || force || require != nil || store.store != nil {
        throw ValidationError("--compare, --strict, --require, --force and --store need --plan")
      }
      return
    }
    if strategy != nil || isa != nil {
      throw ValidationError("--strategy and --isa are the plan's; they go with --net")
    }
    if networkArguments.request.options != NetworkOptions() || !networkArguments.shapes.isEmpty {
      throw ValidationError("batch, resolution and other network options are the plan's")
    }
  }

  func run() throws {
    Interrupt.install()
    var run = try networkRun()
    run.labels = try record.labels()
    run.machineName = record.machineName
    let graph = run.network.graph
    run.input = try data.values(of: graph)
    // Before minutes of work: can the results be written at all?
    if !noResults, !data.once, !turns { try AtomicFile.makeFolder(results) }
    let session = try run.session(run.choices)
    for line in data.isUsed ? try data.run(session, input: run.input ?? []) : [] {
      if json || data.isOutputPrinted { printProblem(line) } else { try printResult(line) }
    }
    if data.once { return }
    if turns {
      var turns = RunTurns(run: run, session: session)
      try turns.serve()
      return
    }
    let report = try run.measure(session, seconds: duration)
    let files = noResults ? [] : try report.append(to: results)
    let comparisons = compare ? try run.compare(seconds: duration) : nil
    if json {
      try printJSON(RunDocument(report: report, comparisons: comparisons))
      return
    }
    try printResult(report.summary)
    try printResult("\n" + report.layerTable(limit: profile ? nil : Self.slowest))
    if let comparisons { try printResult("\n" + run.table(comparisons)) }
    if !files.isEmpty { try printResult("\nappended to \(files.joined(separator: " and "))") }
  }

  private func networkRun() throws -> NetworkRun {
    if let plan {
      let (loaded, name) = try chosen(plan)
      if let require { try loaded.require(require, file: name) }
      return try NetworkRun(
        plan: loaded, file: name, net: net, force: force, threads: threads, strict: strict)
    }
    return try NetworkRun(
      net: net ?? "", request: networkArguments.request,
      strategy: strategy ?? StrategyTable.general.name,
      isa: isa, threads: threads)
  }

  /// The file's plan, or of a bundle the one for here, and what errors call it.
  private func chosen(_ file: String) throws -> (Plan, name: String) {
    switch try PlanFile.load(path: file) {
    case .plan(let plan): return (plan, file)
    case .bundle(let bundle):
      let choice = try bundle.choice(threads, store: store, file: file)
      let plan = bundle.plans[choice.index]
      let name = "\(file): plans[\(choice.index)]"
      printProblem("\(name) (\(plan.machine.name), \(plan.threads.title)): \(choice.reason)")
      return (plan, name)
    }
  }
}

/// What `run --json` prints.
private struct RunDocument: Encodable {
  let report: RunReport
  let comparisons: [StrategyComparison]?

  private enum CodingKeys: CodingKey {
    case report, imagesPerSecond, gflops, percentOfPeak, comparisons
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(report, forKey: .report)
    try container.encode(report.imagesPerSecond, forKey: .imagesPerSecond)
    try container.encode(report.gflops, forKey: .gflops)
    try container.encode(100 * report.shareOfPeak, forKey: .percentOfPeak)
    try container.encodeIfPresent(comparisons, forKey: .comparisons)
  }
}
