import ArgumentParser
import Foundation
import KernelLibrary
import Topology

struct KernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract: "Lists the strategies, their parameters and the instruction sets of this CPU.")

  @Flag(help: "Print JSON.") var json = false

  private struct Listing: Encodable {
    struct Strategy: Encodable {
      let name: String
      let appliesTo: String
      let approximate: Bool
      let tunables: [String: String]
    }
    struct InstructionSet: Encodable {
      let name: String
      let title: String
      let vectorWidth: Int
    }
    let strategies: [Strategy]
    let instructionSets: [InstructionSet]
  }

  func run() throws {
    let listing = Listing(
      strategies: StrategyTable.all.map { strategy in
        .init(
          name: strategy.name, appliesTo: strategy.summary, approximate: strategy.isApproximate,
          tunables: Dictionary(
            uniqueKeysWithValues: strategy.tunables.map { ($0.name, $0.meaning) }))
      },
      instructionSets: Kernels.available.map {
        .init(
          name: $0.instructionSet.rawValue, title: $0.instructionSet.title,
          vectorWidth: $0.vectorWidth)
      })
    if json {
      try printJSON(listing)
      return
    }
    try printResult("Instruction sets of this CPU (--isa), the last is used by default:")
    for set in listing.instructionSets {
      try printResult("  \(set.name.padded(10)) \(set.title), \(set.vectorWidth) floats a vector")
    }
    try printResult("\nStrategies (--strategy, --strategies):")
    for strategy in StrategyTable.all {
      try printResult("  \(strategy.name.padded(10)) \(strategy.summary)")
      for tunable in strategy.tunables {
        try printResult("  \("".padded(10))   \(tunable.name.padded(8)) \(tunable.meaning)")
      }
    }
  }
}

extension String {
  /// The text filled with spaces to at least `width` characters.
  func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
