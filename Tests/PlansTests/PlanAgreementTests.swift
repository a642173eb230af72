import Convolution
import KernelLibrary
import Measurement
import Networks
import Testing
import Topology

@testable import Plans

struct PlanAgreementTests {
  private let machine: MachineFingerprint
  private let problem: ConvolutionProblem

  init() throws {
    machine = try Machine.probe().fingerprint
    problem = try ConvolutionProblem(descriptor: "mb1ic16ih8oc16oh8kh3ph1")
  }

  /// A plan of layers with such strategies and milliseconds.
  private func plan(_ choices: [(strategy: String, ms: Double)]) -> Plan {
    Plan(
      machine: machine, network: Plan.Network(name: "net", options: NetworkOptions()),
      threads: ThreadTeam(count: 1, smt: false, binding: "none", cpus: []), isa: .baseline,
      layers: choices.enumerated().map { index, choice in
        PlanLayer(
          name: "layer\(index)", workload: Workload(problem: problem), strategy: choice.strategy,
          configuration: Configuration(), medianMs: choice.ms,
          intervalMs: Interval(low: choice.ms * 0.999, high: choice.ms * 1.001), samples: 20,
          provenance: .measured)
      })
  }

  @Test func equalPlansAgree() throws {
    let one = plan([("direct", 1), ("winograd", 2)])
    let agreement = try PlanAgreement([one, one, one])
    #expect(agreement.agreeing == 2)
    #expect(agreement.samePairs == 1 && agreement.sameCandidatePairs == 1)
    #expect(agreement.differences.isEmpty)
  }

  @Test func differencesAreCountedByPairsAndWeighed() throws {
    let usual = plan([("direct", 1), ("winograd", 2)])
    let agreement = try PlanAgreement([
      usual, usual, plan([("im2col", 1.01), ("winograd", 2)]),
      plan([("direct", 1), ("direct", 3)]),
    ])
    #expect(agreement.agreeing == 0)
    // Of six pairs three per layer differ.
    #expect(agreement.samePairs == 0.5)
    #expect(agreement.differences.map(\.isWithinNoise) == [true, false])
    let gaps = agreement.differences.map { $0.gap ?? 0 }
    #expect(abs(gaps[0] - 0.01) < 1e-9 && abs(gaps[1] - 0.5) < 1e-9)
  }

  /// What one tuning compared itself counts more than times of different tunings.
  @Test func thePlansOwnMarginDecides() throws {
    let usual = plan([("direct", 1)])
    var other = plan([("im2col", 1.2)])
    other.layers[0].runnerUp = PlanLayer.RunnerUp(
      strategy: "direct", configuration: Configuration(), medianMs: 1.21)
    other.layers[0].margin = 0.008
    let close = try PlanAgreement([usual, usual, other])
    #expect(close.differences[0].isWithinNoise)
    #expect(close.differences[0].gap == 0.008)
    other.layers[0].margin = 0.08
    #expect(try !PlanAgreement([usual, usual, other]).differences[0].isWithinNoise)
  }

  @Test func otherNetworksAndSinglePlansAreErrors() throws {
    let one = plan([("direct", 1)])
    #expect(throws: PlanError.self) { try PlanAgreement([one]) }
    #expect(throws: PlanError.self) {
      try PlanAgreement([one, plan([("direct", 1), ("direct", 1)])])
    }
  }
}
