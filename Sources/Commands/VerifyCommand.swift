import ArgumentParser
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Plans
import Topology
import Workers

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks every candidate against the double-precision reference.",
    discussion: """
      With descriptors: every configuration of every strategy that applies, on small integers; \
      direct, pointwise, im2col and depthwise must be exact, Winograd and separable within the \
      printed relative L2 bound. With --net: the planned session of the whole network against the \
      graph interpreter. Exit code 1 when something fails or a line of a file is malformed, 2 when \
      there was nothing to verify.
      """)

  @OptionGroup var batch: BatchArguments
  @Option(
    help: "A network or ONNX file: the whole of it with every strategy.", completion: .networks)
  var net: String?
  @Option(help: "A plan: the session that it describes, on the plan's instruction set.")
  var plan: String?
  @Flag(help: "With --plan and --net of an ONNX model: take another model than the plan's.")
  var force = false
  @Option(help: "Only this strategy.", completion: .strategies) var strategy: String?
  @Option(
    help: ArgumentHelp(
      "Only this configuration of the strategy.", discussion: "As a FAILED line has it.",
      valueName: "name=number,…"))
  var configuration: String?
  @Option(help: "Only this instruction set (default: all that the CPU has).")
  var isa: InstructionSet?
  @Option(
    help: ArgumentHelp(
      "What is fused behind the convolution; may be given again (default: none and "
        + "bias+residual+relu).", valueName: "parts"))
  var epilogue: [String] = []
  @Option(
    help: ArgumentHelp(
      "At most so many configurations of a strategy, picked by the seed.", valueName: "n"))
  var sample: Int?
  @Option(help: ArgumentHelp("Stop after so many seconds.", valueName: "s"))
  var seconds: Double?
  @Option(help: "Seed of the data.") var seed: UInt64 = 1
  @OptionGroup var networkOptions: NetworkArguments
  @OptionGroup var threadOptions: ThreadOptions

  func validate() throws {
    guard net != nil || plan != nil || !batch.isEmpty else {
      throw ValidationError("give descriptors, --batch-file FILE, --net NAME or --plan FILE")
    }
    if let sample, !(1...1_000_000).contains(sample) {
      throw ValidationError("--sample \(sample): a number from 1 to 1000000")
    }
    if let seconds, !(seconds > 0 && seconds <= 1e6) {
      throw ValidationError("--seconds \(seconds): from 0 to 1000000")
    }
    if configuration != nil, strategy == nil {
      throw ValidationError("--configuration needs the --strategy that it is of")
    }
  }

  func run() throws {
    if let strategy { _ = try StrategyTable.strategy(named: strategy) }
    let epilogues = try epilogues()
    let configuration = try configuration.map(Self.configuration)
    let sets = try isa.map { [try Kernels($0)] } ?? Kernels.available
    let given = try batch.read()
    let rig = try Rig(threadOptions.request())
    defer { rig.shutdown() }
    var verifier = Verifier(
      strategy: strategy, configuration: configuration, sets: sets, epilogues: epilogues,
      sample: sample, seconds: seconds, seed: seed, pool: rig.pool,
      binding: "\(rig.request.binding)")
    // What was found stays found, whatever ends it.
    do {
      try check(given, &verifier)
    } catch {
      // The first error is the one to report, also where standard output takes no more.
      try? Verifier.say(verifier.tally.summary)
      throw error
    }
    for path in batch.batchFile.isEmpty ? [] : [batch.batchFile.joined(separator: ", ")] {
      try Verifier.say(
        "\(given.problems.count) problems of \(path), \(given.skipped) skipped, "
          + "\(given.malformed) malformed")
    }
    if let note = verifier.unfinished { try Verifier.say(note) }
    try Verifier.say(verifier.tally.summary)
    if verifier.tally.failed > 0 { throw ExitCode(1) }
    if verifier.tally.isVacuous {
      let why =
        verifier.tally.reasonLeftOut ?? verifier.unfinished
        ?? "no candidate took part; see the lines above"
      printProblem("nothing was verified: \(why)")
      throw ExitCode(2)
    }
    try batch.finish(given)
  }

  private func check(_ given: BatchArguments.Batch, _ verifier: inout Verifier) throws {
    try verifier.check(given.problems, onlyFailures: !batch.batchFile.isEmpty)
    if let net, plan == nil || !NetworkChoice.isModel(net) {
      try verifier.check(try NetworkChoice(net, networkOptions.request).graph, name: net)
    }
    if let plan {
      let model = net.flatMap { NetworkChoice.isModel($0) ? $0 : nil }
      try verifier.check(try Plan.load(path: plan), file: plan, net: model, force: force)
    }
  }

  private func epilogues() throws -> [Epilogue] {
    if epilogue.isEmpty {
      return [.none, Epilogue(bias: true, residual: true, activation: .relu)]
    }
    return try epilogue.map { try EpilogueOption.epilogue($0) }
  }

  private static func configuration(_ text: String) throws -> Configuration {
    guard let configuration = Configuration(text) else {
      throw ValidationError("--configuration \(text): of the form name=number,name=number")
    }
    return configuration
  }
}

/// The text of `--epilogue`.
enum EpilogueOption {
  static func epilogue(_ text: String) throws -> Epilogue {
    guard let epilogue = Epilogue(text) else {
      throw ValidationError(
        "--epilogue \(text): parts are bias, residual, relu, relu6, tanh, joined by +")
    }
    return epilogue
  }
}
