import Base
import Execution
import KernelLibrary
import Measurement
import Networks
import Races
import TestSupport
import Testing
import Topology

@testable import Plans
@testable import Store
@testable import Tuning

/// Plans for machines that this is not.
struct PlanMakerTests {
  private static let other = MachineFingerprint(fields: [
    .init(name: "cpu", value: "Elsewhere"), .init(name: "cores", value: "64"),
  ])

  private func candidate(_ name: String) throws -> Candidate {
    Candidate(strategy: name, configuration: Configuration(["columns": 1]))
  }

  private func add(
    _ layer: NetworkLayer, winner: String, loser: String, _ validity: Validity, to store: Store,
    within network: String? = nil, index: Int = 0
  ) throws {
    var key = try sampleKey()
    key.machine = Self.other.id
    key.workload = layer.workload
    key.kernels = .current
    if let network { key.subject = .inNetwork(network: network, layer: index) }
    let standings = try [(winner, 1.0), (loser, 1.02)].map { name, ratio in
      Standing(
        candidate: try candidate(name), place: ratio == 1 ? .winner : .finalist,
        samples: [Nanoseconds(1000 * ratio), Nanoseconds(1001 * ratio)], ratio: ratio, error: 0)
    }
    try store.finish(
      store.begin(key, machine: Self.other),
      RaceOutcome(ending: .separated, standings: standings), validity: validity)
  }

  @Test func aLayerGetsWhatItsNodesChoseTogether() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    let network = try LoweredNetwork(
      graph: NetworkCatalog.graph(named: "lenet5", options: NetworkOptions()), vectorWidth: 16)
    let identity = Plan.Network(name: "lenet5", options: NetworkOptions())
    let bad = Validity(.invalid, reasons: ["steal 40 %"])
    for (index, layer) in network.layers.enumerated() {
      if index == 4 {
        let maker = try PlanMaker(store: store, machine: Self.other, threads: 2)
        #expect(
          message { _ = try maker.plan(network, identity) }.contains("5 layers 1 have no race on"))
      }
      try add(layer, winner: "direct", loser: "im2col", .valid, to: store)
      for _ in 0..<3 { try add(layer, winner: "im2col", loser: "direct", bad, to: store) }
    }
    // Within the network the second layer's choice was another.
    try add(
      network.layers[1], winner: "im2col", loser: "direct", .valid, to: store,
      within: network.identity, index: 1)
    let plan = try PlanMaker(store: store, machine: Self.other, threads: 2).plan(network, identity)
    #expect(plan.layers.map(\.strategy) == ["direct", "im2col", "direct", "direct", "direct"])
    #expect(plan.layers[1].network?.replaced?.strategy == "direct")
    #expect(try plan.machine == Self.other && plan.threads == sampleKey().team)
    #expect(plan.layers.allSatisfy { $0.provenance == .stored && $0.validity == .valid })
    try plan.check(against: network, file: "plan")
    #expect(try Plan.decode(plan.encoded(), file: "x") == plan)
    #expect(
      message {
        _ = try PlanMaker(store: store, machine: Self.other, threads: 1).plan(network, identity)
      }
      .contains("has no race of"))
  }
}
