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

@Suite struct BundleChoiceTests {
  private static let here = MachineFingerprint(fields: [
    .init(name: "cpu", value: "Here"), .init(name: "caches", value: "1 × L2 1 MiB"),
  ])
  private static let kin = MachineFingerprint(fields: [
    .init(name: "cpu", value: "Kin"), .init(name: "caches", value: "1 × L2 1 MiB"),
  ])
  private static let other = MachineFingerprint(fields: [
    .init(name: "cpu", value: "Other"), .init(name: "caches", value: "1 × L2 2 MiB"),
  ])
  private static let problems = ["mb1ic16ih8oc16oh8kh3ph1", "mb1ic16ih8oc32oh8kh1"]

  private func plan(
    _ machine: MachineFingerprint, _ threads: Int, _ strategy: String = "direct",
    isa: InstructionSet = .baseline
  ) throws -> Plan {
    Plan(
      machine: machine, network: Plan.Network(name: "lenet5", options: .init()),
      threads: ThreadTeam(count: threads, smt: false, binding: "core"), isa: isa,
      layers: try Self.problems.map {
        PlanLayer(
          name: $0, workload: try Workload(text: $0), strategy: strategy,
          configuration: Configuration(), medianMs: 1, provenance: .measured)
      })
  }

  private func place(
    threads: Int, isAsked: Bool = true, sets: [InstructionSet] = [.baseline]
  ) -> BundleChoice.Place {
    BundleChoice.Place(
      machine: Self.here, instructionSets: sets, threads: threads, smt: false, isAsked: isAsked)
  }

  private func choice(
    _ plans: [Plan], _ place: BundleChoice.Place, _ store: Store? = nil
  ) throws -> BundleChoice {
    try BundleChoice(
      PlanBundle(plans, names: plans.indices.map { "\($0)" }), at: place, store: { store })
  }

  @Test func theMachinesOwnComesFirst() throws {
    let plans = try [plan(Self.other, 4), plan(Self.here, 2), plan(Self.here, 4)]
    var found = try choice(plans, place(threads: 4))
    #expect(found.index == 2 && found.reason == .fits)
    // Nobody asked for 8 threads: its own plan brings its number, and the nearest one at that.
    found = try choice(plans, place(threads: 8, isAsked: false))
    #expect(found.index == 2 && found.reason == .machine)
    // Somebody did.
    found = try choice([plan(Self.other, 8), plan(Self.here, 2)], place(threads: 8))
    #expect(found.index == 0 && found.reason == .nearest)
  }

  @Test func theNearestIsByKernelsThenThreadsThenTheMachine() throws {
    let sets: [InstructionSet] = [.baseline, .avx2]
    let plans = try [
      plan(Self.other, 4), plan(Self.other, 16, isa: .avx2), plan(Self.other, 2, isa: .avx2),
      plan(Self.kin, 2, isa: .avx2), plan(Self.other, 8, isa: .avx512),
    ]
    #expect(try choice(plans, place(threads: 4, sets: sets)).index == 3)
    #expect(try choice(plans, place(threads: 12, sets: sets)).index == 1)
    #expect(try choice(plans, place(threads: 4)).index == 0)
  }

  @Test func noneThatRunsHereIsAnError() throws {
    #expect {
      _ = try choice([plan(Self.here, 4, isa: .avx512)], place(threads: 4))
    } throws: {
      "\($0)".hasPrefix("none of the 1 plans can run here: they are for AVX-512, this is ")
    }
    // The kernels of that name are others there.
    let arm = MachineFingerprint(fields: [.init(name: "architecture", value: "arm64")])
    #expect { _ = try choice([plan(arm, 4)], place(threads: 4)) } throws: {
      "\($0)".contains("they are for arm64 with ")
    }
    #expect(try choice([plan(arm, 4), plan(Self.other, 1)], place(threads: 4)).index == 1)
  }

  /// Races of this machine beat likeness, as far as they know half of the layers.
  @Test func storedRacesDecideBeforeLikeness() throws {
    let folder = try TemporaryStore()
    let store = try Store(path: folder.path)
    let plans = try [plan(Self.kin, 4), plan(Self.other, 4, "im2col")]
    func race(_ problem: Int, machine: MachineFingerprint) throws {
      let key = RaceKey(
        machine: machine.id, isa: .baseline,
        team: ThreadTeam(
          count: 4, smt: false, binding: "core",
          place: WorkerPlace(
            cores: [.init(kind: "", count: 4)],
            caches: [.init(level: 2, bytes: 1 << 20, workers: 1, count: 4)])),
        cacheState: .network, workload: plans[0].layers[problem].workload, kernels: .current,
        scope: RaceScope(candidates: 2))
      let times: [(String, Nanoseconds)] = [("im2col", 2e6), ("direct", 3e6)]
      let standings = times.enumerated().map { index, entry in
        Standing(
          candidate: Candidate(strategy: entry.0, configuration: Configuration()),
          place: index == 0 ? .winner : .finalist, samples: Array(repeating: entry.1, count: 5),
          ratio: entry.1 / times[0].1, error: 0)
      }
      try store.finish(
        store.begin(key, machine: machine),
        RaceOutcome(ending: .separated, standings: standings), validity: .valid)
    }
    var found = try choice(plans, place(threads: 4), store)
    #expect(found.index == 0 && found.reason == .nearest)
    try race(0, machine: Self.other)
    found = try choice(plans, place(threads: 4), store)
    #expect(found.index == 0 && found.reason == .nearest)
    try race(0, machine: Self.here)
    found = try choice(plans, place(threads: 4), store)
    #expect(found.index == 1 && found.reason == .stored(layers: 1, of: 2))
    // Races with other threads say nothing.
    found = try choice(plans, place(threads: 2), store)
    #expect(found.index == 0 && found.reason == .nearest)
  }
}
