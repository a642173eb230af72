import ArgumentParser
import Base
import Convolution
import Execution
import Foundation
import KernelLibrary
import Measurement
import Networks
import Plans
import Races
import Store
import Topology
import Tuning
import Workers

struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Find the fastest strategy for every layer of a network on this machine.",
    discussion: """
      Races the candidates of every unique layer, runs the network with the winners, races the \
      finalists there where a layer's time is another than in isolation, races depthwise blocks fused \
      against their layers, and writes a plan for convbench run. Finished races are kept in the store: \
      an interrupted tune resumes, known layers cost nothing.

      With --problems it only races the problems of a list (convbench problems), or one node's part of \
      them: a later tune --net finds the races in the store.

      Exit code: 0 done, 2 an error, 130 interrupted (what was measured is in the store), 75 measured \
      but invalid here, with --require valid: try elsewhere.

        convbench tune --net mobilenetv2
        convbench tune --net resnet50 --batch 8 --threads 1 --output resnet50-b8.json
        convbench tune --net vgg16 --dry-run
        convbench tune --net vgg16 --effort estimate
        convbench tune --net model.onnx --budget 60 --max-error 1e-3
      """)

  @Option(help: "The network (convbench nets lists all), or an ONNX file.", completion: .networks)
  var net: String?

  @Option(help: ArgumentHelp("Instead: what convbench problems listed.", valueName: "file"))
  var problems: String?

  @Option(
    help: ArgumentHelp("Of the problems the first of eight parts, e.g.", valueName: "1/8"),
    transform: { text in
      guard let shard = Shard(text) else {
        throw ValidationError("give a part such as 1/8, the first of eight")
      }
      return shard
    })
  var shard: Shard?

  @Option(help: "End with exit code 75 where a result is invalid: valid.")
  var require: Requirement?

  /// What a result must be.
  enum Requirement: String, CaseIterable, ExpressibleByArgument { case valid }

  @OptionGroup var network: NetworkArguments
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var tuning: TuningArguments

  @OptionGroup var plan: PlanOption

  @OptionGroup var preview: PreviewOptions

  @Flag(help: "Print a line for every sample, before it goes into the store.")
  var verbose = false

  func validate() throws {
    guard (net == nil) != (problems == nil) else {
      throw ValidationError("give --net NET, or --problems FILE")
    }
    guard problems != nil || shard == nil else {
      throw ValidationError("--shard goes with --problems")
    }
    guard problems == nil || plan.output == nil && network.isEmpty else {
      throw ValidationError("--problems makes no plan and takes no option of a network")
    }
    try tuning.check()
  }

  func run() throws {
    Interrupt.install()
    if preview.isAsked { return try forecast().show(preview) }
    if let problems { return try race(ProblemList(path: problems)) }
    guard let net else { return }
    let choice = try NetworkChoice(net, network.request)
    let output = PlanOutput(plan.output, standard: "plan.json")
    try output.check(for: choice.identity)
    let display = TuneDisplay()
    var job = try tuning.job(on: threads.request())
    job.isVerbose = verbose
    let plan = try job.plan(for: choice, display)
    try output.save(plan)
    try printResult(PlanTable(plan).text, beside: output.file)
    try printResult(
      "\nwritten to \(output.file.name) in \(String(format: "%.1f", display.seconds)) s",
      beside: output.file)
    NextCommand.show(nextCommands(output.file.name))
    try check(plan.layers)
  }

  private func nextCommands(_ file: String) -> [String] {
    let file = NextCommand.quoted(file)
    let model =
      net.map { NetworkChoice.isModel($0) ? " --net \(NextCommand.quoted($0))" : "" } ?? ""
    return [
      "convbench run --plan \(file)\(model)   how fast it is",
      "convbench explain \(file)   why these choices",
    ]
  }

  /// A line for every shape of layer, and one for what is done with the whole network.
  private func forecast() throws -> Preview {
    let job = try tuning.forecastJob(on: threads.request())
    let forecasts =
      try problems.map {
        try job.forecast(for: ProblemList(path: $0).part(shard ?? .whole).map(\.workload))
      }
      ?? net.map { try job.forecast(for: NetworkChoice($0, network.request)) } ?? []
    var preview = Preview()
    for (set, forecast) in zip(job.kernels, forecasts) {
      let title = forecasts.count > 1 ? ", \(set.instructionSet.rawValue)" : ""
      preview.items += forecast.shapes.map { shape in
        Preview.Item(
          title: "\(shape.name) \(shape.workload)\(title)",
          note: shape.isStored ? "stored" : "\(shape.candidates) candidates",
          seconds: shape.seconds, source: forecast.source)
      }
      if forecast.networkSeconds > 0 {
        preview.items.append(
          Preview.Item(
            title: "within the network\(title)", note: "races and blocks",
            seconds: forecast.networkSeconds, source: forecast.source))
      }
    }
    return preview
  }

  private func race(_ list: ProblemList) throws {
    let part = list.part(shard ?? .whole)
    let display = TuneDisplay()
    var job = try tuning.job(on: threads.request())
    job.isVerbose = verbose
    let layers = try job.race(part.map(\.workload), display)
    let measured = layers.count { $0.provenance == .measured }
    let invalid = layers.count { $0.validity.label == .invalid }
    try printResult(
      "\(part.count) of \(list.problems.count) problems: \(measured) measured, "
        + "\(layers.count - measured) known before, \(invalid) invalid; in "
        + "\(String(format: "%.1f", display.seconds)) s; store \(job.store?.path ?? "none")")
    try check(layers)
  }

  /// `EX_TEMPFAIL`: a scheduler's word for what may go better another time or elsewhere.
  private static let elsewhereCode: Int32 = 75

  /// - Throws: `ExitCode(75)` for an invalid result where a valid one is required. Noisy is valid.
  private func check(_ layers: [PlanLayer]) throws {
    let invalid = layers.filter {
      $0.validity.label == .invalid || $0.network?.validity.label == .invalid
    }
    guard require == .valid, let first = invalid.first else { return }
    let validity = first.validity.label == .invalid ? first.validity : first.network?.validity
    printProblem(
      "\(invalid.count) of \(layers.count) results are invalid here, e.g. of \(first.workload): "
        + "\(validity?.description ?? "invalid"); try elsewhere or later")
    throw ExitCode(Self.elsewhereCode)
  }
}

/// The options that decide what the tuner may choose and where it keeps results.
struct TuningArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Instruction set (default: the widest vectors of this CPU). auto: each whose FMA "
        + "peak is near the best is tuned for, and they race.",
      valueName: "set"))
  var isa: String?

  @Option(
    help: """
      full, or estimate: the best guess of every strategy, seen a few times; a plan in a moment. \
      Races that the store has count all the same.
      """)
  var effort = Effort.full

  /// How much is measured.
  enum Effort: String, CaseIterable, ExpressibleByArgument { case full, estimate }

  @Option(help: ArgumentHelp("Stop measuring after so many seconds.", valueName: "seconds"))
  var budget: Double?

  @Option(help: "Relative error that approximate strategies may have (default: none may win).")
  var maxError: Double?

  @Option(help: "Bytes of workspace that a candidate may need, e.g. 64M.")
  var maxWorkspace: String?

  @Option(
    help: ArgumentHelp("Only these strategies, e.g. direct,winograd.", valueName: "names"),
    completion: .strategies)
  var strategies: String?

  @OptionGroup var store: StoreOption

  @Flag(help: "Measure anew what the store has.")
  var refresh = false

  @Flag(help: "Decide by isolated layers alone, without running the network.")
  var isolated = false

  @Flag(name: .customLong("no-fusion"), help: "Run every layer on its own.")
  var noFusion = false

  func check() throws {
    if let budget, !(budget > 0 && budget <= 1e7) {
      throw ValidationError("--budget \(budget): give seconds, more than 0")
    }
    if let maxError, !(maxError >= 0 && maxError.isFinite) {
      throw ValidationError("--max-error \(maxError): give a relative error such as 1e-3")
    }
    _ = try maxWorkspace.map(ByteOption.workspace)
  }

  /// `--isa auto`
  private var isAuto: Bool { isa == "auto" }

  /// What may be tuned for: one, or with `auto` all of this CPU.
  ///
  /// - Throws: `InstructionSetError`, `ValidationError` for a name that there is not.
  private func kernels() throws -> [Kernels] {
    guard let isa else { return [.best] }
    if isAuto { return Kernels.available }
    guard let set = InstructionSet(rawValue: isa) else {
      let names = InstructionSet.allCases.map(\.rawValue) + ["auto"]
      throw ValidationError(
        "--isa \(isa.prefix(40)): give one of \(names.joined(separator: ", "))")
    }
    return [try Kernels(set)]
  }

  func job(on request: ThreadRequest) throws -> TuningJob {
    TuningJob(
      kernels: try kernels(), isAuto: isAuto, options: try options(), store: try store.open(),
      request: request)
  }

  /// Of a job that measures nothing and writes nothing.
  func forecastJob(on request: ThreadRequest) throws -> TuningJob {
    TuningJob(
      kernels: try kernels(), isAuto: isAuto, options: try options(),
      store: try store.openIfMade(), request: request)
  }

  /// - Throws: `StrategyError` for an unknown name.
  private func options() throws -> TuningOptions {
    var options = TuningOptions()
    options.seconds = budget
    options.maxError = maxError
    options.maxWorkspaceBytes = try maxWorkspace.map(ByteOption.workspace)
    options.refresh = refresh
    options.inNetwork = !isolated
    options.fuses = !noFusion
    if effort == .estimate { options.makeEstimate() }
    options.strategies = try strategies?.split(separator: ",").map {
      try StrategyTable.strategy(named: $0.trimmingCharacters(in: .whitespaces)).name
    }
    if options.strategies?.isEmpty == true {
      throw ValidationError(
        "--strategies: give names from \(StrategyTable.names.joined(separator: ", "))")
    }
    return options
  }
}
