import ArgumentParser
import Foundation
import Store

struct StorePruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove races from the store: those that fulfil all conditions given.",
    discussion: "Unfinished races with a sample from the last hour stay: they may still run.")

  @Option(help: ArgumentHelp("Of this machine, or the beginning of it.", valueName: "id"))
  var machine: String?

  @Option(help: ArgumentHelp("Ended longer ago, e.g. 90d, 12h, 4w.", valueName: "age"))
  var olderThan: String?

  @Flag(help: "With an invalid result.")
  var invalid = false

  @Flag(help: "Of another kernel generation than this version's.")
  var stale = false

  @Flag(help: "Never finished.")
  var unfinished = false

  @Flag(help: "Only say what would go.")
  var dryRun = false

  @OptionGroup var store: StoreOption

  func validate() throws {
    guard machine != nil || olderThan != nil || invalid || stale || unfinished else {
      throw ValidationError(
        "say what goes: --machine, --older-than, --invalid, --stale or --unfinished")
    }
    if let machine, machine.isEmpty { throw ValidationError("--machine: give an id") }
    _ = try olderThan.map(Self.seconds)
  }

  func run() throws {
    let now = Date().timeIntervalSince1970
    var filter = RaceFilter()
    filter.machine = machine
    filter.before = try olderThan.map { try now - Self.seconds($0) }
    filter.isInvalid = invalid
    filter.isStale = stale
    filter.isUnfinished = unfinished
    filter.idleSince = now - 3600
    // Nothing to prune is no reason to make a store.
    let file = try Store(reading: store.path)
    let found = try file.prune(filter, isRehearsal: true)
    file.close()
    let pruned = dryRun ? found : try store.open().prune(filter, isRehearsal: false)
    let machines =
      pruned.machines.isEmpty
      ? "" : "; nothing is left of machine \(pruned.machines.joined(separator: ", "))"
    try printResult(
      "\(dryRun ? "would remove" : "removed") \(pruned.races) races with \(pruned.samples) samples"
        + machines)
  }

  /// Reads `90d`, `12h`, `4w`, `1y`.
  static func seconds(_ text: String) throws -> Double {
    let units: [Character: Double] = ["h": 3600, "d": 86_400, "w": 604_800, "y": 31_557_600]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Double(text.dropLast()),
      count >= 0, count * unit < 1e11
    else { throw ValidationError("--older-than \(text): give an age such as 12h, 90d, 4w, 1y") }
    return count * unit
  }
}
