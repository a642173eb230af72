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
      against their layers, and writes a plan for convbench run. Finished races are kept in the store: an interrupted tune resumes, known \
      layers cost nothing.
      """)

  @Option(help: "The network (convbench nets lists all), or an ONNX file.")
  var net: String

  @OptionGroup var network: NetworkArguments
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var tuning: TuningArguments

  @OptionGroup var plan: PlanOption

  @Flag(help: "Print a line for every sample, before it goes into the store.")
  var verbose = false

  func validate() throws { try tuning.check() }

  func run() throws {
    Interrupt.install()
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

  @Option(help: ArgumentHelp("Stop measuring after so many seconds.", valueName: "seconds"))
  var budget: Double?

  @Option(help: "Relative error that approximate strategies may have (default: none may win).")
  var maxError: Double?

  @Option(help: "Bytes of workspace that a candidate may need, e.g. 64M.")
  var maxWorkspace: String?

  @Option(help: ArgumentHelp("Only these strategies, e.g. direct,winograd.", valueName: "names"))
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

  /// - Throws: `StrategyError` for an unknown name.
  private func options() throws -> TuningOptions {
    var options = TuningOptions()
    options.seconds = budget
    options.maxError = maxError
    options.maxWorkspaceBytes = try maxWorkspace.map(ByteOption.workspace)
    options.refresh = refresh
    options.inNetwork = !isolated
    options.fuses = !noFusion
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
