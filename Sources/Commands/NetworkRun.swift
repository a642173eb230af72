import ArgumentParser
import Base
import Convolution
import Execution
import Foundation
import KernelLibrary
import Measurement
import Networks
import Plans
import Results
import Runs
import Topology
import Workers

/// A network with the choices it runs with and the workers it runs on.
struct NetworkRun {
  /// As it runs, the plan's layers fused.
  let network: LoweredNetwork
  /// With a step for every layer.
  let separate: LoweredNetwork
  let options: NetworkOptions
  let choices: [Candidate]
  /// Of the plan, with their times.
  let fusions: [PlanFusion]
  /// `plan`, or a strategy's name.
  let label: String
  let kernels: Kernels
  let rig: Rig
  /// What the user says of the run.
  var labels = RunLabels()
  var machineName: String?
  /// Planar, for the graph's inputs; nil is seeded noise.
  var inputs: [[Float]]?

  /// Of parameters and input: every run of a network computes the same numbers.
  static let seed: UInt64 = 1

  /// A plan's choices. Without thread options it runs on workers as the plan's.
  ///
  /// A plan of a model needs `net`, the model's file. What differs from the conditions of the plan
  /// goes to standard error, a line each.
  ///
  /// - Parameter machine: nil is this one.
  /// - Throws: `RunError` where the plan cannot run here, or with `strict` is stale here.
  init(
    plan: Plan, file: String, net: String?, force: Bool, threads: ThreadRequest, strict: Bool,
    machine: Machine? = nil
  ) throws {
    let machine = try machine ?? Machine.probe()
    rig = try Rig(Self.request(plan, threads, machine), machine: machine)
    let differences = plan.differences(from: rig.conditions)
    for difference in differences { printProblem("\(file): \(difference)") }
    let refused = differences.first { $0.severity == .fatal || (strict && $0.severity == .stale) }
    if let refused {
      throw RunError(
        "\(file) was not made for this: \(refused.field) differs"
          + (refused.severity == .fatal ? "" : " and --strict is set") + "; tune again")
    }
    kernels = try Kernels(plan.isa)
    let graph = try NetworkChoice(plan: plan, file: file, net: net, force: force).graph
    separate = try LoweredNetwork(graph: graph, vectorWidth: kernels.vectorWidth)
    options = plan.network.options
    try plan.check(against: separate, file: file)
    do {
      network = try separate.fusing(plan.fusions.map(\.fusion))
    } catch let error as ExecutionError {
      throw RunError("\(file): fusions: \(error)")
    }
    choices = plan.candidates
    fusions = plan.fusions
    label = "plan"
  }

  /// One strategy wherever it applies.
  ///
  /// - Throws: `GraphError`, `OnnxError`, `StrategyError`, `TopologyError`, `InstructionSetError`.
  init(
    net: String, request: NetworkRequest, strategy: String, isa: InstructionSet?,
    threads: ThreadRequest, machine: Machine? = nil
  ) throws {
    let graph = try NetworkChoice(net, request).graph
    options = request.options
    kernels = try isa.map { try Kernels($0) } ?? Kernels.best
    let machine = try machine ?? Machine.probe()
    let placement = try machine.placement(for: threads)
    separate = try LoweredNetwork(graph: graph, vectorWidth: kernels.vectorWidth)
    network = separate
    choices = try HeuristicChoices.choices(
      for: network, preferring: strategy, target: Target(kernels, placement: placement))
    fusions = []
    label = strategy
    guard network.layers.isEmpty || choices.contains(where: { $0.strategy == strategy }) else {
      throw RunError(
        "\(strategy) applies to no layer of \(graph.name); convbench kernels says what it computes")
    }
    rig = try Rig(threads, machine: machine)
  }

  /// What the plan asks for, unless the command line says otherwise or there is no such place here.
  private static func request(
    _ plan: Plan, _ asked: ThreadRequest, _ machine: Machine
  ) throws -> ThreadRequest {
    let planned = try plan.threads.request()
    let isAsked = asked != ThreadRequest()
    return isAsked || (try? machine.placement(for: planned)) == nil ? asked : planned
  }
}

extension NetworkRun {
  var pool: WorkerPool { rig.pool }

  /// A session with its input loaded.
  ///
  /// - Parameter other: the network with other steps; nil is the network as it runs.
  func session(_ choices: [Candidate], on other: LoweredNetwork? = nil) throws -> Session {
    ResidentMemory.forget()
    let session = try Session(
      network: other ?? network, seed: Self.seed, choices: choices, kernels: kernels, pool: pool)
    try session.load(inputs: inputs ?? network.graph.seededInputs(seed: Self.seed))
    return session
  }

  /// The network's, with the options that no other column tells.
  private var name: String {
    var text = network.graph.name
    if let shortcut = options.shortcut { text += "-shortcut\(shortcut.rawValue)" }
    if let count = options.identityLayers { text += "-identity\(count)" }
    return text
  }

  /// Of a run that starts now.
  var identity: RunIdentity {
    RunIdentity(
      machine: rig.machine, team: rig.team, isa: kernels.instructionSet,
      network: name, batch: network.graph.input.batch,
      resolution: network.graph.input.height, width: network.graph.input.width, choice: label,
      choices: RunChoices(network, choices, isa: kernels.instructionSet), labels: labels,
      name: machineName)
  }

  /// Measures the choices in a session of their own.
  func measure(seconds: Double) throws -> RunReport {
    try measure(session(choices), until: StoppingRule(seconds: seconds))
  }

  /// Warms up and measures, with a bar on standard error.
  ///
  /// - Parameters:
  ///   - session: of this network with these choices.
  ///   - warmUp: seconds before it; nil is as usual.
  /// - Throws: what `Session` throws, `ExitCode` for an interrupt.
  func measure(
    _ session: Session, until rule: StoppingRule, warmUp: Double? = nil
  ) throws -> RunReport {
    let identity = identity
    try Interrupt.check()
    let benchmark = SessionBenchmark(session: session, pool: pool, kernels: kernels)
    benchmark.warmUp(seconds: warmUp, isCancelled: { Interrupt.isRequested })
    var progress = ProgressLine(label: "run \(network.graph.name)", total: 100)
    benchmark.measure(
      rule, isCancelled: { Interrupt.isRequested },
      progress: { progress.update(done: 100 * $0) })
    progress.finish()
    try Interrupt.check()
    guard let report = RunReport(identity: identity, session: session, benchmark: benchmark) else {
      throw RunError("\(network.graph.name): no inference was timed")
    }
    return report
  }
}

/// A run that cannot be: one line saying why.
struct RunError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
