import ArgumentParser
import Base
import Foundation
import KernelLibrary
import Measurement
import Networks
import Plans
import Results
import Runs
import Store
import Topology

struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run a whole network, with a plan or with one strategy, and report its speed.",
    discussion: """
      Every run appends a row to networks.csv and a row per layer to layers.csv in the results \
      folder (docs/csv.md). With --input, --output or --check the network first runs once on that \
      data (docs/onnx.md); --once leaves it at that. Of a bundle (convbench plan bundle) the plan of \
      this machine and number of threads is taken, else the one of least regret by the store, else \
      the nearest.

      --net, --batch, --threads and --isa take several values, commas between: each is run with \
      each, and a table at the end says what threads and batches bring (docs/sweeps.md).

        convbench run --plan plan.json --threads 1,2
        convbench run --net 'resnet*,vgg16' --batch 1,8 --threads 1,2
        convbench run --plan plan.json --until-ci 1% --max-seconds 120
        convbench run --net resnet50 --isa avx2,avx512 --dry-run
      """)

  @Option(
    help: ArgumentHelp(
      "A plan that convbench tune wrote, or a bundle of plans.", valueName: "file"))
  var plan: String?

  @Option(
    help: ArgumentHelp(
      "Without a plan: networks of convbench nets (patterns such as 'resnet*', too), or an ONNX "
        + "file; with a plan of an ONNX model: its file.", valueName: "names"),
    completion: .networks)
  var net: String?

  @Option(
    help: ArgumentHelp(
      "With --net: this strategy wherever it applies (default: direct).", valueName: "name"),
    completion: .strategies)
  var strategy: String?

  @Option(
    help: ArgumentHelp(
      "Images at a time, e.g. 1,8 (default: 1, or what an ONNX model says).", valueName: "n"),
    transform: ValueList.batches)
  var batch: ValueList<Int>?

  @OptionGroup var details: NetworkDetails
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var data: DataArguments
  @OptionGroup var record: RecordOptions
  @OptionGroup var store: StoreOption

  @Option(
    help: ArgumentHelp(
      "With --net: instruction sets, e.g. avx2,avx512 (default: the best of this CPU).",
      valueName: "sets"),
    transform: ValueList.instructionSets)
  var isa: ValueList<InstructionSet>?

  @Option(
    help: ArgumentHelp(
      "Seconds to measure (default: \(Int(usualDuration))).", valueName: "seconds"))
  var duration: Double?

  @OptionGroup var stopping: StoppingArguments
  @OptionGroup var preview: PreviewOptions

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
  private static let usualDuration = 3.0

  func validate() throws {
    guard (plan == nil) != (net == nil) || net.map(NetworkChoice.isModel) == true else {
      throw ValidationError("give --plan FILE or --net NAME")
    }
    if let duration {
      guard (0.01...86_400).contains(duration) else {
        throw ValidationError("--duration \(duration): give seconds from 0.01 to 86400")
      }
      guard stopping.precision == nil else {
        throw ValidationError(
          "--duration and --until-ci both say when to stop; the longest is --max-seconds")
      }
    }
    if turns, stopping.isGiven || stopping.warmUp != nil {
      throw ValidationError("--turns measures as standard input says: it takes no other end")
    }
    if preview.isAsked, turns || data.once || json {
      throw ValidationError("--list and --dry-run go without --turns, --once and --json")
    }
    guard plan != nil else {
      if compare || strict || force || require != nil {
        throw ValidationError("--compare, --strict, --require and --force need --plan")
      }
      if store.store != nil, !preview.dryRun {
        throw ValidationError("--store goes with a bundle of plans, or with --dry-run")
      }
      return
    }
    if strategy != nil || isa != nil {
      throw ValidationError("--strategy and --isa are the plan's; they go with --net")
    }
    if batch != nil || !details.isEmpty {
      throw ValidationError("batch, resolution and other network options are the plan's")
    }
  }

  func run() throws {
    Interrupt.install()
    let labels = try record.labels()
    let loaded = try plan.map { try PlanFile.load(path: $0) }
    let sweep = try sweep()
    let machine = try Machine.probe()
    let make = { (setting: Sweep.Setting, machine: Machine) throws -> NetworkRun in
      var run = try networkRun(setting, loaded, machine)
      run.labels = labels
      run.machineName = record.machineName
      return run
    }
    if preview.isAsked || sweep.isSeveral {
      try RunSweep.check(sweep, machine, threads)
      try RunSweep.check(sweep, details)
    }
    if preview.isAsked { return try forecast(sweep, machine, make).show(preview) }
    guard sweep.isSeveral else { return try runOne(make(sweep.settings[0], machine)) }
    try runAll(
      RunSweep(
        sweep: sweep, machine: machine, make: make, rule: rule, warmUp: stopping.warmUp,
        results: noResults ? nil : results))
  }

  private func runOne(_ given: NetworkRun) throws {
    var run = given
    run.inputs = try data.values(of: run.network.graph)
    // Before minutes of work: can the results be written at all?
    if !noResults, !data.once, !turns { try AtomicFile.makeFolder(results) }
    let session = try run.session(run.choices)
    for line in data.isUsed ? try data.run(session, inputs: run.inputs ?? []) : [] {
      if json || data.isOutputPrinted { printProblem(line) } else { try printResult(line) }
    }
    if data.once { return }
    if turns {
      var turns = RunTurns(run: run, session: session)
      try turns.serve()
      return
    }
    let report = try run.measure(session, until: rule, warmUp: stopping.warmUp)
    let files = noResults ? [] : try report.append(to: results)
    let comparisons = compare ? try run.compare(seconds: seconds) : nil
    if json {
      try printJSON(RunDocument(report: report, comparisons: comparisons))
      return
    }
    try printResult(report.summary)
    try printResult("\n" + report.layerTable(limit: profile ? nil : Self.slowest))
    if let comparisons { try printResult("\n" + run.table(comparisons)) }
    if !files.isEmpty { try printResult("\nappended to \(files.joined(separator: " and "))") }
    NextCommand.show(nextCommands(files))
  }

  /// - Throws: `ExitCode(2)` where a setting failed; its line is on standard error already.
  private func runAll(_ sweep: RunSweep) throws {
    guard !turns, !compare, !data.isUsed else {
      throw ValidationError(
        "--turns, --compare, --input, --output and --check go with one setting; there are "
          + "\(sweep.sweep.count)")
    }
    if !noResults { try AtomicFile.makeFolder(results) }
    let (reports, failed) = try sweep.run { report in
      if profile, !json { try printResult("\(report.summary)\n\n\(report.layerTable())\n") }
    }
    if json {
      try printJSON(reports.map { RunDocument(report: $0, comparisons: nil) })
    } else {
      try printResult(RunSweep.text(reports))
      if !noResults, !reports.isEmpty {
        try printResult(
          "\nappended to \(ResultFiles.networks) and \(ResultFiles.layers) in \(results)")
      }
      NextCommand.show(nextCommands(noResults ? [] : [results]))
    }
    if failed > 0 { throw ExitCode(2) }
  }

  private func nextCommands(_ files: [String]) -> [String] {
    var commands: [String] = []
    if plan == nil, let net {
      commands.append("convbench tune --net \(NextCommand.quoted(net))   the fastest plan")
    }
    if !files.isEmpty {
      commands.append("convbench report \(NextCommand.quoted(results))   all results as a page")
    }
    return commands
  }

  private var seconds: Double { duration ?? Self.usualDuration }
  private var rule: StoppingRule { stopping.rule(seconds: seconds) }

  private func sweep() throws -> Sweep {
    Sweep(
      networks: try plan == nil ? net.map(NetworkNames.all) : nil, instructionSets: isa?.values,
      batches: batch?.values, threads: try threads.counts())
  }

  private func networkRun(
    _ setting: Sweep.Setting, _ loaded: PlanFile?, _ machine: Machine
  ) throws -> NetworkRun {
    let request = try threads.request(setting.threads)
    if let loaded, let plan {
      let (chosen, name) = try chosen(loaded, of: plan, request)
      if let require { try chosen.require(require, file: name) }
      return try NetworkRun(
        plan: chosen, file: name, net: net, force: force, threads: request, strict: strict,
        machine: machine)
    }
    return try NetworkRun(
      net: setting.network ?? "", request: details.request(batch: setting.batch),
      strategy: strategy ?? StrategyTable.general.name, isa: setting.isa, threads: request,
      machine: machine)
  }

  /// The file's plan, or of a bundle the one for here, and what errors call it.
  private func chosen(
    _ content: PlanFile, of file: String, _ request: ThreadRequest
  ) throws -> (Plan, name: String) {
    switch content {
    case .plan(let plan): return (plan, file)
    case .bundle(let bundle):
      let choice = try bundle.choice(request, store: store, file: file)
      let plan = bundle.plans[choice.index]
      let name = "\(file): plans[\(choice.index)]"
      printProblem("\(name) (\(plan.machine.name), \(plan.threads.title)): \(choice.reason)")
      return (plan, name)
    }
  }

  /// By the store, if there is one.
  private func forecast(
    _ sweep: Sweep, _ machine: Machine, _ make: (Sweep.Setting, Machine) throws -> NetworkRun
  ) throws -> Preview {
    let races = try preview.list ? nil : store.openIfThere()
    var forecast = Preview()
    for setting in sweep.settings {
      let name = plan.map { setting.network ?? $0 } ?? setting.network
      var named = setting
      named.network = name
      let title = named.title
      if preview.list {
        forecast.items.append(Preview.Item(title: title, note: "", seconds: 0, source: ""))
        continue
      }
      let run = try make(setting, machine)
      defer { run.rig.shutdown() }
      let estimate = try InferenceEstimate(
        run, identity: Plan.Network(name: run.network.graph.name, options: run.options),
        store: races, path: store.path)
      let inference = estimate.ms / 1000
      let measured =
        rule.precision == nil ? max(rule.seconds, inference) : rule.mostSeconds ?? rule.seconds
      forecast.items.append(
        Preview.Item(
          title: title, note: "\(NumberText.milliseconds(estimate.ms)) ms an inference",
          seconds: (stopping.warmUp ?? min(10 * inference, 1)) + inference + measured,
          source: estimate.source))
    }
    return forecast
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
