import ArgumentParser
import Base
import Foundation
import Plans
import Store
import Topology
import Tuning

struct PlanBundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: "Put plans of one network for several machines and threads into one file.",
    discussion: """
      convbench run --plan BUNDLE takes the plan of its machine and number of threads. Where there is \
      none it takes the one of least regret by the store's races of that machine, or where there is no \
      such race the nearest by instruction set and threads, and says which and why. plan show lists a \
      bundle's plans.
      """)

  @Argument(help: "Plan files, each of another machine or number of threads.")
  var plans: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the bundle goes; - is standard output.", valueName: "file"))
  var output: String

  func run() throws {
    let file = OutputFile(output)
    try file.check()
    let bundle = try PlanBundle(plans.map { try Plan.load(path: $0) }, names: plans)
    try file.write(bundle.encoded())
    try printResult(
      "\(bundle.plans.count) \(bundle.plans.count == 1 ? "plan" : "plans") of "
        + "\(bundle.network.title), written to \(file.name)", beside: file)
  }
}

extension PlanBundle {
  /// The plan that runs here.
  ///
  /// - Parameter file: what errors call the bundle.
  /// - Throws: `PlanError`, `TopologyError`, and of a store that was named `StoreError`.
  func choice(_ request: ThreadRequest, store: StoreOption, file: String) throws -> BundleChoice {
    let machine = try Machine.probe()
    let place = BundleChoice.Place(
      machine: machine.fingerprint, instructionSets: machine.instructionSets,
      threads: try machine.placement(for: request).slots.count, smt: request.smt,
      isAsked: request != ThreadRequest())
    do {
      return try BundleChoice(self, at: place) { try store.openIfUsable() }
    } catch let error as PlanError {
      throw PlanError("\(file): \(error)")
    }
  }
}

extension StoreOption {
  /// The store, if it is there; one that nobody named and that cannot be read is only worth a warning.
  fileprivate func openIfUsable() throws -> Store? {
    do { return try openIfThere() } catch let error as StoreError where store == nil {
      printProblem("warning: \(error); its races are not asked")
      return nil
    }
  }
}

/// A bundle for people: a row per plan, and which one runs here.
struct BundleTable {
  let bundle: PlanBundle
  /// nil where none can run here.
  let chosen: Int?

  var text: String {
    var table = TextTable([
      .left("plan"), .left("machine"), .right("threads"), .left("kernels"), .right("layers"),
      .right("ms"), .left("hash"),
    ])
    for (index, plan) in bundle.plans.enumerated() {
      let times = plan.parts.compactMap(\.ms)
      table.add([
        "\(index)\(index == chosen ? " ◂" : "")", plan.machine.name,
        "\(plan.threads.count)\(plan.threads.smt ? " smt" : "")", plan.isa.rawValue,
        "\(plan.layers.count)",
        times.count == plan.parts.count
          ? NumberText.milliseconds(times.reduce(0, +)) : "–",
        "\(plan.hash)",
      ])
    }
    return "\(bundle.network.title); \(bundle.plans.count) plans\n\n\(table)"
  }
}
