import Base
import Convolution
import KernelLibrary
import Measurement
import TestSupport
import Testing

@testable import Plans
@testable import Races
@testable import Store
@testable import Topology
@testable import Tuning

@Suite struct PlanPricerTests {
  private static let other = MachineFingerprint(fields: [.init(name: "cpu", value: "Other CPU")])
  private let place: TemporaryStore
  private let store: Store
  private let plan: Plan

  private static func candidate(_ strategy: String) -> Candidate {
    Candidate(strategy: strategy, configuration: Configuration())
  }

  private static func layer(_ problem: String, _ strategy: String, _ ms: Double) throws -> PlanLayer
  {
    PlanLayer(
      name: problem, workload: try Workload(text: problem),
      strategy: strategy, configuration: Configuration(), medianMs: ms, provenance: .measured)
  }

  private static let problems = [
    "mb1ic16ih8oc16oh8kh3ph1", "mb1ic16ih8oc32oh8kh1", "mb1ic32ih8oc16oh8kh1",
  ]

  init() throws {
    place = try TemporaryStore()
    store = try Store(path: place.path)
    plan = Plan(
      machine: sampleMachine, network: Plan.Network(name: "lenet5", options: .init()),
      threads: ThreadTeam(count: 2, smt: false, binding: "core"), isa: .baseline,
      layers: try Self.problems.map { try Self.layer($0, "direct", 1) })
  }

  private var identity: String {
    "lenet5#"
      + shortHash(plan.layers.map { "\($0.problem.text(.legacy)) \($0.epilogue);" }.joined())
  }

  /// The winner first.
  private func race(
    _ problem: Int, _ times: [(Candidate, Nanoseconds)], subject: RaceSubject = .isolated,
    machine: MachineFingerprint = other, raced: Bool = true,
    validity: Validity = .valid
  ) throws {
    let key = RaceKey(
      machine: machine.id, isa: .baseline,
      team: ThreadTeam(
        count: 2, smt: false, binding: "core",
        place: WorkerPlace(
          cores: [.init(kind: "", count: 2)],
          caches: [.init(level: 2, bytes: 1 << 21, workers: 1, count: 2)])),
      cacheState: .network, workload: plan.layers[problem].workload,
      kernels: .current, subject: subject, scope: RaceScope(candidates: 2))
    let open = try store.begin(key, machine: machine)
    try store.finish(
      open,
      RaceOutcome(
        ending: .separated,
        standings: times.enumerated().map { index, entry in
          let samples = Array(repeating: entry.1, count: index == 0 || raced ? 5 : 1)
          return Standing(
            candidate: entry.0, place: index == 0 ? .winner : .finalist, samples: samples,
            ratio: entry.1 / times[0].1, error: 0)
        }), validity: validity)
  }

  private func pricer(_ machine: MachineFingerprint = other) throws -> PlanPricer {
    try PlanPricer(store: store, machine: machine, isa: .baseline, threads: 2)
  }

  @Test func everySourceIsNamed() throws {
    let (direct, im2col) = (Self.candidate("direct"), Self.candidate("im2col"))
    #expect(try pricer().price(plan).knownLayers == 0)
    // Another machine's races say nothing of this one.
    try race(0, [(direct, 7e6)], machine: sampleMachine)
    #expect(try pricer().price(plan).parts.map(\.source) == [.unknown, .unknown, .unknown])
    try race(0, [(im2col, 2e6), (direct, 3e6)])
    try race(1, [(im2col, 1e6), (direct, 4e6)], raced: false)
    var price = try pricer().price(plan)
    #expect(price.parts.map(\.source) == [.isolated, .probed, .unknown])
    #expect(price.parts[0].ms == 3 && price.parts[1].ms == 4 && price.knownMs == 7)
    #expect(price.knownLayers == 2 && abs((price.knownShare ?? 0) - 2 / 3.0) < 1e-9)
    // im2col took twice as long in the network as alone: so would direct.
    try race(0, [(im2col, 4e6)], subject: .inNetwork(network: identity, layer: 0))
    price = try pricer().price(plan)
    #expect(price.parts[0].source == .scaled && price.parts[0].ms == 6)
    try race(2, [(direct, 5e6)], subject: .inNetwork(network: identity, layer: 2))
    // Another network of the same layer.
    try race(1, [(direct, 9e6)], subject: .inNetwork(network: "x#1", layer: 2))
    price = try pricer().price(plan)
    #expect(price.parts.map(\.source) == [.scaled, .probed, .inNetwork])
    #expect(price.parts[2].ms == 5)
  }

  @Test func blocksArePricedAsBlocksOrAsTheirLayers() throws {
    var fused = plan
    fused.fusions = [
      PlanFusion(
        firstLayer: 1, lastLayer: 2, band: 4, medianMs: 1, intervalMs: Interval(low: 1, high: 1),
        samples: 5, separateMs: 2, margin: 1, ending: .separated, workspaceBytes: 0,
        provenance: .measured)
    ]
    let direct = Self.candidate("direct")
    for problem in 0..<3 { try race(problem, [(direct, .milliseconds(Double(problem + 1)))]) }
    #expect(try pricer().price(fused).parts.map(\.source) == [.isolated, .apart])
    #expect(try pricer().price(fused).knownMs == 6)
    let block = Candidate(
      strategy: "fused", configuration: Configuration(["band": 4, "layers": 2]))
    try race(
      2, [(block, 3.5e6), (Candidate(strategy: "separate", configuration: Configuration()), 5e6)],
      subject: .block(network: identity, layer: 2, block: "abc"))
    let price = try pricer().price(fused)
    #expect(price.parts.map(\.source) == [.isolated, .block] && price.knownMs == 4.5)
  }

  @Test func regretIsOverWhatAllPlansKnow() throws {
    let (direct, im2col) = (Self.candidate("direct"), Self.candidate("im2col"))
    var second = plan
    for index in 0..<3 { second.layers[index].strategy = "im2col" }
    for (machine, times) in [
      (Self.other, (2e6 as Nanoseconds, 3e6 as Nanoseconds)), (sampleMachine, (4e6, 1e6)),
    ] {
      for problem in 0..<2 {
        let pair = [(direct, times.0), (im2col, times.1)].sorted { $0.1 < $1.1 }
        try race(problem, pair, machine: machine)
      }
      // Known of one plan only: it does not count.
      try race(2, [(direct, 1e9)], machine: machine)
    }
    let segments = try PlanSegments([plan, second], names: ["a", "b"])
    let prices = try [Self.other, sampleMachine].map { machine in
      try [plan, second].map { try pricer(machine).price($0) }
    }
    let matrix = RegretMatrix(prices, segments: segments)
    #expect(matrix.layers == [2, 2])
    #expect(matrix.ms == [[4, 8], [6, 2]])
    #expect(matrix.regret(plan: 0, machine: 0) == 0 && matrix.regret(plan: 0, machine: 1) == 3)
    #expect(matrix.worst(plan: 0) == 1 && matrix.worst(plan: 1) == 0 && matrix.safest == 1)
  }

  /// A race on a quieter machine is better evidence, but says nothing of who did not run in it.
  @Test func whatOnlyNoisyRacesHaveIsKnown() throws {
    let (direct, im2col) = (Self.candidate("direct"), Self.candidate("im2col"))
    let noisy = Validity(.noisy, reasons: ["CV 9 %"])
    try race(0, [(direct, 3e6)], validity: noisy)
    try race(0, [(im2col, 2e6)])
    #expect(try pricer().price(plan).parts[0].ms == 3)
    try race(0, [(direct, 4e6)])
    #expect(try pricer().price(plan).parts[0].ms == 4)
  }

  /// Those of earlier kernels count where they are most of what is known, and never beside others.
  @Test func kernelsAreNotMixed() throws {
    let earlier = try #require(KernelSignature("band-kernels.99 direct.1"))
    for problem in Self.problems.prefix(2) {
      var key = try sampleKey(problem)
      key.machine = Self.other.id
      key.kernels = earlier
      let open = try store.begin(key, machine: Self.other)
      try store.finish(open, sampleOutcome(), validity: .valid)
    }
    #expect(try pricer().races == 2)
    #expect(try pricer().kernels == earlier)
    for problem in 0..<2 { try race(problem, [(Self.candidate("direct"), 3e6)]) }
    #expect(try pricer().races == 2)
    #expect(try pricer().kernels == .current)
  }
}
