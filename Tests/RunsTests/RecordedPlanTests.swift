import Convolution
import Execution
import KernelLibrary
import Measurement
import Networks
import TestSupport
import Testing
import Topology

@testable import Plans
@testable import Results
@testable import Runs

@Suite struct RecordedPlanTests {
  private let network: LoweredNetwork

  init() throws {
    network = try LoweredNetwork(
      graph: try NetworkCatalog.graph(
        named: "mobilenetv1-0.25", options: NetworkOptions(resolution: 64)), vectorWidth: 8)
  }

  /// Layers 1 and 2 fused, as version 3 of the rows had it: without what is in the block.
  private func rows(run: String = "r1", ms: Double = 0.5) -> [LayerRow] {
    var rows: [LayerRow] = []
    func add(_ change: (inout LayerRow) -> Void) {
      var row = LayerRow()
      row.identity.run = run
      row.identity.network = network.graph.name
      (row.identity.batch, row.identity.resolution) = (1, 64)
      (row.identity.isa, row.identity.threads, row.identity.binding) = ("avx2", 2, "core")
      (row.identity.cpu, row.identity.cores) = ("CPU of then", 2)
      (row.identity.machine, row.identity.machineID) = ("then-2c", "0123456789ab")
      row.identity.choice = "plan"
      row.layer = rows.count
      row.ms = ms
      row.samplesMs = SampleList([ms, ms * 1.01, ms * 0.99])
      change(&row)
      rows.append(row)
    }
    for (index, layer) in network.layers.enumerated() {
      if index == 1 { continue }
      if index == 2 {
        add {
          ($0.kind, $0.name, $0.strategy) = ("fused", "a..b", "fused")
          $0.configuration = "band=7,layers=2"
        }
        continue
      }
      add {
        ($0.kind, $0.name, $0.strategy) = ("convolution", layer.name, "direct")
        $0.configuration = "band=1,columns=2"
        $0.problem = layer.problem.description
        $0.epilogue = layer.epilogue.description
      }
    }
    add { ($0.kind, $0.name) = ("between", "between layers") }
    return rows
  }

  private var identity: Plan.Network {
    Plan.Network(name: network.graph.name, options: NetworkOptions(resolution: 64))
  }

  private func recorded(_ rows: [LayerRow], threads: Int? = nil) throws -> RecordedPlan {
    let folder = try TemporaryFolder()
    let path = folder.path + "/layers.csv"
    try CSVFile.append(rows, to: path)
    return try RecordedPlan(rows: path, network: network, identity: identity, threads: threads)
  }

  @Test func choicesAndTimesAreThoseOfTheNewestRun() throws {
    let result = try recorded(rows(run: "old", ms: 9) + rows())
    let plan = result.plan
    #expect(result.identity.run == "r1" && result.guessed == 2 && !result.isMachineKnown)
    #expect(plan.layers.count == network.layers.count)
    #expect(plan.layers[0].provenance == .recorded && plan.layers[0].strategy == "direct")
    #expect(plan.layers[0].configuration.description == "band=1,columns=2")
    #expect(plan.layers[0].network?.medianMs == 0.5 && plan.layers[0].medianMs == nil)
    // Who computes a layer of a block the rows do not say.
    #expect(plan.layers[1].provenance == .heuristic && plan.layers[2].provenance == .heuristic)
    #expect(plan.fusions.map(\.fusion) == [Fusion(layers: 1...2, band: 7)])
    #expect(plan.fusions[0].provenance == .recorded)
    #expect(plan.machine["cpu"] == "CPU of then" && plan.isa == .avx2 && plan.threads.count == 2)
    // A file like any other, and one that this network runs with.
    let again = try Plan.decode(plan.encoded(), file: "plan")
    #expect(again == plan)
    try again.check(against: network, file: "plan")
    #expect(throws: PlanError.self) { try plan.require(.stored, file: "plan") }
  }

  @Test func whatIsNotThereIsSaid() throws {
    func problem(_ rows: [LayerRow], threads: Int? = nil) -> String {
      do { _ = try recorded(rows, threads: threads) } catch { return "\(error)" }
      return "none"
    }
    #expect(problem(rows(), threads: 3).contains("no run by a plan of mobilenetv1-0.25"))
    #expect(problem(rows(), threads: 3).contains("there is mobilenetv1-0.25 batch 1 on 2 threads"))
    #expect(problem(Array(rows().prefix(5))).contains("has 6 of the 28 layers"))
    var other = rows()
    other[0].problem = "mb1ic8ih8oc8oh8kh1"
    #expect(problem(other).contains("is mb1ic8ih8oc8oh8kh1"))
    var unknown = rows()
    unknown[3].strategy = "magic"
    #expect(problem(unknown).contains("magic"))
    var single = rows()
    for index in single.indices { single[index].identity.choice = "direct" }
    #expect(problem(single).contains("no run by a plan"))
  }
}
