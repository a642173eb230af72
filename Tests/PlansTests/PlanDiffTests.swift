import KernelLibrary
import Measurement
import TestSupport
import Testing

@testable import Plans

@Suite struct PlanDiffTests {
  @Test func partsAreLayersOrBlocks() throws {
    var plan = try samplePlan()
    #expect(plan.parts.map(\.layers) == [0...1])
    #expect("\(plan.parts[0].candidate)" == "fused(band=1)" && plan.parts[0].ms == 1.75)
    plan.fusions = []
    #expect(plan.parts.map(\.layers) == [0...0, 1...1])
    // Within the network where that is known.
    #expect(plan.parts.map(\.ms) == [1.4, nil])
  }

  @Test func aBlockIsPutBesideItsLayers() throws {
    let fused = try samplePlan()
    var apart = fused
    apart.fusions = []
    let diff = try PlanDiff(fused, apart, names: ["a", "b"])
    #expect(diff.rows.map(\.name) == ["conv1..fc"])
    #expect(diff.different.count == 1)
    #expect(diff.rows[0].choices[1].contains(" + "))
    #expect(diff.rows[0].ms == [1.75, nil])
    #expect(try PlanDiff(fused, fused, names: ["a", "b"]).different.isEmpty)
    var other = apart
    other.layers[0].configuration = Configuration(["columns": 1, "pixels": 14])
    let parameter = try PlanDiff(apart, other, names: ["a", "b"]).different
    #expect(parameter.map(\.name) == ["conv1"])
    #expect(parameter[0].differences == ["direct columns=2", "direct columns=1"])
    other.layers[0].strategy = "im2col"
    let strategy = try PlanDiff(apart, other, names: ["a", "b"]).different
    #expect(strategy[0].differences == ["direct", "im2col"])
  }

  @Test func plansOfOtherLayersAreRefused() throws {
    let plan = try samplePlan()
    var other = plan
    other.layers.removeLast()
    other.fusions = []
    #expect(throws: PlanError.self) { try PlanDiff(plan, other, names: ["a", "b"]) }
  }

  @Test func hashesAreOfChoicesOnly() throws {
    let plan = try samplePlan()
    var again = plan
    again.layers[0].medianMs = 77
    again.toolVersion = "9"
    again.threads.count = 1
    #expect(again.hash == plan.hash)
    for change: (inout Plan) -> Void in [
      { $0.fusions = [] }, { $0.fusions[0].band = 2 }, { $0.isa = .avx2 },
      { $0.layers[0].strategy = "im2col" }, { $0.layers[1].workload.epilogue = .init(bias: true) },
      { $0.layers[0].configuration = Configuration(["columns": 1]) },
    ] {
      var other = plan
      change(&other)
      #expect(other.hash != plan.hash)
    }
  }

  @Test(arguments: [
    (0.3, "+30.0 %"), (0.011, "+1.1 %"), (0.01, "tie"), (0, "tie"), (-0.02, "tie"),
  ]) func marginsWithinATieAreNoNumbers(_ margin: Double, _ text: String) {
    #expect(MarginText.signed(margin) == text)
    #expect((MarginText.percent(margin) == "tie") == (text == "tie"))
  }
}
