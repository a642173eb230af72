import ArgumentParser
import Base
import Convolution
import Foundation
import KernelLibrary

struct CountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Counts what each strategy multiplies, adds and moves for a convolution.")

  @Argument(help: "benchdnn descriptors, e.g. mb1ic3ih12oc256oh8kh5ph0.")
  var descriptors: [String]

  func run() throws {
    let problems = try descriptors.map(ConvolutionProblem.init(descriptor:))
    for (index, problem) in problems.enumerated() {
      if index > 0 { try printResult("") }
      try printResult(problem)
      var table = TextTable([
        .left("strategy"), .right("multiplications"), .right("additions"), .right("bytes"),
        .right("products/output"), .right("of direct"),
      ])
      for (name, counts) in CountTable.rows(problem) {
        let perOutput = Double(counts.multiplications) / Double(problem.outputShape.count)
        let direct = problem.directCounts.multiplications
        table.add([
          name, NumberText.grouped(counts.multiplications), NumberText.grouped(counts.additions),
          NumberText.grouped(counts.bytes), String(format: "%.2f", perOutput),
          NumberText.percent(Double(counts.multiplications) / Double(direct)),
        ])
      }
      try printResult(table)
    }
  }
}
