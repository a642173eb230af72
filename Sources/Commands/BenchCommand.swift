import ArgumentParser
import Base
import Benchmarks
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Results
import Topology
import Workers

struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Time every strategy and its best configurations on single convolutions.",
    discussion: """
      % of peak: executed operations against the FMA peak measured beside the samples. % of roof: \
      the least time that the peak and the bandwidths of caches and memory allow, over the time; \
      the roof is what that least time is bound by.
      """)

  enum Cache: String, ExpressibleByArgument, CaseIterable {
    case hot
    case coldWeights = "cold-weights"
    case cold

    var state: CacheState {
      switch self {
      case .hot: .hot
      case .coldWeights: .network
      case .cold: .cold
      }
    }
  }

  @OptionGroup var batch: BatchArguments
  @Option(help: "Strategies: all, or names joined by commas.") var strategy = "all"
  @Option(help: "What is fused behind the convolution, e.g. bias+residual+relu.")
  var epilogue = "none"
  @Option(help: "Instruction set (default: the best of this CPU).") var isa: InstructionSet?
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var record: RecordOptions
  @Option(
    help: """
      Where data are: hot (as the last run left them), cold-weights (as in a network: input just \
      written, weights not in private caches), cold (in memory).
      """)
  var cache: Cache?
  @Option(
    help: ArgumentHelp(
      "For profilers: run the first guess of the one --strategy so often and nothing else, with "
        + "hot caches unless --cache says otherwise.", valueName: "n"))
  var repeats: Int?
  @Option(help: "Configurations to show per strategy.") var top = 1
  @Option(help: "Seconds to look at a strategy's configurations, and to sample the best.")
  var seconds = 1.5
  @Option(
    help:
      ArgumentHelp("Append the results to this file; - is standard output.", valueName: "file"))
  var csv: String?
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard !batch.isEmpty else {
      throw ValidationError("give descriptors or --batch-file FILE")
    }
    if json, csv.map({ OutputFile($0).isStandardOutput }) == true {
      throw ValidationError("--json and --csv \(csv ?? "") would both be standard output")
    }
    guard (1...1000).contains(top) else {
      throw ValidationError("--top \(top): a number from 1 to 1000")
    }
    guard (0.01...3600).contains(seconds) else {
      throw ValidationError("--seconds \(seconds): from 0.01 to 3600")
    }
    if let repeats {
      guard (1...1_000_000_000).contains(repeats) else {
        throw ValidationError("--repeats \(repeats): a number from 1 to 1000000000")
      }
      guard strategy != "all", !strategy.contains(","), csv == nil, !json else {
        throw ValidationError("--repeats needs one --strategy, and writes neither CSV nor JSON")
      }
    }
  }

  func run() throws {
    var options = ProblemBenchmark.Options()
    let cache = cache ?? (repeats == nil ? .coldWeights : .hot)
    options.state = cache.state
    options.epilogue = try EpilogueOption.epilogue(epilogue)
    options.top = top
    options.seconds = seconds
    if strategy != "all" {
      let names = strategy.split(separator: ",").map(String.init)
      for name in names { _ = try StrategyTable.strategy(named: name) }
      options.strategies = names
    }
    let given = try batch.read()
    guard !given.problems.isEmpty else {
      throw MeasurementError(
        "nothing to measure: \(batch.batchFile.joined(separator: ", ")) has no problem that is run")
    }
    let kernels = try isa.map { try Kernels($0) } ?? .best
    let rig = try Rig(threads.request())
    defer { rig.shutdown() }
    let (machine, placement, pool) = (rig.machine, rig.placement, rig.pool)
    let identity = RunIdentity(
      machine: machine, team: rig.team, isa: kernels.instructionSet, network: "", batch: 0,
      resolution: 0, choice: "bench", labels: try record.labels(), name: record.machineName)
    let rowsFile = try csv.map { try CSVOutput<BenchRow>($0) }
    // A table beside rows that are standard output's is for the person who waits.
    func show(_ text: String) throws {
      if json { return }
      try rowsFile.map { try printResult(text, beside: $0.file) } ?? printResult(text)
    }
    try show(
      "\(machine.cpuModel), \(kernels.instructionSet.title), \(placement), \(cache.rawValue)")
    let benchmark = ProblemBenchmark(kernels: kernels, pool: pool, machine: machine)
    var rows: [BenchRow] = []
    var failed = 0
    for problem in given.problems {
      try Interrupt.check()
      do {
        if let repeats {
          let run = try benchmark.repeatedly(
            problem.problem, times: repeats, options: options,
            isCancelled: { Interrupt.isRequested })
          try Interrupt.check()
          try printResult(BenchText.text(run, problem: problem))
          continue
        }
        let result = try benchmark.run(problem.problem, options: options) {
          Interrupt.isRequested
        }
        try Interrupt.check()
        let added = result.entries.map {
          BenchRow(
            $0, problem: problem, epilogue: result.epilogue, cache: cache.rawValue,
            identity: identity)
        }
        rows += added
        try rowsFile?.append(added)
        try show("\n" + BenchText.text(result, problem: problem))
      } catch let error as MeasurementError {
        // The others of a batch may fit.
        printProblem("\(error)")
        failed += 1
      }
    }
    if json {
      try printJSON(rows)
    }
    if failed > 0 { throw ExitCode(2) }
    try batch.finish(given)
  }
}
