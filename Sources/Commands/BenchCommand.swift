import ArgumentParser
import Base
import Benchmarks
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Results
import Runs
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

      --net, --batch, --threads and --isa take several values, commas between: each is measured \
      with each, and a table at the end says what threads and batches bring (docs/sweeps.md).

        convbench bench mb1ic64ih56oc64oh56kh3ph1
        convbench bench mb1ic64ih56oc64oh56kh3ph1 --threads 1,2 --batch 1,8
        convbench bench --net resnet18 --strategy direct,winograd --csv layers.csv
        convbench bench --batch-file shapes.txt --until-ci 1% --dry-run
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

  @OptionGroup var problems: BatchArguments
  @Option(
    help: ArgumentHelp(
      "The convolutions of these networks, too (patterns such as 'resnet*', or ONNX files).",
      valueName: "names"), completion: .networks)
  var net: String?
  @Option(
    help: ArgumentHelp(
      "Images at a time, e.g. 1,8 (default: as the problems say).", valueName: "n"),
    transform: ValueList.batches)
  var batch: ValueList<Int>?
  @Option(help: "Strategies: all, or names joined by commas.", completion: .strategies)
  var strategy = "all"
  @Option(help: "What is fused behind the convolution, e.g. bias+residual+relu.")
  var epilogue = "none"
  @Option(
    help: ArgumentHelp(
      "Instruction sets, e.g. avx2,avx512 (default: the best of this CPU).", valueName: "sets"),
    transform: ValueList.instructionSets)
  var isa: ValueList<InstructionSet>?
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
  @OptionGroup var stopping: StoppingArguments
  @OptionGroup var preview: PreviewOptions
  @Option(
    help:
      ArgumentHelp("Append the results to this file; - is standard output.", valueName: "file"))
  var csv: String?
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard !problems.isEmpty || net != nil else {
      throw ValidationError("give descriptors or --batch-file FILE, or --net NET")
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
    if preview.isAsked, json || repeats != nil {
      throw ValidationError("--list and --dry-run go without --json and --repeats")
    }
    if let repeats {
      guard (1...1_000_000_000).contains(repeats) else {
        throw ValidationError("--repeats \(repeats): a number from 1 to 1000000000")
      }
      guard strategy != "all", !strategy.contains(","), csv == nil, !json else {
        throw ValidationError("--repeats needs one --strategy, and writes neither CSV nor JSON")
      }
      guard !stopping.isGiven else {
        throw ValidationError("--repeats says how often: leave out --until-ci and --min-samples")
      }
    }
  }

  private var state: Cache { cache ?? (repeats == nil ? .coldWeights : .hot) }

  func run() throws {
    let options = try options()
    var given = try problems.read()
    for name in try net.map(NetworkNames.all) ?? [] {
      let graph = try NetworkChoice(name, NetworkRequest()).graph
      given.problems += BatchFile(text: BenchdnnText.lines(of: graph), path: name).problems
    }
    guard !given.problems.isEmpty else {
      throw MeasurementError(
        "nothing to measure: "
          + (problems.batchFile + [net].compactMap(\.self)).joined(separator: ", ")
          + " has no problem that is run")
    }
    let sweep = Sweep(
      instructionSets: isa?.values, batches: batch?.values, threads: try threads.counts())
    let machine = try Machine.probe()
    try RunSweep.check(sweep, machine, threads)
    let bench = BenchSweep(
      sweep: sweep, problems: given.problems, options: options, cache: state.rawValue,
      machine: machine, threads: threads)
    if preview.isAsked { return try bench.forecast(isListOnly: preview.list).show(preview) }
    var output = BenchOutput(
      file: try csv.map { try CSVOutput<BenchRow>($0) }, isJSON: json,
      labels: try record.labels(), machineName: record.machineName)
    let failed = try bench.run(&output, repeats: repeats)
    if json { try printJSON(output.rows) }
    if sweep.isSeveral { try output.show("\n\(BenchSweep.scaling(output.rows))") }
    if failed > 0 { throw ExitCode(2) }
    try problems.finish(given)
  }

  private func options() throws -> ProblemBenchmark.Options {
    var options = ProblemBenchmark.Options()
    options.state = state.state
    options.epilogue = try EpilogueOption.epilogue(epilogue)
    options.top = top
    options.seconds = seconds
    options.stopping = stopping.isGiven ? stopping.rule(seconds: seconds) : nil
    options.warmUpSeconds = stopping.warmUp ?? 0
    if strategy != "all" {
      let names = strategy.split(separator: ",").map(String.init)
      for name in names { _ = try StrategyTable.strategy(named: name) }
      options.strategies = names
    }
    return options
  }
}
