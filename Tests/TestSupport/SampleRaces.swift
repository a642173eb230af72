import Convolution
import KernelLibrary
import Measurement
import Races
import Store
import Topology

package func sampleKey(_ problem: String = "mb1ic64ih56oc64oh56kh3ph1") throws -> RaceKey {
  RaceKey(
    machine: "0123456789ab", isa: .baseline,
    team: ThreadTeam(
      count: 2, smt: false, binding: "core",
      place: WorkerPlace(
        cores: [.init(kind: "", count: 2)],
        caches: [.init(level: 3, bytes: 32 << 20, workers: 2, count: 1)])),
    cacheState: .network, workload: Workload(problem: try ConvolutionProblem(descriptor: problem)),
    kernels: .current, scope: RaceScope(candidates: 2))
}

package let sampleMachine = MachineFingerprint(fields: [.init(name: "cpu", value: "Test CPU")])

package func sampleOutcome() -> RaceOutcome {
  RaceOutcome(
    ending: .separated,
    standings: [
      Standing(
        candidate: Candidate(
          strategy: "direct", configuration: KernelLibrary.Configuration(["columns": 2])),
        place: .winner,
        samples: [1000, 1010.5, 990], ratio: 1, workspaceBytes: 64, error: 0),
      Standing(
        candidate: Candidate(strategy: "im2col", configuration: KernelLibrary.Configuration()),
        place: .finalist, samples: [1500, 1490], ratio: 1.5, workspaceBytes: 4096, error: 0),
      Standing(
        candidate: Candidate(
          strategy: "winograd", configuration: KernelLibrary.Configuration(["m": 4])),
        place: .rejected, samples: [2000], ratio: 2, rejection: "wrong result"),
    ], discarded: 3, disturbed: 1)
}
