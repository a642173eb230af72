import ArgumentParser
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
      if index > 0 { print() }
      print(problem)
      print(
        "  \("strategy".padded(22))\(column("multiplications"))\(column("additions"))"
          + "\(column("bytes"))\(column("products/output"))\(column("of direct"))")
      for (name, counts) in CountTable.rows(problem) {
        let perOutput = Double(counts.multiplications) / Double(problem.outputShape.count)
        let share =
          Double(counts.multiplications) / Double(problem.directCounts.multiplications)
        print(
          "  \(name.padded(22))\(column(grouped(counts.multiplications)))"
            + "\(column(grouped(counts.additions)))\(column(grouped(counts.bytes)))"
            + "\(column(String(format: "%.2f", perOutput)))"
            + "\(column(String(format: "%.1f %%", 100 * share)))")
      }
    }
  }

  private func column(_ text: String) -> String {
    String(repeating: " ", count: max(1, 18 - text.count)) + text
  }

  /// 1228800 as 1,228,800.
  private func grouped(_ value: Int) -> String {
    var digits = String(value)
    var at = digits.count - 3
    while at > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: at))
      at -= 3
    }
    return digits
  }
}
