import Convolution
import Execution
import Foundation
import KernelLibrary
import Measurement
import Networks
import TestSupport
import Testing
import Topology
import Workers

@testable import Results
@testable import Runs

@Suite struct RunReportTests {
  private static func identity() throws -> RunIdentity {
    let machine = try Machine(synthetic: "package:1 core:4 pu:1")
    return RunIdentity(
      machine: machine, team: ThreadTeam(count: 2, smt: false, binding: "none"), isa: .baseline,
      network: "toy", batch: 4, resolution: 8, choice: "plan",
      date: Date(timeIntervalSince1970: 0))
  }

  private static func report() throws -> RunReport {
    let problem = try ConvolutionProblem(descriptor: "mb4ic16ih8oc16oh8kh3ph1")
    var inferences = try #require(
      RunReport.Inferences(
        (0..<40).map { .milliseconds(2 + 0.001 * Double($0 % 5)) }, discarded: 3))
    inferences.kept = []
    inferences.noiseFloor = 0.015
    var steps = RunReport.Steps()
    steps.layers = [
      LayerTiming(
        name: "conv1", kind: "convolution", ms: 1.5,
        workloads: [
          Workload(problem: problem, epilogue: Epilogue(bias: true, activation: .relu))
        ],
        candidate: Candidate(
          strategy: "direct", configuration: Configuration(["columns": 2, "pixels": 14])),
        samples: [1.4, 1.5, 1.6]),
      LayerTiming(name: "pool1", kind: "maxpool", ms: 0.4),
    ]
    steps.betweenMs = 0.1
    steps.profiles = 5
    let memory = try JSONDecoder().decode(
      SessionMemory.self,
      from: Data(#"{"weightBytes":2048,"arenaBytes":4096,"workspaceBytes":0}"#.utf8))
    return RunReport(
      identity: try identity(), inferences: inferences, operations: Double(problem.operations),
      peak: 10, memory: memory, validity: .valid, steps: steps)
  }

  @Test func derivesWhatIsPrinted() throws {
    let report = try Self.report()
    #expect(abs(report.imagesPerSecond - 4000 / 2.002) < 1e-9)
    #expect(abs(report.profiledMs - 2) < 1e-12)
    // 2 × 16·16·9·64·4 operations in 2.002 ms
    #expect(abs(report.gflops - 1_179_648 / 2.002e6) < 1e-9)
    #expect(report.summary.contains("latency     2.002 ms [2.001, 2.003], min 2.000, p90 2.004"))
    #expect(!report.summary.contains("p99"))
    #expect(report.summary.contains("3 more left out"))
    #expect(report.summary.contains("2 threads unbound"))
  }

  @Test func rowsAddUpAndSurviveTheFile() throws {
    let report = try Self.report()
    let folder = try TemporaryFolder()
    for _ in 0..<2 { try report.append(to: folder.path + "/deep/er") }
    let networks = try CSVFile<NetworkRow>.read(folder.path + "/deep/er/networks.csv")
    let layers = try CSVFile<LayerRow>.read(folder.path + "/deep/er/layers.csv")
    #expect(networks == [report.networkRow, report.networkRow])
    #expect(layers == report.layerRows + report.layerRows)
    #expect(layers.prefix(3).map(\.name) == ["conv1", "pool1", "between layers"])
    #expect(abs(layers.prefix(3).reduce(0) { $0 + $1.share } - 1) < 1e-12)
    #expect(layers[0].configuration == "columns=2,pixels=14")
    #expect(layers[1].gflops == nil && layers[0].gflops != nil)
    #expect(layers[0].samplesMs.values == [1.4, 1.5, 1.6] && layers[1].samplesMs.values.isEmpty)
    #expect(layers[0].noiseFloorPercent == 1.5 && networks[0].noiseFloorPercent == 1.5)
    #expect(networks[0].identity.time == "1970-01-01T00:00:00Z")
  }

  @Test func tableShowsTheSlowestOrAll() throws {
    let report = try Self.report()
    let all = report.layerTable()
    for text in ["conv1", "pool1", "between layers", "mb4ic16ih8oc16oh8kh3ph1", "100.0"] {
      #expect(all.contains(text), "\(text)")
    }
    let short = report.layerTable(limit: 1)
    #expect(short.contains("1 more layers") && !short.contains("pool1"))
    #expect(!all.contains("off the median"))
  }

  @Test func profileAddsUpWhereMediansWouldNot() throws {
    // Every inference is interrupted once, each time in another step.
    let inferences = (0..<8).map { run in
      StepProfile.Inference(
        steps: (0..<8).map { $0 == run ? 11 : 1 }, total: run == 0 ? 1018.5 : 18.5)
    }
    let profile = try #require(StepProfile(inferences))
    #expect(profile.count == 4)
    #expect(abs(profile.steps.reduce(.zero, +).value - 18) < 1e-9)
    #expect(abs(profile.between.value - 0.5) < 1e-9)
    // In the order of the run, whatever their totals.
    #expect(profile.samples.map { $0.steps.firstIndex(of: 11) } == [3, 4, 5, 6].map { Int?($0) })
    #expect(profile.betweenSamples == [0.5, 0.5, 0.5, 0.5])
    #expect(StepProfile([]) == nil)
  }

  @Test func everyColumnIsDocumented() throws {
    let docs = try String(
      contentsOfFile: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/csv.md").path, encoding: .utf8)
    for (name, meaning) in NetworkRow.columns.map({ ($0.name, $0.meaning) })
      + LayerRow.columns.map({ ($0.name, $0.meaning) })
      + BenchRow.columns.map({ ($0.name, $0.meaning) })
      + ComparisonRow.columns.map({ ($0.name, $0.meaning) })
    {
      #expect(docs.contains("| `\(name)` | \(meaning) |"), "\(name)")
    }
    for schema in [NetworkRow.schema, LayerRow.schema, BenchRow.schema, ComparisonRow.schema] {
      #expect(docs.contains("`\(schema)`"))
    }
  }

  /// A real session: its layers add up to its latency.
  @Test func measuresASession() throws {
    let (session, benchmark) = try lenet5()
    benchmark.warmUp()
    var last = 0.0
    benchmark.measure(seconds: 0.1, progress: { last = $0 })
    let report = try #require(
      RunReport(identity: try Self.identity(), session: session, benchmark: benchmark))
    #expect(last == 1)
    #expect(report.layers.count == session.network.steps.count)
    #expect(report.layers.allSatisfy { $0.ms > 0 })
    let counts = Set(report.layers.map(\.samples.count) + [report.betweenSamples.count])
    #expect(counts.count == 1 && (1...30).contains(counts.first ?? 0))
    #expect(report.layers.count { $0.workload?.problem != nil } == 5)
    #expect(report.betweenMs >= 0 && report.betweenMs < report.profiledMs)
    #expect(report.latency.minimum > 0 && report.peakGflops > 0 && report.gflops > 0)
  }
}
