import ArgumentParser
import Base
import Foundation
import KernelLibrary
import Plans
import Store
import Topology
import Tuning

struct PlanDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compare two plans of one network layer by layer, and price what differs.",
    discussion: """
      Times are those in the plans, each of its own machine. Where the store has races of the first \
      plan's machine (or of --on), the last columns say what either choice takes there: nothing is \
      measured.
      """)

  @Argument(help: "The first plan.")
  var first: String

  @Argument(help: "The second.")
  var second: String

  @Option(
    help: ArgumentHelp(
      "Price on this machine of the store (default: the first plan's).", valueName: "machine"))
  var on: String?

  @Flag(help: "Print layers that do not differ, too.")
  var all = false

  @Flag(help: "Print whole configurations, not only what differs.")
  var wide = false

  @OptionGroup var store: StoreOption

  func run() throws {
    let plans = try [first, second].map { try Plan.load(path: $0) }
    let diff = try PlanDiff(plans[0], plans[1], names: [first, second])
    for (name, plan) in zip(["A", "B"], plans) {
      let path = name == "A" ? first : second
      try printResult("\(name)  \(path): \(plan.summary)")
    }
    let prices = try prices(plans)
    var columns: [TextTable.Column] = [.left("layer"), .right("A ms"), .right("B ms")]
    if prices != nil { columns += [.right("A there"), .right("B there"), .right("B costs")] }
    columns += [.left("A"), .left("B")]
    var table = TextTable(columns)
    for row in all ? diff.rows : diff.different {
      var cells = [row.name, Self.ms(row.ms[0]), Self.ms(row.ms[1])]
      if let prices {
        let there = prices.map { $0.ms(of: row.layers) }
        cells += there.map(Self.ms) + [Self.change(there[0], there[1])]
      }
      let choices = wide || row.isSame ? row.choices : row.differences
      table.add(cells + [choices[0], row.isSame ? "=" : choices[1]])
    }
    if !(all ? diff.rows : diff.different).isEmpty { try printResult("\n\(table)\n") }
    let count = diff.different.reduce(0) { $0 + $1.layers.count }
    let blocks = plans.map { $0.fusions.count }
    try printResult(
      "\(count) of \(plans[0].layers.count) layers differ; fused blocks: \(blocks[0]) and \(blocks[1])"
    )
    if let prices { try printResult(cost(diff, prices)) }
  }

  private func prices(_ plans: [Plan]) throws -> [PlanPrice]? {
    guard let store = try store.openIfThere() else { return nil }
    guard let machine = try machine(store, plans[0]) else { return nil }
    let pricer = try PlanPricer(
      store: store, machine: machine, isa: plans[0].isa, threads: plans[0].threads.count,
      smt: plans[0].threads.smt)
    guard pricer.races > 0 else { return nil }
    try printResult(
      "there: \(machine.name), \(plans[0].isa.title), \(plans[0].threads.count) threads, from "
        + "\(pricer.races) stored races")
    return plans.map(pricer.price)
  }

  private func machine(_ store: Store, _ plan: Plan) throws -> MachineFingerprint? {
    if let on { return try store.machine(named: on) }
    return try store.machines().first { $0.id == plan.machine.id }
  }

  private func cost(_ diff: PlanDiff, _ prices: [PlanPrice]) -> String {
    let differing = diff.different
    let known = differing.filter { row in prices.allSatisfy { $0.ms(of: row.layers) != nil } }
    let sums = prices.map { price in known.reduce(0) { $0 + (price.ms(of: $1.layers) ?? 0) } }
    let unknown = differing.count - known.count
    return "what differs takes \(Self.ms(sums[0])) ms by A and \(Self.ms(sums[1])) ms by B there: "
      + "B costs \(Self.change(sums[0], sums[1]))"
      + (unknown > 0 ? "; \(unknown) of \(differing.count) are not known there" : "")
  }

  static func ms(_ value: Double?) -> String { value.map { NumberText.milliseconds($0) } ?? "–" }

  private static func change(_ first: Double?, _ second: Double?) -> String {
    guard let first, let second else { return "–" }
    let difference = second - first
    let sign = difference < 0 ? "−" : "+"
    return sign + NumberText.milliseconds(abs(difference))
      + (first > 0 ? " (\(sign)\(NumberText.percent(abs(difference) / first)))" : "")
  }
}

extension Plan {
  /// Network, machine, team and hash on a line.
  var summary: String {
    "\(network.title); \(machine.name), \(threads.count) \(threads.count == 1 ? "thread" : "threads"), "
      + "\(isa.title); hash \(hash)"
  }
}

extension Store {
  /// A machine by its name or a pattern of it, or by the beginning of its id; `here` is this one.
  ///
  /// - Throws: `RunError` where none or several are meant, naming those that there are.
  func machine(named text: String, option: String = "--on") throws -> MachineFingerprint {
    if text == "here" { return try Machine.probe().fingerprint }
    let all = try machines()
    let meant = all.filter {
      $0.id.hasPrefix(text) || $0.name == text || fnmatch(text, $0.name, 0) == 0
    }
    guard let machine = meant.first, meant.count == 1, !text.isEmpty else {
      let names = (meant.count > 1 ? meant : all).map { "\($0.name) (\($0.id))" }
      throw RunError(
        "\(option) \(text.prefix(60)): "
          + (meant.count > 1 ? "several machines are meant: " : "the store has ")
          + (names.isEmpty ? "no machine" : names.prefix(8).joined(separator: ", ")))
    }
    return machine
  }
}
