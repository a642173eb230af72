import ArgumentParser
import Convolution
import Execution
import Foundation
import KernelLibrary
import Networks
import Reports
import Topology
import Tuning
import Workers

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Checks every candidate against the double-precision reference.",
    discussion: """
      With descriptors: every configuration of every strategy that applies, on small integers;
      direct, pointwise, im2col and depthwise must be exact, Winograd and separable within the
      printed relative L2 bound. With --net: the planned session of the whole network against the
      graph interpreter. Exit code 1 when something fails.
      """)

  @Argument(help: "benchdnn descriptors, e.g. mb1ic64ih56oc64oh56kh3ph1.")
  var descriptors: [String] = []

  @Option(help: "Convolutions as benchdnn or DeepBench list them: a line per failure, and a count.")
  var batchFile: String?
  @Option(help: "A network or ONNX file: the whole of it with every strategy.")
  var net: String?
  @Option(help: "A plan: the session that it describes, on the plan's instruction set.")
  var plan: String?
  @Flag(help: "With --plan and --net of an ONNX model: take another model than the plan's.")
  var force = false
  @Option(help: "Only this strategy.") var strategy: String?
  @Option(help: "Only this instruction set (default: all that the CPU has).")
  var isa: InstructionSet?
  @Option(help: "What is fused behind the convolution, e.g. bias+residual+relu.")
  var epilogue: String = "none"
  @Option(help: "Seed of the data.") var seed: UInt64 = 1
  @OptionGroup var networkOptions: NetworkArguments
  @OptionGroup var threadOptions: ThreadOptions

  func run() throws {
    guard net != nil || plan != nil || batchFile != nil || !descriptors.isEmpty else {
      throw ValidationError("give descriptors, --batch-file FILE, --net NAME or --plan FILE")
    }
    if let strategy { _ = try StrategyTable.strategy(named: strategy) }
    guard let epilogue = Epilogue(epilogue) else {
      throw ValidationError(
        "--epilogue \(epilogue): parts are bias, residual, relu, relu6, tanh, joined by +")
    }
    let sets = try isa.map { [try Kernels($0)] } ?? Kernels.available
    let rig = try Rig(threadOptions.request())
    defer { rig.shutdown() }
    let pool = rig.pool
    let problems = try descriptors.map(ConvolutionProblem.init(descriptor:))
    var tally = VerificationTally()
    for problem in problems {
      try tally.check(
        problem, epilogue: epilogue, only: strategy, sets: sets, pool: pool, seed: seed)
    }
    if let batchFile {
      let file = try BatchFile(path: batchFile)
      for skipped in file.skipped { try printResult(skipped) }
      for entry in file.problems {
        try tally.check(
          entry.problem, epilogue: epilogue, only: strategy, sets: sets, pool: pool, seed: seed,
          onlyFailures: true)
      }
      try printResult(
        "\(file.problems.count) problems of \(batchFile), \(file.skipped.count) skipped")
    }
    if let net, plan == nil || !NetworkChoice.isModel(net) {
      let graph = try NetworkChoice(net, networkOptions).graph
      for kernels in sets {
        try tally.check(graph, only: strategy, kernels: kernels, pool: pool, seed: seed)
      }
    }
    if let plan {
      let model = net.flatMap { NetworkChoice.isModel($0) ? $0 : nil }
      try tally.check(
        try Plan.load(path: plan), file: plan, net: model, force: force, pool: pool, seed: seed)
    }
    try printResult(tally.summary)
    if tally.failed > 0 { throw ExitCode(1) }
  }
}

/// Counts what was checked, printing a line per strategy, or per failure.
struct VerificationTally {
  private(set) var passed = 0
  private(set) var failed = 0
  private(set) var untested = 0

  var summary: String { "\(passed) passed, \(failed) failed, \(untested) untested" }

  mutating func check(
    _ problem: ConvolutionProblem, epilogue: Epilogue, only name: String?, sets: [Kernels],
    pool: WorkerPool, seed: UInt64, onlyFailures: Bool = false
  ) throws {
    let title = "\(problem)\(epilogue == .none ? "" : " \(epilogue)")"
    if !onlyFailures { try printResult(title) }
    try MemoryBudget.current.require(
      Verification.bytes(problem, epilogue: epilogue), for: "verifying \(problem)")
    let verification = Verification(problem: problem, epilogue: epilogue, seed: seed)
    for strategy in StrategyTable.all where name == nil || strategy.name == name {
      for kernels in sets {
        let label = "  \(strategy.name.padded(10)) \(kernels.instructionSet.rawValue.padded(8))"
        if let reason = strategy.rejection(of: problem, kernels: kernels) {
          if !onlyFailures { try printResult("\(label) does not apply: \(reason)") }
          continue
        }
        let configurations = strategy.configurations(
          for: problem, kernels: kernels, threads: pool.count)
        var worst = (error: 0.0, tolerance: 0.0)
        for configuration in configurations {
          let outcome = try verification.check(
            Candidate(strategy: strategy.name, configuration: configuration), kernels: kernels,
            pool: pool)
          if outcome.error >= worst.error { worst = (outcome.error, outcome.tolerance) }
          switch outcome.verdict {
          case .passed: passed += 1
          case .untested(let why):
            untested += 1
            try printResult("\(label) UNTESTED \(configuration): \(why)")
          case .failed(let why):
            failed += 1
            if onlyFailures { try printResult(title) }
            try printResult("\(label) FAILED \(configuration): \(why)")
          }
        }
        if onlyFailures { continue }
        try printResult(
          "\(label) \(configurations.count) configurations, largest error "
            + String(format: "%.1e (bound %.0e)", worst.error, worst.tolerance))
      }
    }
  }
}

extension VerificationTally {
  /// The whole network with one strategy wherever it applies.
  mutating func check(
    _ graph: Graph, only name: String?, kernels: Kernels, pool: WorkerPool, seed: UInt64
  ) throws {
    let network = try LoweredNetwork(graph: graph, vectorWidth: kernels.vectorWidth)
    let strategies = try name.map { [try StrategyTable.strategy(named: $0)] } ?? StrategyTable.all
    for strategy in strategies where !strategy.isApproximate {
      let choices = try HeuristicChoices.choices(
        for: network, preferring: strategy.name, kernels: kernels, threads: pool.count)
      let result = try NetworkVerification.verify(
        graph, choices: choices, kernels: kernels, pool: pool, seed: seed)
      try count(result, label: strategy.name, kernels)
    }
  }

  /// The session that a plan describes.
  mutating func check(
    _ plan: Plan, file: String, net: String?, force: Bool, pool: WorkerPool, seed: UInt64
  ) throws {
    let kernels = try Kernels(plan.isa)
    let graph = try NetworkChoice(plan: plan, file: file, net: net, force: force).graph
    let result = try NetworkVerification.verify(
      graph, choices: plan.candidates, fusions: plan.fusions.map(\.fusion), kernels: kernels,
      pool: pool, seed: seed)
    try count(result, label: "plan", kernels)
  }

  private mutating func count(
    _ result: NetworkVerification, label: String, _ kernels: Kernels
  ) throws {
    try printResult("\(label.padded(10)) \(kernels.instructionSet.rawValue.padded(8)) \(result)")
    if result.passed { passed += 1 } else { failed += 1 }
  }
}
