import ArgumentParser
import Base
import Foundation
import Plans
import Store
import Topology

struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say of a plan or a store what its timings depend on, and what is different here.",
    discussion: """
      fatal: it cannot run here. stale: it runs, but another choice may be faster by now; tune \
      measures anew. harmless: the choice holds; tune uses it.
      """)

  @Argument(help: ArgumentHelp("A plan or a store.", valueName: "file"))
  var file: String

  @OptionGroup var threads: ThreadOptions

  func run() throws {
    if Self.isDatabase(file) {
      try explain(Store(reading: file))
    } else {
      try explain(Plan.load(path: file))
    }
  }

  private static func isDatabase(_ path: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? handle.close() }
    return (try? handle.read(upToCount: 15)) == Data("SQLite format 3".utf8)
  }

  private func explain(_ plan: Plan) throws {
    let request = try threads.request()
    let present =
      request == ThreadRequest()
      ? try plan.conditionsHere() : try Conditions(here: request)
    let comparisons = plan.conditions.comparisons(with: present)
    try printResult("\(file): plan for \(plan.network.name), batch \(plan.network.batch)\n")
    try printResult(Self.table(comparisons))
    try printResult("\n" + Self.verdict(comparisons, isPlan: true))
    let counts = Provenance.allCases.compactMap { kind in
      plan.provenances[kind].map { "\($0) \(kind.rawValue)" }
    }
    try printResult(
      plan.layers.isEmpty
        ? "no layers to choose for"
        : "\(plan.layers.count) layers: \(counts.joined(separator: ", "))")
  }

  private func explain(_ store: Store) throws {
    let present = try Conditions(here: threads.request())
    let groups = try store.overview()
    if groups.isEmpty { try printResult("\(file): a store without races") }
    for (index, group) in groups.enumerated() {
      let comparisons = group.conditions.comparisons(with: present)
      try printResult(
        (index > 0 ? "\n" : "")
          + "\(file): \(group.finished) finished races of machine \(group.machine.id)\n")
      try printResult(Self.table(comparisons))
      let isDefault = present.instructionSets.last.map { [$0] } == group.conditions.instructionSets
      try printResult(
        "\n" + Self.verdict(comparisons, isPlan: false)
          + (isDefault ? "" : "; kernels of --isa \(group.isa.rawValue)"))
    }
  }

  private static func table(_ comparisons: [FieldComparison]) -> String {
    var table = TextTable([
      .left("field"), .left("stored"), .left("present"), .left("difference"), .left("meaning"),
    ])
    for comparison in comparisons {
      table.add([
        comparison.field, comparison.stored, comparison.present,
        comparison.difference?.severity.rawValue ?? "-", comparison.difference?.consequence ?? "",
      ])
    }
    return table.description
  }

  private static func verdict(_ comparisons: [FieldComparison], isPlan: Bool) -> String {
    let severities = comparisons.compactMap { $0.difference?.severity }
    func fields(_ severity: Difference.Severity) -> String {
      comparisons.filter { $0.difference?.severity == severity }.map(\.field)
        .joined(separator: ", ")
    }
    if severities.contains(.fatal) {
      return (isPlan ? "cannot run here" : "not used by tune here") + ": \(fields(.fatal))"
    }
    if severities.contains(.stale) {
      return
        (isPlan ? "runs, but may not be the fastest" : "not used by tune under these conditions")
        + ": \(fields(.stale))"
    }
    return (isPlan ? "holds here" : "used by tune under these conditions")
      + (severities.isEmpty ? "" : "; harmless: \(fields(.harmless))")
  }
}
