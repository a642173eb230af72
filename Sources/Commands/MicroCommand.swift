import ArgumentParser
import Base
import Foundation
import KernelLibrary
import Measurement
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
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let sets = try isa.map { [try Kernels($0)] } ?? Kernels.available
    // Binds this thread to a core.
    let rig = try Rig(ThreadRequest(count: .exactly(1)))
    defer { rig.shutdown() }
    let all = sets.flatMap { TileBenchmark.measure(kernels: $0) { Interrupt.isRequested } }
    try Interrupt.check()
    if json {
      try printJSON(all)
    } else {
      try printResult(Self.table(all, sets: sets))
    }
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
        let best = results.filter({ $0.instructionSet == kernels.instructionSet })
          .max(by: { $0.shareOfPeak < $1.shareOfPeak })
      else { return nil }
      return "best of \(kernels.instructionSet.rawValue): \(best.name) with "
        + "\(NumberText.percent(best.shareOfPeak)) of \(NumberText.gflops(best.gflops / best.shareOfPeak)) GFLOP/s"
    }
    return "\(table)\n\n" + lines.joined(separator: "\n")
  }
}
