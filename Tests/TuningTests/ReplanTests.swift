import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import TestSupport
import Testing

@testable import Plans
@testable import Races
@testable import Store
@testable import Topology
@testable import Tuning

struct ReplanTests {
  private static let problem = "mb1ic16ih8oc16oh8kh3ph1"
  private let place: TemporaryStore
  private let store: Store
  private let plan: Plan

  private static func candidate(_ strategy: String, _ values: [String: Int] = [:]) -> Candidate {
    Candidate(strategy: strategy, configuration: Configuration(values))
  }

  private static func standing(
    _ candidate: Candidate, _ place: Standing.Place, _ time: Nanoseconds, raced: Bool = true,
    workspace: Int = 0, error: Double? = 0
  ) -> Standing {
    Standing(
      candidate: candidate, place: place,
      samples: raced ? [time - 1, time, time + 1, time, time] : [time],
      ratio: time / (1000 as Nanoseconds),
      workspaceBytes: workspace, error: error)
  }

  private static let winograd = candidate("winograd", ["m": 4])
  private static let direct = candidate("direct", ["columns": 2])
  private static let im2col = candidate("im2col", ["columns": 1])
  private static let separable = candidate("separable", ["rank": 1])

  /// Winograd won; what lost has its numbers.
  init() throws {
    place = try TemporaryStore()
    store = try Store(path: place.path)
    let problem = try ConvolutionProblem(descriptor: Self.problem)
    var winner = PlanLayer(
      name: "conv", workload: Workload(problem: problem), strategy: "winograd",
      configuration: Self.winograd.configuration, medianMs: 1e-3, error: 3e-6,
      workspaceBytes: 4096, provenance: .measured)
    winner.samples = 5
    plan = Plan(
      machine: sampleMachine,
      network: Plan.Network(name: "lenet5", options: .init()),
      threads: ThreadTeam(count: 2, smt: false, binding: "core", cpus: []), isa: .baseline,
      layers: [winner])
    let race = try store.begin(key(), machine: sampleMachine)
    try store.finish(
      race,
      RaceOutcome(
        ending: .separated,
        standings: [
          Self.standing(Self.winograd, .winner, 1000, workspace: 4096, error: 3e-6),
          Self.standing(Self.im2col, .finalist, 1100, workspace: 1024),
          Self.standing(Self.direct, .slower, 1500, raced: false, error: nil),
          Self.standing(Self.separable, .finalist, 800, error: 0.2),
          Standing(
            candidate: Self.candidate("direct", ["columns": 4]), place: .rejected, samples: [10],
            ratio: 0.01, rejection: "wrong result"),
          Standing(candidate: Self.candidate("direct", ["columns": 1]), place: .unprobed),
        ]), validity: .valid)
  }

  private func key() throws -> RaceKey {
    RaceKey(
      machine: sampleMachine.id, isa: .baseline,
      team: ThreadTeam(count: 2, smt: false, binding: "core"), cacheState: .network,
      workload: Workload(problem: try ConvolutionProblem(descriptor: Self.problem)),
      kernels: .current, scope: RaceScope(candidates: 6))
  }

  private func replanned(
    store: Store? = nil, _ change: (inout Plan.Budgets) -> Void = { _ in }
  ) throws -> PlanLayer {
    var budgets = plan.budgets
    change(&budgets)
    let new = try Replanner(plan: plan, budgets: budgets, store: store ?? self.store).replan()
    #expect(new.budgets == budgets)
    return new.layers[0]
  }

  @Test func withoutNewLimitsNothingChanges() throws {
    #expect(try replanned() == plan.layers[0])
  }

  @Test func excludedStrategiesGiveWayToTheNextFastest() throws {
    let layer = try replanned { $0.strategies = ["direct", "im2col", "separable"] }
    #expect(layer.candidate == Self.im2col)
    #expect(layer.provenance == .stored)
    #expect(abs((layer.medianMs ?? 0) - 1100e-6) < 1e-15)
    #expect(layer.runnerUp?.strategy == "direct")
    #expect(abs((layer.margin ?? 0) - (1500.0 / 1100 - 1)) < 1e-12)
    #expect(layer.validity == .valid)
  }

  @Test func whatWasOnlyProbedSaysSo() throws {
    let layer = try replanned { $0.maxWorkspaceBytes = 512 }
    #expect(layer.candidate == Self.direct)
    #expect(layer.provenance == .stored)
    #expect(layer.samples == 1)
    #expect(layer.validity.description == "noisy: probed only, not raced")
  }

  @Test func errorsCountAsMeasured() throws {
    #expect(try replanned { $0.maxError = 1e-5 }.candidate == Self.winograd)
    #expect(try replanned { $0.maxError = 1e-6 }.candidate == Self.im2col)
    // An approximation only where it is allowed.
    #expect(try replanned { $0.maxError = 0.5 }.candidate == Self.separable)
  }

  @Test func whatWasNeverMeasuredIsHeuristic() throws {
    let empty = try Store(path: place.folder + "/empty.sqlite")
    let layer = try replanned(store: empty) { $0.strategies = ["im2col"] }
    #expect(layer.strategy == "im2col")
    #expect(layer.provenance == .heuristic)
    #expect(layer.medianMs == nil)
    // What the plan has is evidence enough.
    #expect(try replanned(store: empty) == plan.layers[0])
    #expect(throws: PlanError.self) {
      _ = try replanned(store: empty) {
        $0.strategies = ["pointwise"]
      }
    }
    let tight = try replanned(store: empty) { $0.maxWorkspaceBytes = 0 }
    #expect(tight.provenance == .heuristic && tight.workspaceBytes == 0)
  }

  /// A fused block holds for the candidates and within the limits that it was raced with.
  @Test func fusionsStayWithTheirLayers() throws {
    var fused = plan
    fused.layers.append(plan.layers[0])
    fused.fusions = [
      PlanFusion(
        firstLayer: 0, lastLayer: 1, band: 2, medianMs: 1e-3,
        intervalMs: Interval(low: 1e-3, high: 1e-3), samples: 5, separateMs: 2e-3, margin: 1,
        ending: .separated, workspaceBytes: 8192, provenance: .measured)
    ]
    func fusions(_ change: (inout Plan.Budgets) -> Void) throws -> [PlanFusion] {
      var budgets = plan.budgets
      change(&budgets)
      return try Replanner(plan: fused, budgets: budgets, store: store).replan().fusions
    }
    #expect(try fusions { _ in } == fused.fusions)
    #expect(try fusions { $0.maxWorkspaceBytes = 8192 } == fused.fusions)
    #expect(try fusions { $0.maxWorkspaceBytes = 4096 }.isEmpty)
    #expect(try fusions { $0.strategies = ["im2col"] }.isEmpty)
  }

  @Test func newerRacesReplaceOlderOnes() throws {
    let race = try store.begin(key(), machine: sampleMachine)
    var winner = Self.standing(Self.direct, .winner, 900)
    winner.ratio = 1
    try store.finish(
      race, RaceOutcome(ending: .separated, standings: [winner]), validity: .valid,
      isRefresh: true)
    let layer = try replanned()
    #expect(layer.candidate == Self.direct)
    #expect(layer.samples == 5)
    #expect(layer.provenance == .stored)
    // Other conditions' races do not count.
    var other = plan
    other.threads.count = 1
    #expect(
      try Replanner(plan: other, budgets: plan.budgets, store: store).replan().layers == plan.layers
    )
  }

  @Test func lessEvidenceIsRefused() throws {
    try plan.require(.measured, file: "p.json")
    var weaker = plan
    weaker.layers += [plan.layers[0], plan.layers[0]]
    weaker.layers[1].provenance = .heuristic
    weaker.layers[2].provenance = .stored
    #expect(
      message { try weaker.require(.measured, file: "p.json") }.hasPrefix(
        "p.json: 2 layers are not measured, e.g. conv: heuristic; "))
    #expect(
      message { try weaker.require(.stored, file: "p.json") }.hasPrefix(
        "p.json: 1 layer is not stored, e.g. conv: heuristic; "))
    try weaker.require(.heuristic, file: "p.json")
    #expect(weaker.provenances == [.measured: 1, .heuristic: 1, .stored: 1])
  }
}
