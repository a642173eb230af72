import ArgumentParser
import Foundation
import KernelInterface
import KernelLibrary
import Topology

struct KernelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kernels",
    abstract:
      "Lists the strategies, their parameters, the instruction sets of this CPU and their kernels.")

  @Flag(help: "Print JSON.") var json = false

  private struct Listing: Encodable {
    struct Strategy: Encodable {
      let name: String
      let appliesTo: String
      let approximate: Bool
      let tunables: [String: String]
      let parameters: [Parameter]
    }
    struct Parameter: Encodable {
      let name: String
      let meaning: String
      /// Such as `from 1 to 4`.
      let values: String
    }
    struct InstructionSet: Encodable {
      let name: String
      let title: String
      let vectorWidth: Int
      let vectorRegisters: Int
      let kernels: [Kernel]
    }
    struct Kernel: Encodable {
      let name: String
      let family: String
      let elements: String
      /// Channels that one product sums.
      let granularity: Int
    }
    let strategies: [Strategy]
    let instructionSets: [InstructionSet]
  }

  /// A line per family: how many kernels, and of the register tiles which are the largest.
  private static func families(of kernels: Kernels) -> [String] {
    var order: [String] = []
    var rows: [String: [KernelRow]] = [:]
    for row in kernels.set.rows {
      if rows[row.family] == nil { order.append(row.family) }
      rows[row.family, default: []].append(row)
    }
    return order.map { family in
      let all = rows[family]!
      let types = Set(all.map(\.elements.rawValue)).sorted().joined(separator: ", ")
      let tiles = Dictionary(grouping: all.compactMap(\.tile)) { [$0.columns, $0.rows] }
        .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        .compactMap { $0.value.max { $0.pixels < $1.pixels }?.name }
      return "\(String(all.count).padded(3)) \(family), \(types)"
        + (tiles.isEmpty ? "" : ": tiles up to " + tiles.joined(separator: ", "))
    }
  }

  func run() throws {
    let listing = Listing(
      strategies: StrategyTable.all.map { strategy in
        .init(
          name: strategy.name, appliesTo: strategy.summary, approximate: strategy.isApproximate,
          tunables: Dictionary(
            uniqueKeysWithValues: strategy.tunables.map { ($0.name, $0.meaning) }),
          parameters: strategy.tunables.map {
            .init(name: $0.name, meaning: $0.meaning, values: $0.domain.description)
          })
      },
      instructionSets: Kernels.available.map {
        .init(
          name: $0.instructionSet.rawValue, title: $0.instructionSet.title,
          vectorWidth: $0.vectorWidth, vectorRegisters: $0.set.vectorRegisters,
          kernels: $0.set.rows.map {
            .init(
              name: $0.name, family: $0.family, elements: $0.elements.rawValue,
              granularity: $0.granularity)
          })
      })
    if json {
      try printJSON(listing)
      return
    }
    try printResult("Instruction sets of this CPU (--isa), the last is used by default:")
    for set in listing.instructionSets {
      try printResult(
        "  \(set.name.padded(10)) \(set.title), \(set.vectorWidth) floats a vector, "
          + "\(set.vectorRegisters) registers, \(set.kernels.count) kernels")
    }
    try printResult("\nKernels of the default (--json has each, of all):")
    for line in Self.families(of: Kernels.best) { try printResult("  \(line)") }
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
