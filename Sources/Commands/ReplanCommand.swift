import ArgumentParser
import Base
import Foundation
import KernelLibrary
import Measurement
import Plans
import Tuning

struct ReplanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replan",
    abstract: "Solve a plan again from stored samples, under other limits, without measuring.",
    discussion: """
      Limits that are not given stay the plan's own. A layer keeps its choice while that is allowed \
      and nothing stored is faster; what was never timed is marked heuristic.
      """)

  @Option(help: ArgumentHelp("The plan to start from.", valueName: "file"))
  var plan: String

  @Option(help: "Bytes of workspace that a candidate may need, e.g. 64M.")
  var maxWorkspace: String?

  @Option(help: "Relative error that a candidate may have, by its measurement.")
  var maxError: Double?

  @Option(help: ArgumentHelp("Not these strategies, e.g. winograd,im2col.", valueName: "names"))
  var exclude: String?

  @Option(help: "Refuse a result with layers of weaker evidence: measured or stored.")
  var require: Provenance?

  @OptionGroup var store: StoreOption

  @OptionGroup var result: PlanOption

  func validate() throws {
    if let maxError, !(maxError >= 0 && maxError.isFinite) {
      throw ValidationError("--max-error \(maxError): give a relative error such as 1e-5")
    }
    _ = try maxWorkspace.map(ByteOption.workspace)
  }

  func run() throws {
    let old = try Plan.load(path: plan)
    let output = PlanOutput(result.output, standard: "replan.json")
    try output.check(for: old.network)
    let new = try Replanner(plan: old, budgets: budgets(old), store: store.openIfThere()).replan()
    if let require { try new.require(require, file: "the new plan") }
    try output.save(new)
    try printResult(PlanTable(new).text, beside: output.file)
    let changed = zip(old.layers, new.layers).count { $0.candidate != $1.candidate }
    let counts = Provenance.allCases.compactMap { kind in
      new.provenances[kind].map { "\($0) \(kind.rawValue)" }
    }.joined(separator: ", ")
    try printResult(
      "\n\(changed) of \(new.layers.count) layers changed (\(counts)); nothing was measured; "
        + "written to \(output.file.name)", beside: output.file)
    if let fusions = Self.fusions(old, new) { try printResult(fusions, beside: output.file) }
  }

  /// What became of the fused blocks; nil where there were none.
  private static func fusions(_ old: Plan, _ new: Plan) -> String? {
    guard !old.fusions.isEmpty else { return nil }
    let gone = old.fusions.filter { !new.fusions.contains($0) }
    let text = "\(old.fusions.count - gone.count) of \(old.fusions.count) fused blocks kept"
    guard !gone.isEmpty else { return text }
    let names = gone.map { fusion in
      let changed = fusion.fusion.layers.filter {
        old.layers[$0].candidate != new.layers[$0].candidate
      }
      let name = "\(old.layers[fusion.firstLayer].name)..\(old.layers[fusion.lastLayer].name)"
      return changed.isEmpty
        ? "\(name) (more workspace than allowed)"
        : "\(name) (another choice for \(changed.map { old.layers[$0].name }.joined(separator: ", ")))"
    }
    return text + "; taken apart: " + names.joined(separator: "; ")
      + "; convbench tune races them anew"
  }

  private func budgets(_ plan: Plan) throws -> Plan.Budgets {
    var budgets = plan.budgets
    budgets.seconds = nil
    if let maxError { budgets.maxError = maxError }
    if let maxWorkspace { budgets.maxWorkspaceBytes = try ByteOption.workspace(maxWorkspace) }
    if let exclude {
      let excluded = try exclude.split(separator: ",").map {
        try StrategyTable.strategy(named: $0.trimmingCharacters(in: .whitespaces)).name
      }
      let left = (budgets.strategies ?? StrategyTable.names).filter { !excluded.contains($0) }
      guard !left.isEmpty else {
        throw ValidationError("--exclude \(exclude): leaves no strategy")
      }
      budgets.strategies = left
    }
    return budgets
  }
}

extension Provenance: ExpressibleByArgument {}
