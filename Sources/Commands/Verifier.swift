import ArgumentParser
import Base
import Benchmarks
import Convolution
import Execution
import Foundation
import KernelLibrary
import Measurement
import Networks
import Plans
import Topology
import Workers

/// Checks problems, networks and plans within bounds of work, time and memory, a line for what was
/// found as soon as it was.
struct Verifier {
  let strategy: String?
  let configuration: Configuration?
  let sets: [Kernels]
  let epilogues: [Epilogue]
  /// Configurations of a strategy; nil is all.
  let sample: Int?
  let seconds: Double?
  let seed: UInt64
  let pool: WorkerPool
  let binding: String

  private(set) var tally = VerificationTally()
  /// Says what the time did not suffice for.
  private(set) var unfinished: String?
  private let watch = Stopwatch()

  init(
    strategy: String?, configuration: Configuration?, sets: [Kernels], epilogues: [Epilogue],
    sample: Int?, seconds: Double?, seed: UInt64, pool: WorkerPool, binding: String
  ) {
    self.strategy = strategy
    self.configuration = configuration
    self.sets = sets
    self.epilogues = epilogues
    self.sample = sample
    self.seconds = seconds
    self.seed = seed
    self.pool = pool
    self.binding = binding
  }

  private var isLate: Bool { seconds.map { watch.seconds > $0 } ?? false }

  /// What ends a long reference.
  private var stop: StopCheck {
    StopCheck { [watch, seconds] in
      Interrupt.isRequested || seconds.map { watch.seconds > $0 } ?? false
    }
  }

  /// A line of results, at once also where standard output is a file.
  static func say(_ line: String) throws { try printResult(line) }

  /// - Throws: `ExitCode` for an interrupt; what `Verification` throws.
  mutating func check(_ problems: [BatchFile.Problem], onlyFailures: Bool) throws {
    let cases = problems.flatMap { entry in
      epilogues.map { Workload(problem: entry.problem, epilogue: $0) }
    }
    var progress = ProgressLine(label: "verify", total: cases.count)
    defer { progress.finish() }
    for (index, workload) in cases.enumerated() {
      do {
        try Interrupt.check()
        try stop.check()
        progress.update(done: Double(index), note: tally.summary)
        try check(workload, onlyFailures: onlyFailures, &progress)
      } catch is Stopped {
        try Interrupt.check()
        unfinished =
          "stopped after \(seconds ?? 0) s: \(index) of \(cases.count) pairs of problem and "
          + "epilogue were looked at"
        return
      }
    }
  }

  private mutating func check(
    _ workload: Workload, onlyFailures: Bool, _ progress: inout ProgressLine
  ) throws {
    let problem = workload.problem
    func say(_ line: String) throws {
      progress.finish()
      try Self.say(line)
    }
    if !onlyFailures { try say("\(workload)") }
    do {
      try MemoryBudget.current.require(
        Verification.bytes(workload), for: "verifying \(problem)",
        advice: "give a smaller problem")
    } catch let error as MemoryError {
      try say(tally.leaveOut(workload, why: "\(error)"))
      return
    }
    // The reference first, and only where it is needed: it costs more than most candidates.
    var verification: Verification?
    for strategy in StrategyTable.all where self.strategy ?? strategy.name == strategy.name {
      for kernels in sets {
        let label = "  \(strategy.name.padded(10)) \(kernels.instructionSet.rawValue.padded(8))"
        if let reason = strategy.rejection(of: problem, target: Target(kernels, pool: pool)) {
          if !onlyFailures { try say("\(label) does not apply: \(reason)") }
          continue
        }
        let made =
          try verification
          ?? Verification(workload, seed: seed, stop: stop)
        verification = made
        let configurations = VerificationSample.of(
          configuration.map { [$0] }
            ?? strategy.configurations(for: problem, target: Target(kernels, pool: pool)),
          count: sample, seed: seed)
        var worst = (error: 0.0, tolerance: 0.0)
        var count = 0
        for configuration in configurations where !isLate {
          try Interrupt.check()
          let candidate = Candidate(strategy: strategy.name, configuration: configuration)
          let outcome = try made.check(candidate, kernels: kernels, pool: pool)
          count += 1
          if outcome.error >= worst.error { worst = (outcome.error, outcome.tolerance) }
          let line = tally.count(
            outcome.verdict,
            of: VerificationCase(
              workload: workload, candidate: candidate, instructionSet: kernels.instructionSet,
              seed: seed, threads: pool.count, binding: binding))
          if let line { try say(line) }
        }
        if onlyFailures { continue }
        try say(
          "\(label) \(count) configurations, largest error "
            + String(format: "%.1e (bound %.0e)", worst.error, worst.tolerance))
      }
    }
  }

  /// The whole network with one strategy wherever it applies.
  mutating func check(_ graph: Graph, name: String) throws {
    let strategies =
      try strategy.map { [try StrategyTable.strategy(named: $0)] } ?? StrategyTable.all
    for kernels in sets {
      let network = try LoweredNetwork(graph: graph, vectorWidth: kernels.vectorWidth)
      for strategy in strategies where !strategy.isApproximate {
        try Interrupt.check()
        let choices = try HeuristicChoices.choices(
          for: network, preferring: strategy.name, target: Target(kernels, pool: pool))
        let result: NetworkVerification
        do {
          try stop.check()
          result = try NetworkVerification.verify(
            graph, choices: choices, kernels: kernels, pool: pool, seed: seed, stop: stop)
        } catch is Stopped {
          try Interrupt.check()
          unfinished = "stopped after \(seconds ?? 0) s, before all of \(name)"
          return
        }
        try count(
          result, label: strategy.name, kernels,
          command: "convbench verify --net \(name) --strategy \(strategy.name) "
            + "--isa \(kernels.instructionSet.rawValue) --seed \(seed) --threads \(pool.count)")
      }
    }
  }

  /// The session that a plan describes.
  mutating func check(_ plan: Plan, file: String, net: String?, force: Bool) throws {
    try Interrupt.check()
    let kernels = try Kernels(plan.isa)
    let graph = try NetworkChoice(plan: plan, file: file, net: net, force: force).graph
    try plan.check(
      against: LoweredNetwork(graph: graph, vectorWidth: kernels.vectorWidth), file: file)
    let result: NetworkVerification
    do {
      result = try NetworkVerification.verify(
        graph, choices: plan.candidates, fusions: plan.fusions.map(\.fusion), kernels: kernels,
        pool: pool, seed: seed, stop: stop)
    } catch is Stopped {
      try Interrupt.check()
      unfinished = "stopped after \(seconds ?? 0) s, before the end of \(file)"
      return
    }
    try count(
      result, label: "plan", kernels,
      command: "convbench verify --plan \(file)" + (net.map { " --net \($0)" } ?? "")
        + " --seed \(seed) --threads \(pool.count)")
  }

  private mutating func count(
    _ result: NetworkVerification, label: String, _ kernels: Kernels, command: String
  ) throws {
    let line = "\(label.padded(10)) \(kernels.instructionSet.rawValue.padded(8)) \(result)"
    try Self.say(tally.count(network: line, passed: result.passed, command: command))
  }
}
