import Convolution
import Execution
import KernelLibrary
import Measurement
import Networks
import Plans
import Topology

/// A plan with every field filled.
package func samplePlan() throws -> Plan {
  let fields = [
    ("cpu", "Test CPU"), ("architecture", "x86_64"), ("caches", "1 × L2 1 MiB"), ("numa", "1"),
    ("memory", "8 GiB"),
  ]
  var measured = PlanLayer(
    name: "conv1",
    workload: Workload(
      problem: try ConvolutionProblem(descriptor: "mb1ic64ih56oc64oh56kh3ph1"),
      epilogue: Epilogue(bias: true, activation: .relu)), strategy: "direct",
    configuration: Configuration(["columns": 2, "pixels": 14]), medianMs: 1.25,
    intervalMs: Interval(low: 1.2, high: 1.3), samples: 8,
    runnerUp: PlanLayer.RunnerUp(
      strategy: "im2col", configuration: Configuration(["columns": 1]), medianMs: 1.5),
    margin: 0.2, error: 0, workspaceBytes: 4096, provenance: .measured,
    validity: Validity(.noisy, reasons: ["CV 7.2 %"]))
  measured.hotMs = 1.1
  measured.network = PlanLayer.InNetwork(
    medianMs: 1.4, intervalMs: Interval(low: 1.375, high: 1.5), samples: 15, ending: .separated,
    replaced: PlanLayer.RunnerUp(
      strategy: "winograd", configuration: Configuration(["m": 4]), medianMs: 1.125),
    margin: 0.0625, validity: .valid)
  let heuristic = PlanLayer(
    name: "fc",
    workload: Workload(problem: try ConvolutionProblem(descriptor: "mb1ic64ih1oc10oh1kh1")),
    strategy: "pointwise", configuration: Configuration(),
    provenance: .heuristic)
  return Plan(
    machine: MachineFingerprint(
      fields: fields.map { MachineFingerprint.Field(name: $0.0, value: $0.1) }),
    network: Plan.Network(name: "test", options: NetworkOptions(batch: 1, shortcut: .b)),
    threads: ThreadTeam(
      count: 2, smt: false, binding: "core", cpus: [0, 1],
      place: WorkerPlace(
        cores: [.init(kind: "", count: 2)],
        caches: [.init(level: 2, bytes: 1 << 20, workers: 1, count: 2)])), isa: .baseline,
    budgets: Plan.Budgets(seconds: 10, maxError: 1e-5, strategies: ["direct"]),
    layers: [measured, heuristic],
    fusions: [
      PlanFusion(
        firstLayer: 0, lastLayer: 1, band: 1, medianMs: 1.75,
        intervalMs: Interval(low: 1.625, high: 1.875), samples: 12, separateMs: 2.25, margin: 0.25,
        ending: .tied, workspaceBytes: 8192, provenance: .measured)
    ])
}
