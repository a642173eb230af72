import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Networks
import TestSupport
import Testing

@testable import Execution
@testable import Plans
@testable import Races
@testable import Report
@testable import Results
@testable import Store
@testable import Topology
@testable import Tuning

/// The chapters that answer what one asks of two machines.
@Suite struct AnswersTests {
  typealias Fixture = ResultsFixture

  private static let problems = [
    "mb1ic16ih8oc16oh8kh3ph1", "mb1ic16ih8oc32oh8kh1", "mb1ic32ih8oc32oh8kh3ph1",
    "mb1ic32ih8oc32oh8kh3ph1",
  ]

  // MARK: Ratios

  @Test func ratiosAreSortedAndTheEndsOfManyAreKept() throws {
    let names = (0..<100).map { "net\($0)" }
    let pair = [1.0, 1.3].map { factor in
      ComparisonFixture.file(
        "x.csv",
        names.enumerated().map {
          .init(network: $1, ms: 10 * (factor == 1 ? 1 : 1 + Double(($0 * 37) % 100) / 50))
        })
    }
    let comparison = try Comparison(
      baseline: pair[0], file: pair[1], rules: ComparisonFixture.rules)
    let chart = RatioChart(comparison)
    #expect(chart.rows.count == RatioChart.rowLimit && chart.omitted == 20)
    #expect(chart.rows.map(\.speed.ratio) == chart.rows.map(\.speed.ratio).sorted())
    let all = comparison.rows.map(\.speed.ratio)
    #expect(chart.rows.first?.speed.ratio == all.min())
    #expect(chart.rows.last?.speed.ratio == all.max())
  }

  @Test func machinesAreComparedWithEquallyManyThreads() throws {
    let fixture = try Fixture()
    try fixture.append(
      [("m1", 1), ("m1", 2), ("m2", 1), ("m2", 2)].flatMap { machine, threads in
        ["lenet5", "resnet18"].map {
          Fixture.network(
            Fixture.identity(
              machine: machine, threads: threads, network: $0, run: "\(machine)\(threads)\($0)"),
            ms: 1)
        }
      } + [
        Fixture.network(Fixture.identity(machine: "m1", threads: 2, network: "vgg16"), ms: 1)
      ], "networks.csv")
    let data = try fixture.data()
    #expect(data.chiefs.map(\.machine) == ["m1", "m2"])
    #expect(data.chiefs.map(\.threads) == [2, 2])
    let pairs = RatioSection.pairs(data)
    #expect(pairs.map { [$0.base.threads, $0.other.threads] } == [[2, 2], [2, 1]])
    #expect(pairs.map(\.comparison.rows.count) == [2, 2])
  }

  @Test func aToolHasAHueAndFewerThreadsArePaler() throws {
    let fixture = try Fixture()
    var rows = [1, 2, 4, 8].map { Fixture.network(Fixture.identity(threads: $0), ms: 1) }
    var other = Fixture.identity(threads: 8)
    other.tool = "onnxruntime"
    rows.append(Fixture.network(other, ms: 1))
    try fixture.append(rows, "networks.csv")
    let data = try fixture.data()
    #expect(data.series.map(data.style) == ["f0 l2", "f0 l2", "f0 l1", "f0", "f1"])
  }

  // MARK: Layers

  /// A run's rows: strategies of the problems in turn, a plus sign between those of a block.
  private func rows(_ machine: String, _ strategies: [String], ms: Double = 1) -> [LayerRow] {
    let identity = Fixture.identity(machine: machine, run: machine)
    var next = 0
    return strategies.enumerated().map { index, text in
      let count = text.split(separator: "+").count
      let members = Self.problems[next..<next + count]
      next += count
      var row = Fixture.layer(
        identity, index, problem: count == 1 ? members[members.startIndex] : "",
        strategy: count == 1 ? text : "fused", ms: ms * Double(count))
      row.name = count == 1 ? "conv\(next)" : "conv\(next - count + 1)..conv\(next)"
      if count > 1 {
        row.kind = "fused"
        row.configuration = "band=4,layers=\(count)"
        row.block = BlockLayers(members.map { .init(problem: $0, epilogue: "none") })
      }
      return row
    }
  }

  private func data(_ first: [LayerRow], _ second: [LayerRow]) throws -> ReportData {
    let fixture = try Fixture()
    try fixture.append(
      ["m1", "m2"].map { Fixture.network(Fixture.identity(machine: $0, run: $0), ms: 1) },
      "networks.csv")
    try fixture.append(first, "a/layers.csv")
    try fixture.append(second, "b/layers.csv")
    return try fixture.data()
  }

  private func grid(_ first: [LayerRow], _ second: [LayerRow]) throws -> LayerGrid? {
    let data = try data(first, second)
    return LayerGrid(data, data.networks[0], data.sideBySide, margins: LayerMargins(data, []))
  }

  @Test func colourSaysTheStrategyAndItsStrengthTheMargin() throws {
    let same = ["direct", "pointwise", "winograd", "winograd"]
    let data = try data(rows("m1", same), rows("m2", same))
    var race = try Self.race()
    (race.machine, race.threads, race.isa) = ("m2", 2, "avx2")
    (race.layer, race.winner) = ("\(Self.problems[0]) ", "direct ")
    let text = try #require(DecisionsSection(data: data, races: [race]).section).content.text
    let fill = StrategyStyle.fill("direct")
    // 10 % is the class from 5 to 20.
    #expect(
      text.contains("class=\"n heat \(fill) s2\"") && text.contains("class=\"n heat \(fill)\""))
    #expect(text.ranges(of: "class=\"n heat").count == 6)
    #expect(text.contains("of 3 rows 0 have another algorithm, 0 another configuration"))
  }

  @Test func layersStandSideBySideAndBlocksBesideTheirLayers() throws {
    let grid = try #require(
      try grid(
        rows("m1", ["direct", "direct+x", "winograd"]),
        rows("m2", ["direct", "pointwise", "winograd", "winograd"], ms: 2)))
    #expect(grid.rows.map(\.name) == ["conv1", "conv2..conv3", "conv4"])
    #expect(grid.rows[1].cells.map { $0?.ms } == [2, 4])
    #expect(grid.rows[1].cells.map { $0?.strategies } == [["fused"], ["pointwise", "winograd"]])
    #expect(grid.rows[1].problems.count == 2)
  }

  @Test func equalNeighboursAreOneRowAndOthersAreNot() throws {
    let alike = ["direct", "pointwise", "winograd", "winograd"]
    let same = try #require(try grid(rows("m1", alike), rows("m2", alike, ms: 3)))
    #expect(same.rows.map(\.name) == ["conv1", "conv2", "conv3..conv4 ×2"])
    #expect(same.rows[2].cells.map { $0?.ms } == [1, 3])
    let other = try #require(
      try grid(rows("m1", alike), rows("m2", ["direct", "pointwise", "winograd", "direct"])))
    #expect(other.rows.count == 4)
  }

  @Test func networksOfOtherLayersHaveNoGrid() throws {
    var second = rows("m2", ["direct", "pointwise", "winograd", "winograd"])
    second[1].problem = "mb1ic16ih8oc48oh8kh1"
    #expect(try grid(rows("m1", ["direct", "pointwise", "winograd", "winograd"]), second) == nil)
  }

  @Test func aNewerRunWithoutLayersLeavesThoseOfTheOlder() throws {
    let fixture = try Fixture()
    let old = Fixture.identity(run: "old", time: "2026-01-01T00:00:00Z")
    let new = Fixture.identity(run: "new", time: "2026-01-02T00:00:00Z")
    try fixture.append([Fixture.network(old, ms: 1), Fixture.network(new, ms: 2)], "networks.csv")
    try fixture.append(
      [Fixture.layer(old, 0, problem: Self.problems[0], strategy: "direct", ms: 1)], "layers.csv")
    let data = try fixture.data()
    #expect(data.runs.map(\.id) == ["new"] && data.layers.map(\.run) == ["old"])
  }

  // MARK: Scaling

  @Test func speedIsRelativeToTheFewestThreadsAndTheSmallestBatch() throws {
    let fixture = try Fixture()
    func row(_ threads: Int, _ batch: Int, _ ms: Double) -> NetworkRow {
      var identity = Fixture.identity(threads: threads, run: "\(threads) \(batch)")
      identity.batch = batch
      return Fixture.network(identity, ms: ms)
    }
    try fixture.append(
      [row(1, 1, 8), row(2, 1, 5), row(4, 1, 2), row(4, 8, 4)], "networks.csv")
    let groups = ScalingSection.groups(try fixture.data())
    #expect(groups.count == 1)
    let threads = ScalingChart(groups[0].rows, .threads)
    #expect(threads.lines.map { $0.points.map(\.at) } == [[1, 2, 4]])
    #expect(threads.lines[0].points.map(\.speed) == [1, 1.6, 4])
    let batches = ScalingChart(groups[0].rows, .batch)
    #expect(batches.lines[0].points.map(\.speed) == [1, 4])
  }

  @Test func aSingleSettingHasNoChapter() throws {
    let fixture = try Fixture()
    try fixture.append([Fixture.network(Fixture.identity(), ms: 1)], "networks.csv")
    let data = try fixture.data()
    #expect(ScalingSection(data: data).section == nil && RatioSection(data: data).section == nil)
    #expect(DecisionsSection(data: data, races: []).section == nil)
    #expect(TimelineSection(data: data).section == nil)
    #expect(TransferSection(transfers: []).section == nil)
  }

  // MARK: Samples

  @Test func samplesFarOutAreToldFromTheRest() throws {
    let fixture = try Fixture()
    var row = Fixture.network(Fixture.identity(), ms: 10)
    row.samplesMs = SampleList([9.9, 10, 10, 10.1, 10, 20])
    row.discarded = 7
    try fixture.append([row], "networks.csv")
    let data = try fixture.data()
    let chart = SamplesChart(data.runs, data)
    #expect(chart.rows[0].outer.last == 2 && chart.rows[0].inner.contains(1))
    #expect(chart.rows[0].inner.count + chart.rows[0].outer.count == 6)
    #expect(chart.rows[0].discarded == 7)
    let text = chart.drawing(width: 860).markup.text
    #expect(text.contains("7 of 27"))
  }

  // MARK: Races

  /// Another candidate leads in the first round; the winner from the third on.
  static func race() throws -> LayerRace {
    let winner = Standing(
      candidate: Candidate(strategy: "direct", configuration: Configuration()), place: .winner,
      samples: [1200, 1100, 900, 900, 900], ratio: 1)
    let other = Standing(
      candidate: Candidate(strategy: "im2col", configuration: Configuration()), place: .slower,
      samples: [1000, 1000, 1300], ratio: 1.1)
    let outcome = RaceOutcome(ending: .separated, standings: [winner, other])
    return try #require(
      LayerRace(
        StoredRace(outcome: outcome, validity: .valid, toolVersion: "1", finished: 1), sampleKey()))
  }

  @Test func aRaceIsSettledWhenTheWinnerLeadsForGood() throws {
    let race = try Self.race()
    // By medians: 1200, 1150, 1100 against 1000, 1000, 1000; then the other has left.
    #expect(race.regrets.map { ($0 * 100).rounded() } == [10, 10, 10, 0, 0])
    #expect(race.settled == 4 && race.raced == 2)
    #expect((race.margin ?? 0) > 0.09)
    #expect(ConvergenceChart([race], [:]).table.markup.text.contains("10.0 %"))
  }

  /// lenet5 on two machines: B's races say direct 2 ms and im2col 3 ms of each layer, A's plan has
  /// im2col.
  @Test func thePlanOfOneMachineIsPricedOnTheOther() throws {
    let fixture = try Fixture()
    let graph = try NetworkCatalog.graph(named: "lenet5")
    let network = try LoweredNetwork(graph: graph, vectorWidth: 16)
    let machine = MachineFingerprint(fields: [.init(name: "cpu", value: "Other CPU")])
    let team = ThreadTeam(
      count: 2, smt: false, binding: "core",
      place: WorkerPlace(
        cores: [.init(kind: "", count: 2)],
        caches: [.init(level: 2, bytes: 1 << 21, workers: 1, count: 2)]))
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    func add(_ workload: Workload, _ subject: RaceSubject) throws {
      let key = RaceKey(
        machine: machine.id, isa: .baseline, team: team, cacheState: .network, workload: workload,
        kernels: .current, subject: subject, scope: RaceScope(candidates: 2))
      let standings = [("direct", 2e6), ("im2col", 3e6)].enumerated().map { index, entry in
        Standing(
          candidate: Candidate(strategy: entry.0, configuration: Configuration()),
          place: index == 0 ? .winner : .finalist,
          samples: Array(repeating: Nanoseconds(entry.1), count: 5), ratio: entry.1 / 2e6, error: 0)
      }
      try store.finish(
        try store.begin(key, machine: machine),
        RaceOutcome(ending: .separated, standings: standings), validity: .valid)
    }
    for workload in Set(network.layers.map(\.workload)) { try add(workload, .isolated) }
    try add(
      network.layers[0].workload, .inNetwork(network: network.identity, layer: 0))
    var lines = ""
    try store.export { lines += $0 + "\n" }
    try fixture.write(lines, "b/races.jsonl")
    let plan = Plan(
      machine: sampleMachine, network: Plan.Network(name: "lenet5", options: NetworkOptions()),
      threads: team, isa: .baseline,
      layers: network.layers.map {
        PlanLayer(
          name: $0.name, workload: $0.workload,
          untimed: Candidate(strategy: "im2col", configuration: Configuration()))
      })
    try plan.save(path: fixture.path + "/plan.json")
    let folder = try ResultsFolder(path: fixture.path)
    let races = try #require(try FolderRaces(folder))
    let transfers = try Transfer.all(ReportData(folder), races)
    let count = Double(network.layers.count)
    let transfer = try #require(transfers.first)
    #expect(transfers.count == 1 && transfer.network == "lenet5" && !transfer.isRecorded)
    #expect(abs(transfer.own - 2 * count) < 1e-9 && abs(transfer.moved - 3 * count) < 1e-9)
    #expect(transfer.steps.count == network.layers.count && transfer.known == transfer.layers)
    let chart = WaterfallChart(transfer)
    #expect(abs((chart.bars.last?.to ?? 0) - chart.bars[chart.bars.count - 2].to) < 1e-9)
    for width in [360.0, 860] { #expect(chart.drawing(width: width).overflows == []) }
    #expect(try ResultsReport(folder).page.text.contains("<section id=\"transfer\""))
  }
}
