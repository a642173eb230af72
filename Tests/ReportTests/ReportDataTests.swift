import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Networks
import Testing
import Topology

@testable import Base
@testable import Plans
@testable import Report
@testable import Results

/// A results folder under construction, removed at the end.
final class ResultsFixture {
  let path = NSTemporaryDirectory() + "report-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, _ name: String) throws {
    let file = path + "/" + name
    try AtomicFile.makeFolder((file as NSString).deletingLastPathComponent)
    try AtomicFile.write(text, to: file)
  }

  func append<Row: CSVRow>(_ rows: [Row], _ name: String) throws {
    try AtomicFile.makeFolder(((path + "/" + name) as NSString).deletingLastPathComponent)
    try CSVFile<Row>.append(rows, to: path + "/" + name)
  }

  func data(here: MachineFingerprint? = nil) throws -> ReportData {
    try ReportData(ResultsFolder(path: path), here: here)
  }

  static func identity(
    machine: String = "m1", threads: Int = 2, isa: String = "avx2", network: String = "lenet5",
    run: String = "r", time: String = "2026-01-01T00:00:00Z", choice: String = "plan"
  ) -> RunIdentity {
    var identity = RunIdentity()
    identity.run = run
    identity.time = time
    identity.toolVersion = "0.1.0"
    identity.machineID = machine
    identity.machine = "name-of-\(machine)"
    identity.cpu = "cpu of \(machine)"
    identity.cores = 4
    identity.isa = isa
    identity.threads = threads
    identity.binding = "core"
    identity.network = network
    identity.batch = 1
    identity.resolution = 32
    identity.choice = choice
    return identity
  }

  static func network(_ identity: RunIdentity, ms: Double, gflops: Double = 100) -> NetworkRow {
    var row = NetworkRow()
    row.identity = identity
    row.samples = 20
    row.medianMs = ms
    row.lowMs = ms * 0.98
    row.highMs = ms * 1.03
    row.minimumMs = ms * 0.97
    row.imagesPerSecond = 1000
    row.gflops = gflops
    row.peakGflops = 250
    row.percentOfPeak = gflops / 2.5
    return row
  }

  static func layer(
    _ identity: RunIdentity, _ index: Int, problem: String, strategy: String, ms: Double,
    configuration: String = ""
  ) -> LayerRow {
    var row = LayerRow()
    row.identity = identity
    row.layer = index
    row.name = "conv\(index)"
    row.kind = problem.isEmpty ? "maxpool" : "convolution"
    row.problem = problem
    row.strategy = strategy
    row.configuration = configuration
    row.samples = 10
    row.ms = ms
    row.share = 0.5
    row.peakGflops = 250
    return row
  }
}

struct ReportDataTests {
  typealias Fixture = ResultsFixture

  @Test func theNewestRunOfANetworkCountsAndItsLayersOnly() throws {
    let fixture = try Fixture()
    let old = Fixture.identity(run: "old", time: "2026-01-01T00:00:00Z")
    let new = Fixture.identity(run: "new", time: "2026-01-02T00:00:00Z")
    try fixture.append(
      [Fixture.network(new, ms: 2), Fixture.network(old, ms: 1)], "a/networks.csv")
    let problem = "mb1ic16ih8oc16oh8kh3ph1"
    try fixture.append(
      [
        Fixture.layer(old, 0, problem: problem, strategy: "direct", ms: 1),
        Fixture.layer(new, 0, problem: problem, strategy: "winograd", ms: 2),
      ], "a/layers.csv")
    let data = try fixture.data()
    #expect(data.runs.map(\.median) == [2])
    #expect(data.layers.map(\.strategy) == ["winograd"])
  }

  @Test func runsAreGroupedByMachineThreadsAndInstructionSet() throws {
    let fixture = try Fixture()
    let rows = [
      Fixture.identity(machine: "m2", threads: 1), Fixture.identity(machine: "m1", threads: 4),
      Fixture.identity(machine: "m1", threads: 1, isa: "avx512"),
      Fixture.identity(machine: "m1", threads: 1),
    ].map { Fixture.network($0, ms: 1) }
    try fixture.append(rows, "networks.csv")
    let data = try fixture.data()
    let names = SeriesNames(data, of: data.series)
    #expect(
      data.series.map(names.short) == [
        "A 1T AVX2", "A 1T AVX-512", "A 4T", "B 1T",
      ])
    #expect(names.long(data.series[3]).hasPrefix("name-of-m2 · convbench · 1 thread"))
    #expect(data.machines.map(\.name) == ["name-of-m1", "name-of-m2"])
  }

  @Test func otherToolsAreNamed() throws {
    let fixture = try Fixture()
    var peer = Fixture.network(Fixture.identity(), ms: 3)
    peer.identity.tool = "onnxruntime"
    peer.peakGflops = nil
    peer.percentOfPeak = nil
    try fixture.append([peer, Fixture.network(Fixture.identity(), ms: 2)], "networks.csv")
    let data = try fixture.data()
    let names = SeriesNames(data, of: data.series)
    #expect(data.series.map(names.short) == ["convbench", "onnxruntime"])
    #expect(data.runs.map(\.median) == [2, 3])
  }

  @Test func choicesAreNamedOnlyWhereTheyTellApart() throws {
    let fixture = try Fixture()
    let rows = [
      Fixture.identity(threads: 1), Fixture.identity(threads: 2),
      Fixture.identity(threads: 2, choice: "im2col"),
    ].map { Fixture.network($0, ms: 1) }
    try fixture.append(rows, "networks.csv")
    let data = try fixture.data()
    let names = SeriesNames(data, of: data.series)
    #expect(data.series.map(names.short) == ["1T", "2T plan", "2T im2col"])
  }

  @Test func networksStandInTheCataloguesOrderAndUnknownOnesBehind() throws {
    let fixture = try Fixture()
    let names = ["zebra", "resnet50", "aardvark", "lenet5"]
    try fixture.append(
      names.map { Fixture.network(Fixture.identity(network: $0), ms: 1) }, "networks.csv")
    #expect(
      try fixture.data().networks.map(\.name) == ["lenet5", "resnet50", "aardvark", "zebra"])
  }

  @Test(arguments: [
    ("networks.csv", "nonsense", "no header"), ("networks.csv", "", "is empty"),
    ("m/layers.csv", "schema,run\nlayer/1,x", "lacks"),
    ("m/bench.csv", "rank,cache\n1,2", "no header"),
    ("m/calibration-x.json", "{}", "is not a calibration"),
    ("m/calibration-x.json", "[", "is not a calibration"), ("m/plans/x.json", "{", "x.json"),
    ("m/plan.json", "{\"formatVersion\":99}", "format 99"),
  ])
  func brokenFilesAreNamedInOneLine(name: String, text: String, reason: String) throws {
    let fixture = try Fixture()
    try fixture.append([Fixture.network(Fixture.identity(), ms: 1)], "good/networks.csv")
    try fixture.write(text, name)
    let error = try #require(throws: (any Error).self) { try ResultsFolder(path: fixture.path) }
    let line = "\(error)"
    #expect(line.contains(reason) && line.contains(name) && !line.contains("\n"))
  }

  @Test func aReportOverNothingIsAnError() throws {
    let fixture = try Fixture()
    #expect(throws: ReportError.self) { try ResultsFolder(path: fixture.path) }
    try fixture.append([NetworkRow](), "networks.csv")
    try fixture.write("a note", "notes.txt")
    try fixture.write("a,b\n1,2\n", "other.csv")
    let error = try #require(throws: ReportError.self) { try ResultsFolder(path: fixture.path) }
    #expect(error.description.contains("holds no results"))
    #expect(throws: ReportError.self) { try ResultsFolder(path: fixture.path + "/none") }
    #expect(throws: ReportError.self) { try ResultsFolder(path: fixture.path + "/notes.txt") }
  }

  @Test(arguments: [-1.0, 0, 1e300]) func impossibleTimesAreErrors(ms: Double) throws {
    let fixture = try Fixture()
    try fixture.append([Fixture.network(Fixture.identity(), ms: ms)], "networks.csv")
    let error = try #require(throws: (any Error).self) { try fixture.data() }
    #expect("\(error)".contains("lenet5"))
  }

  @Test func arithmeticIsThatOfCount() throws {
    let fixture = try Fixture()
    let identity = Fixture.identity()
    let dense = "mb1ic32ih12oc64oh12kh3ph1"
    let depthwise = "g32mb1ic32ih12oc32oh12kh3ph1"
    let pointwise = "mb1ic32ih12oc64oh12kh1"
    func bench(_ problem: String, _ strategy: String, _ configuration: String, _ ms: Double)
      -> BenchRow
    {
      var row = BenchRow()
      row.identity = identity
      row.problem = problem
      row.cache = "cold-weights"
      row.strategy = strategy
      row.configuration = configuration
      row.rank = 1
      row.ms = ms
      return row
    }
    try fixture.append(
      [
        bench(dense, "direct", "", 6), bench(dense, "winograd", "m=4,tiles=9", 3),
        bench(dense, "winograd", "m=2,tiles=9", 4), bench(dense, "separable", "rank=8", 2),
        bench(depthwise, "depthwise", "", 0.5), bench(pointwise, "pointwise", "", 1),
        bench(pointwise, "im2col", "", 5),
      ], "m/bench.csv")
    let points = ArithmeticPoint.all(try fixture.data())
    let counts = Dictionary(
      uniqueKeysWithValues: CountTable.rows(try ConvolutionProblem(descriptor: dense)).map {
        ($0.name, Double($0.counts.multiplications))
      })
    let direct = try #require(counts["direct"])
    #expect(points.map(\.kind) == [.strategy("winograd"), .strategy("separable"), .pair])
    #expect(points[0].saved == direct / (try #require(counts["winograd"])))
    #expect(points[0].saved == 4 && points[0].gained == 2 && points[0].detail == "F(4, 3)")
    // 9·32·64 products an output against 8·(3·32 + 3·64).
    #expect(points[1].saved == 8 && points[1].gained == 3)
    #expect(points[2].saved == direct / (try #require(counts["depthwise+pointwise"])))
    #expect(points[2].gained == 4)
  }

  /// A plan of the problems, with a margin each.
  private func plan(_ network: String, _ margins: [Double?]) throws -> Plan {
    let machine = MachineFingerprint(fields: [
      .init(name: "cpu", value: "a cpu"), .init(name: "cores", value: "8"),
      .init(name: "caches", value: "1 × L3 32 MiB for 8 cores, 8 × L2 1 MiB per core"),
    ])
    let layers = try margins.enumerated().map { index, margin in
      PlanLayer(
        name: "conv\(index)",
        workload: Workload(
          problem: try ConvolutionProblem(
            descriptor: "mb1ic16ih\(8 + index)oc16oh\(8 + index)kh3ph1")), strategy: "direct",
        configuration: Configuration(), medianMs: 1,
        runnerUp: margin.map { _ in
          PlanLayer.RunnerUp(strategy: "im2col", configuration: Configuration(), medianMs: 2)
        }, margin: margin, provenance: .measured)
    }
    return Plan(
      machine: machine, network: Plan.Network(name: network, options: NetworkOptions()),
      threads: ThreadTeam(count: 2, smt: false, binding: "core", cpus: [0, 1]), isa: .avx2,
      layers: layers)
  }

  @Test func winnersOfEqualLayersAreCountedOnce() throws {
    let plans = [try plan("a", [0.005, 0.03, 0.5]), try plan("b", [0.005, nil])]
    let winners = Winner.all(plans)
    #expect(winners.map(\.networks) == [["a", "b"], ["a", "b"], ["a"]])
    #expect(winners.map(\.total) == [2, 2, 1])
    #expect(MarginChart(winners).drawing.summary == "direct: 3")
    #expect(MarginChart(winners).drawing.markup.text.contains("1 with margin: tie, below 1 %"))
    #expect(MarginChart(winners).drawing.overflows == [])
  }

  @Test func aFolderOfPlansAloneMakesAReport() throws {
    let fixture = try Fixture()
    try AtomicFile.makeFolder(fixture.path + "/plans")
    try plan("a", [0.005, 1.5]).save(path: fixture.path + "/plans/a.json")
    let text = try ResultsReport(ResultsFolder(path: fixture.path)).page.text
    #expect(text.contains("150.0 %") && text.contains("im2col"))
    #expect(text.contains("L3 32 MiB") && text.contains("core 7"))
    #expect(text.contains("There is no row of networks.csv"))
  }

  /// A block of two layers and the same layers apart, by another machine that says what they are.
  private func fusedFixture(blockIsKnown: Bool) throws -> Fixture {
    let fixture = try Fixture()
    let problems = ["mb1g16ic16ih8oc16oh8kh3ph1", "mb1ic16ih8oc16oh8kh1"]
    let (one, other) = (Fixture.identity(run: "a"), Fixture.identity(machine: "m2", run: "b"))
    var block = Fixture.layer(one, 0, problem: "", strategy: "fused", ms: 3)
    block.kind = "fused"
    block.configuration = "band=2,layers=2"
    block.gflops = 1
    if blockIsKnown {
      block.block = BlockLayers(problems.map { .init(problem: $0, epilogue: "bias") })
    }
    var pool = Fixture.layer(one, 1, problem: "", strategy: "", ms: 1)
    pool.kind = "maxpool"
    try fixture.append([block, pool], "one/layers.csv")
    try fixture.append(
      problems.enumerated().map {
        Fixture.layer(other, $0.offset, problem: $0.element, strategy: "direct", ms: 2)
      }, "two/layers.csv")
    try fixture.append(
      [Fixture.network(one, ms: 4), Fixture.network(other, ms: 4)], "networks.csv")
    return fixture
  }

  @Test(arguments: [true, false]) func fusedBlocksArePointsAndCounted(_ isKnown: Bool) throws {
    let data = try fusedFixture(blockIsKnown: isKnown).data()
    let fused = data.layers.filter(\.isFused)
    let block = try #require(fused.first)
    #expect(block.problems.count == 2)
    let points = RooflinePoint.all(data, block.series)
    #expect(points.map(\.problems) == [block.problems] && points[0].strategy == "fused")
    // What is between the two layers, 16 · 8 · 8 floats written and read, is not moved.
    let apart = block.problems.reduce(0.0) { $0 + Double($1.compulsoryBytes) }
    #expect(abs(points[0].work / points[0].intensity - (apart - 8 * 1024)) < 1e-6)
    let text = OverviewSection(data: data).section.content.text
    #expect(text.contains("direct 50.0 %, fused 37.5 %"), "\(text)")
  }

  /// Whatever has more networks: no machine is left out of any chart.
  @Test(arguments: [2, 9, 12]) func everyMachineIsShown(_ machines: Int) throws {
    let fixture = try Fixture()
    for machine in 0..<machines {
      for threads in machine == 0 ? [1] : [1, 2, 3, 4] {
        for network in machine == 0 ? ["lenet5"] : ["lenet5", "alexnet"] {
          let identity = Fixture.identity(
            machine: "m\(machine)", threads: threads, network: network,
            run: "\(machine)-\(threads)-\(network)")
          try fixture.append([Fixture.network(identity, ms: 1)], "networks.csv")
          try fixture.append(
            [
              Fixture.layer(identity, 0, problem: "mb1ic16ih8oc16oh8kh1", strategy: "direct", ms: 1)
            ],
            "layers.csv")
        }
      }
    }
    let data = try fixture.data()
    #expect(Set(NetworksSection(data: data).shownSeries.map(\.machine)).count == machines)
    #expect(Set(data.layerSeries.map(\.machine)).count == machines)
    let page = try ResultsReport(ResultsFolder(path: fixture.path)).page.text
    #expect(!page.contains("class=\"f8"))
  }

  @Test func equalLayersOfANetworkAreOnePoint() throws {
    let fixture = try Fixture()
    let identity = Fixture.identity()
    let problem = "mb1ic16ih8oc16oh8kh3ph1"
    try fixture.append(
      [
        Fixture.layer(identity, 0, problem: problem, strategy: "direct", ms: 1),
        Fixture.layer(identity, 1, problem: "", strategy: "", ms: 1),
        Fixture.layer(identity, 2, problem: problem, strategy: "direct", ms: 3),
        Fixture.layer(identity, 3, problem: problem, strategy: "winograd", ms: 5),
      ], "layers.csv")
    let data = try fixture.data()
    let points = RooflinePoint.all(data, try #require(data.series.first))
    #expect(points.map(\.count) == [1, 2])
    #expect(points.map(\.ms) == [5, 2])
    #expect(points[1].gflops == Double(2 * 64 * 16 * 144) / 2e6)
    #expect(points[1].intensity == Double(2 * 64 * 16 * 144) / Double(4 * (2 * 1024 + 2304)))
  }
}
