import ArgumentParser
import Foundation
import KernelLibrary
import Measurement
import Reports
import Topology
import Workers

struct MicroCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "micro",
    abstract: "Time the register tiles alone, against the FMA peak measured beside them.",
    discussion: """
      One thread, operands in L1. Tiles are named pixels×columns (a column is one block of output \
      channels), those over two output rows 2×pixels×columns.
      """)

  @Option(help: "Only this instruction set (default: all that the CPU has).")
  var isa: InstructionSet?
  @Option(
    help: ArgumentHelp(
      "Exit with 1 when an instruction set's best tile is below this share of its peak.",
      valueName: "percent"))
  var check: Double?
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    if let check, !(0...100).contains(check) {
      throw ValidationError("--check \(check): a share from 0 to 100 percent")
    }
  }

  /// So long it looks again at what is below the limit: a slow spell of the machine, which costs
  /// tiles more than the peak's few instructions, must not fail a check.
  private static let patienceSeconds = 30.0

  func run() throws {
    let sets = try isa.map { [try Kernels($0)] } ?? Kernels.available
    let machine = try Machine.probe()
    // Binds this thread to a core.
    let pool = WorkerPool(placement: try machine.placement(for: ThreadRequest(count: .exactly(1))))
    defer { pool.shutdown() }
    Interrupt.install()
    var all: [TileBenchmark.Result] = []
    var failures: [String] = []
    for kernels in sets {
      var results = TileBenchmark.measure(kernels: kernels) { Interrupt.isRequested }
      if let check {
        let watch = Stopwatch()
        while Self.best(results)?.shareOfPeak ?? 0 < check / 100,
          watch.seconds < Self.patienceSeconds, !Interrupt.isRequested
        {
          results = TileBenchmark.measure(kernels: kernels) { Interrupt.isRequested }
        }
      }
      try Interrupt.check()
      all += results
      if let check, let best = Self.best(results), best.shareOfPeak < check / 100 {
        failures.append(
          "\(kernels.instructionSet.rawValue): the best tile \(best.name) reaches "
            + "\(NumberText.percent(best.shareOfPeak)) of the FMA peak, below \(check) %")
      }
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      print(String(decoding: try encoder.encode(all), as: UTF8.self))
    } else {
      print(Self.table(all, sets: sets))
    }
    for failure in failures { printProblem(failure) }
    if !failures.isEmpty { throw ExitCode(1) }
  }

  private static func best(_ results: [TileBenchmark.Result]) -> TileBenchmark.Result? {
    results.max { $0.shareOfPeak < $1.shareOfPeak }
  }

  private static func table(_ results: [TileBenchmark.Result], sets: [Kernels]) -> String {
    var table = TextTable([.left("isa"), .right("tile"), .right("GFLOP/s"), .right("% of peak")])
    for result in results {
      table.add([
        result.instructionSet.rawValue, result.name, NumberText.gflops(result.gflops),
        NumberText.percentNumber(result.shareOfPeak),
      ])
    }
    let lines = sets.compactMap { kernels -> String? in
      guard
        let best = best(results.filter { $0.instructionSet == kernels.instructionSet })
      else { return nil }
      return "best of \(kernels.instructionSet.rawValue): \(best.name) with "
        + "\(NumberText.percent(best.shareOfPeak)) of \(NumberText.gflops(best.gflops / best.shareOfPeak)) GFLOP/s"
    }
    return "\(table)\n\n" + lines.joined(separator: "\n")
  }
}
