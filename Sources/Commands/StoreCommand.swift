import ArgumentParser
import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Races
import Store
import Topology

struct StoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "Look into the store of measurements, exchange and prune it.",
    subcommands: [
      StoreListCommand.self, StoreShowCommand.self, StoreExportCommand.self,
      StoreImportCommand.self, StoreMergeCommand.self, StorePruneCommand.self,
    ])
}

extension Store {
  /// Ends a command that went on without some of the store's races, each of which was named.
  ///
  /// - Throws: `ExitCode(1)` where there are such.
  func reportUnreadable() throws {
    guard !unreadable.isEmpty else { return }
    let races = unreadable.count == 1 ? "1 race was" : "\(unreadable.count) races were"
    printProblem("\(races) left out of store \(path), see above")
    throw ExitCode(1)
  }
}

/// Texts of the store's tables.
enum StoreText {
  static func milliseconds(_ value: Double?) -> String {
    value.map(NumberText.milliseconds) ?? "-"
  }
}

struct StoreListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Check the store and list what it has, by machine and conditions.")

  @OptionGroup var store: StoreOption

  func run() throws {
    let file = try store.openToRead()
    try file.checkIntegrity()
    let groups = try file.overview()
    let here = try Machine.probe().fingerprint
    var table = TextTable([
      .left("machine"), .left("cpu"), .left("kernels"), .right("threads"), .left("binding"),
      .left("cores"), .left("revisions"), .left("version"), .right("races"), .right("finished"),
      .right("invalid"), .right("samples"), .left("last"), .left("is"),
    ])
    for group in groups {
      let isHere = group.machine.id == here.id
      let (team, kernels) = (group.conditions.team, group.conditions.kernels)
      table.add([
        group.machine.id, group.machine["cpu"] ?? "unknown", group.isa.rawValue,
        "\(team.count)", team.binding + (team.smt ? " smt" : ""), team.place?.coreText ?? "-",
        kernels.id, group.conditions.toolVersion,
        "\(group.races)", "\(group.finished)", "\(group.invalid)", "\(group.samples)",
        TimeText.local(group.last),
        (isHere ? "here" : "elsewhere") + (kernels.isCurrent ? "" : ", other kernels"),
      ])
      if Store.isOfFuture(group.last) {
        printProblem(
          "warning: races of machine \(group.machine.id) are from the future, until "
            + "\(TimeText.local(group.last)): a clock was wrong; they count like others")
      }
    }
    if !groups.isEmpty { try printResult("\(table)\n") }
    let counts = try file.counts()
    try printResult(
      "\(file.path): \(counts.races) races (\(counts.finishedRaces) finished), "
        + "\(counts.measurements) candidates measured on "
        + "\(Set(groups.map(\.machine.id)).count) machines; intact")
    try file.reportUnreadable()
  }
}

struct StoreShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "List races, or all candidates of one.",
    discussion: "Without a number: the races that fulfil all conditions given, oldest first.")

  @Argument(help: ArgumentHelp("The number of a race, for its candidates.", valueName: "race"))
  var number: Int64?

  @Option(help: ArgumentHelp("Only of this machine, or the beginning of it.", valueName: "id"))
  var machine: String?

  @Option(help: ArgumentHelp("Only of this problem.", valueName: "descriptor"))
  var problem: String?

  @OptionGroup var store: StoreOption

  func run() throws {
    let file = try store.openToRead()
    if let number {
      guard let race = try file.race(number) else {
        throw StoreError(
          "store \(file.path) has no race \(number); convbench store show lists them")
      }
      try printResult(Self.text(number, race))
      return
    }
    var filter = RaceFilter()
    filter.machine = machine
    filter.problem = try problem.map { try ConvolutionProblem(descriptor: $0).description }
    var table = TextTable([
      .right("race"), .left("machine"), .left("ended"), .left("problem"), .left("kernels"),
      .right("threads"), .left("winner"), .right("ms"), .right("samples"), .left("ending"),
      .left("validity"),
    ])
    var count = 0
    try file.forEachRace(filter) { id, race in
      count += 1
      table.add([
        "\(id)", race.key.machine, race.finished.map(TimeText.local) ?? "-",
        race.key.workload.description,
        race.key.isa.rawValue, "\(race.key.team.count)",
        race.winner.map { "\($0.candidate)" } ?? "-",
        StoreText.milliseconds(race.winner?.standing.median.milliseconds), "\(race.sampleCount)",
        race.ending?.rawValue ?? "unfinished", race.validity?.description ?? "-",
      ])
    }
    try printResult(count == 0 ? "no race fulfils this" : "\(table)")
    try file.reportUnreadable()
  }

  private static func text(_ number: Int64, _ race: RaceRecord) -> String {
    let key = race.key
    var lines = [
      "race \(number): \(key.workload), \(key.subject), \(key.scope)"
        + (race.isSuperseded ? "; superseded by a later one" : ""),
      "machine \(key.machine), \(key.isa.title), \(key.team.count) threads, bind "
        + "\(key.team.binding)\(key.team.smt ? " smt" : ""), caches as \(key.cacheState.rawValue)"
        + (key.team.place.map { "; cores \($0.coreText); \($0.cacheText)" } ?? ""),
      "kernels \(key.kernels); convbench \(race.origin.toolVersion) \(race.origin.commit)"
        + (race.origin.node.isEmpty ? "" : ", node \(race.origin.node), run \(race.origin.run)"),
      "started \(TimeText.local(race.started)), "
        + (race.finished.map { "finished \(TimeText.local($0))" } ?? "not finished")
        + (race.ending.map { " (\($0.rawValue))" } ?? "")
        + "; \(race.validity?.description ?? "no validity"); \(race.discarded) samples taken "
        + "again, \(race.disturbed) disturbed",
    ]
    if let best = race.speedBest, let worst = race.speedWorst {
      lines.append(
        "speed probes from \(NumberText.gflops(worst.value)) to "
          + "\(NumberText.gflops(best.value)) GFLOP/s")
    }
    var table = TextTable([
      .left("candidate"), .left("place"), .right("samples"), .right("ms"), .right("low"),
      .right("high"), .right("ratio"), .right("probes GFLOP/s"), .right("error"),
      .right("workspace"), .left("rejected"),
    ])
    let places: [Standing.Place] = [.winner, .finalist, .slower, .rejected, .unprobed]
    func rank(_ measurement: MeasurementRecord) -> (Int, Double, String) {
      (
        places.firstIndex(of: measurement.place) ?? places.count, measurement.ratio ?? .infinity,
        measurement.candidate.description
      )
    }
    for measurement in race.measurements.sorted(by: { rank($0) < rank($1) }) {
      let summary = SampleSummary(milliseconds: measurement.times)
      let speeds = measurement.samples.flatMap { [$0.speedBefore, $0.speedAfter] }
        .compactMap { $0?.value }
      let probes = speeds.min().flatMap { low in
        speeds.max().map { "\(NumberText.gflops(low))…\(NumberText.gflops($0))" }
      }
      table.add([
        "\(measurement.candidate)", measurement.place.rawValue, "\(measurement.samples.count)",
        StoreText.milliseconds(summary?.median), StoreText.milliseconds(summary?.interval.low),
        StoreText.milliseconds(summary?.interval.high),
        measurement.ratio.map { NumberText.significant($0) } ?? "-", probes ?? "-",
        measurement.error.map { $0 == 0 ? "0" : String(format: "%.0e", $0) } ?? "-",
        NumberText.bytes(measurement.workspaceBytes), measurement.rejection ?? "",
      ])
    }
    return (lines + ["", "\(table)"]).joined(separator: "\n")
  }
}
