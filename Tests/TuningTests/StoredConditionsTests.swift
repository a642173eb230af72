import Convolution
import KernelLibrary
import Measurement
import TestSupport
import Testing
import Workers

@testable import Plans
@testable import Store
@testable import Topology
@testable import Tuning

/// What the tuner writes down beside its samples, and which machines' results it uses.
@Suite(.serialized) struct StoredConditionsTests {
  private func options() -> TuningOptions {
    var options = TuningOptions()
    options.rules.lookSeconds = 0.05
    options.rules.probeSeconds = 0.05
    options.rules.raceSeconds = 0.02
    options.rules.probeRunsOfBest = 1
    options.rules.raceRunsOfBest = 1
    return options
  }

  private func tune(_ store: Store, _ machine: Machine) throws -> [PlanLayer] {
    let layer = TuningLayer(
      name: "conv",
      workload: Workload(problem: try ConvolutionProblem(descriptor: "mb1ic16ih8oc16oh8kh3ph1")))
    let pool = WorkerPool(placement: .unbound(threads: 1))
    return try Tuner(
      kernels: .best, pool: pool, machine: machine, request: ThreadRequest(binding: .none),
      store: store, options: options()
    ).tune(layers: [layer])
  }

  @Test func everySampleHasItsProbes() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    var told = 0
    let layer = TuningLayer(
      name: "conv",
      workload: Workload(problem: try ConvolutionProblem(descriptor: "mb1ic16ih8oc16oh8kh3ph1")))
    let pool = WorkerPool(placement: .unbound(threads: 1))
    _ = try Tuner(
      kernels: .best, pool: pool, machine: Machine.probe(), request: ThreadRequest(binding: .none),
      store: store, options: options(), willKeep: { _, _ in told += 1 }
    ).tune(layers: [layer])
    var samples = 0
    try store.forEachRace { _, race in
      // Times with hot caches come without.
      for measurement in race.measurements where race.key.cacheState == .network {
        samples += measurement.samples.count
        for sample in measurement.samples {
          #expect(sample.speedBefore ?? 0 > 0 && sample.speedAfter ?? 0 > 0)
          #expect(sample.isDisturbed != nil)
        }
      }
    }
    #expect(samples >= 5)
    // A race's samples replace those of the probe.
    #expect(told >= samples)
  }

  @Test func resultsOfAMachineThatDiffersInNothingThatMattersAreUsed() throws {
    let place = try TemporaryStore()
    let machine = try Machine.probe()
    func copy(_ change: (MachineFingerprint.Field) -> String) -> MachineFingerprint {
      MachineFingerprint(
        fields: machine.fingerprint.fields.map { .init(name: $0.name, value: change($0)) })
    }
    let grown = copy { $0.name == "cores" ? "4711" : $0.value }
    let other = copy { $0.name == "caches" ? "1 × L2 5 KiB" : $0.value }
    for (index, (origin, provenance)) in [(grown, Provenance.stored), (other, .measured)]
      .enumerated()
    {
      let store = try Store(path: place.folder + "/\(index).sqlite")
      #expect(try tune(store, machine).map(\.provenance) == [.measured])
      // The races as if the other machine had run them.
      try store.write { db in
        try Store.add(origin, db)
        try db.execute(sql: "UPDATE races SET machine = ?", arguments: [origin.id])
      }
      #expect(try tune(store, machine).map(\.provenance) == [provenance])
    }
  }
}
