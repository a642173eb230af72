import ArgumentParser
import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Plans
import Topology

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Look into plan files, or make one from the store.",
    subcommands: [
      PlanShowCommand.self, PlanMakeCommand.self, PlanBundleCommand.self, PlanDiffCommand.self,
      PlanPriceCommand.self, PlanAgreeCommand.self,
    ])
}

struct PlanShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print a plan as a table, and what differs from this machine.",
    discussion: "Of a bundle, print a row for each plan, and which of them run takes here.")

  @Argument(help: "The plan file, or a bundle of plans.")
  var plan: String

  @OptionGroup var store: StoreOption

  func run() throws {
    switch try PlanFile.load(path: plan) {
    case .plan(let plan):
      try printResult(PlanTable(plan).text)
      for difference in try plan.differencesHere() { printProblem("\(difference)") }
    case .bundle(let bundle): try show(bundle)
    }
  }

  private func show(_ bundle: PlanBundle) throws {
    do {
      let choice = try bundle.choice(ThreadRequest(), store: store, file: plan)
      try printResult(BundleTable(bundle: bundle, chosen: choice.index).text)
      try printResult("\nhere run takes plan \(choice.index): \(choice.reason)")
    } catch let error as PlanError {
      // None can run here: what is in it is worth a look all the same.
      try printResult(BundleTable(bundle: bundle, chosen: nil).text)
      printProblem("\(error)")
    }
  }
}

extension Plan {
  /// What differs between the plan and the machine this runs on.
  func differencesHere() throws -> [Difference] { differences(from: try conditionsHere()) }

  /// What this machine would run it with: the plan's own threads as far as they exist here.
  func conditionsHere() throws -> Conditions {
    let machine = try Machine.probe()
    let planned = try threads.request()
    return try Conditions(
      here: (try? machine.placement(for: planned)) == nil ? ThreadRequest() : planned)
  }
}

extension Conditions {
  /// What this process gets where it asks for such workers: it starts them, since the system may
  /// refuse to bind.
  init(here request: ThreadRequest) throws {
    let rig = try Rig(request)
    defer { rig.shutdown() }
    self = rig.conditions
  }
}

/// A plan for people: a head, a row per layer, totals.
struct PlanTable {
  private let plan: Plan

  init(_ plan: Plan) { self.plan = plan }

  var text: String {
    guard !plan.layers.isEmpty else {
      return head + "\nno convolutions and no fully connected layers: there is nothing to choose"
    }
    var table = TextTable(
      [
        .left("layer"), .left("problem"), .left("strategy"), .right("hot ms", drop: 4),
        .right("isolated ms"), .right("±%", drop: 2), .right("in network ms"),
        .right("±%", drop: 3),
        .left("next", drop: 6), .right("+%", drop: 7), .right("error", drop: 1),
        .left("from", drop: 5),
      ], joinsRepeats: true)
    for layer in plan.layers { table.add(Self.row(layer)) }
    return ([head, table.description] + fusions + [total]).joined(separator: "\n")
  }

  private var head: String {
    var text = "\(plan.network.name), batch \(plan.network.batch)"
    if let resolution = plan.network.resolution { text += ", resolution \(resolution)" }
    if let shortcut = plan.network.shortcut { text += ", shortcut \(shortcut)" }
    if let hash = plan.network.graphHash { text += ", ONNX model \(hash)" }
    text += "; \(plan.threads.count) \(plan.threads.count == 1 ? "thread" : "threads"), "
    text += "bind \(plan.threads.binding)\(plan.threads.smt ? ", smt" : ""), \(plan.isa.title)"
    text += "; \(plan.machine["cpu"] ?? "unknown CPU") (\(plan.machine.id))"
    text += "; hash \(plan.hash)"
    if let guesses = plan.budgets.guesses {
      text += "; an estimate, \(guesses) of each strategy's candidates raced"
    }
    return text + "; convbench \(plan.toolVersion)"
  }

  private static func row(_ layer: PlanLayer) -> [String] {
    func half(_ interval: Interval?, of median: Double?) -> String {
      guard let interval, let median else { return "-" }
      return String(format: "%.1f", 50 * (interval.high - interval.low) / max(median, 1e-9))
    }
    func time(_ milliseconds: Double?) -> String {
      milliseconds.map { NumberText.milliseconds($0) } ?? "-"
    }
    let mark =
      switch layer.validity.label {
      case .valid: ""
      case .noisy: " noisy"
      case .invalid: " invalid"
      }
    return [
      layer.name,
      layer.workload.description,
      "\(layer.candidate)",
      time(layer.hotMs),
      time(layer.medianMs),
      half(layer.intervalMs, of: layer.medianMs),
      time(layer.network?.medianMs),
      half(layer.network?.intervalMs, of: layer.network?.medianMs),
      layer.runnerUp.map(\.strategy) ?? "-",
      layer.margin.map(MarginText.percent) ?? "-",
      layer.error.map { $0 == 0 ? "0" : String(format: "%.0e", $0) } ?? "-",
      layer.provenance.rawValue + (layer.network?.replaced == nil ? "" : ", network") + mark,
    ]
  }

  /// A line for each, such as `fused a..b, bands of 8 rows: 0.352 ms, separately 0.404 (+14.9 %)`.
  private var fusions: [String] {
    plan.fusions.map { fusion in
      "fused \(plan.layers[fusion.firstLayer].name)..\(plan.layers[fusion.lastLayer].name), bands of "
        + "\(fusion.band) \(fusion.band == 1 ? "row" : "rows"): "
        + NumberText.milliseconds(fusion.medianMs) + " ms, "
        + (fusion.provenance == .recorded
          ? "recorded; what the layers take apart is unknown"
          : "separately \(NumberText.milliseconds(fusion.separateMs)) ("
            + MarginText.signed(fusion.margin) + ")")
    }
  }

  private var total: String {
    var count: [String: Int] = [:]
    for layer in plan.layers { count[layer.strategy, default: 0] += 1 }
    let strategies = count.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    let workspace =
      (plan.layers.map(\.workspaceBytes) + plan.fusions.map(\.workspaceBytes)).max() ?? 0
    let untimed = plan.layers.count { $0.medianMs == nil }
    let fused = Set(plan.fusions.flatMap(\.fusion.layers))
    let single = plan.layers.indices.filter { !fused.contains($0) }
    let times = single.compactMap { plan.layers[$0].network?.medianMs }
    let here =
      times.count == single.count
      ? ", \(NumberText.milliseconds(plan.fusions.reduce(times.reduce(0, +)) { $0 + $1.medianMs }))"
        + " ms within the network" : ""
    let alone =
      untimed == plan.layers.count
      ? "" : ", \(NumberText.milliseconds(plan.totalMs)) ms in isolation"
    return "\(plan.layers.count) layers\(alone)" + here
      + (untimed > 0 ? " (\(untimed) untimed)" : "") + ": \(strategies); workspace "
      + NumberText.bytes(workspace)
  }
}
