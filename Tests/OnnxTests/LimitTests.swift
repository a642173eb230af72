import Testing

@testable import Onnx

/// What a model of a size may ask for, and what it is told otherwise.
@Suite struct LimitTests {
  @Test func sharedWeightsCountOnce() throws {
    // 40 layers of 2^20 shared weights: four times what one reading allows.
    var model = TestModel(input: [1, 1024, 1, 1])
    model.floats("w", [1024, 1024, 1, 1], [Float](repeating: 1 / 1024, count: 1 << 20))
    for layer in 0..<40 {
      model.node("Conv", [layer == 0 ? "x" : "t\(layer)", "w"], to: ["t\(layer + 1)"])
    }
    model.node("Relu", ["t40"])
    #expect(try model.network().graph.convolutions.count == 40)
  }

  @Test func longInputs() throws {
    var model = TestModel(input: [1, 1, 1, 160_000])
    model.node("Relu", ["x"])
    #expect(try model.network().graph.input.width == 160_000)
  }

  /// onnx's own copies of published networks have their weights like this.
  @Test func filledWeights() throws {
    var model = TestModel(input: [1, 4096])
    model.ints("shape", [4096, 4096])
    model.node(
      "ConstantOfShape", ["shape"], to: ["w"], ["value": .tensor(TestModel.tensor([1], [0.5]))])
    model.node("Gemm", ["x", "w"], ["transB": .int(1)])
    #expect(try model.labels() == ["fc"])
    var huge = TestModel(input: [1, 4])
    huge.ints("shape", [1 << 15, 1 << 14])
    huge.node("ConstantOfShape", ["shape"], to: ["w"])
    huge.node("Gemm", ["x", "w"])
    #expect(huge.refusal()?.contains("fills more than") == true)
  }

  @Test func subgraphsAreNamed() {
    var model = TestModel(input: [1, 4])
    var inner = TestModel(input: [1, 4])
    inner.node("Relu", ["x"])
    model.floats("c", [], [1])
    model.node("If", ["c"])
    var branch = Onnx_AttributeProto()
    branch.name = "then_branch"
    branch.type = .graph
    branch.g = inner.proto.graph
    model.proto.graph.node[0].attribute = [branch]
    #expect(model.refusal()?.contains("without subgraphs") == true)
  }

  @Test func negativeExtents() {
    var model = TestModel(input: [1, 4])
    model.ints("shape", [-2, 4])
    model.node("ConstantOfShape", ["shape"], to: ["w"])
    model.node("Add", ["x", "w"])
    #expect(model.refusal()?.contains("an extent of -2") == true)
  }

  @Test(arguments: [
    ([nil, nil, 48, 192], "x=1x3x48x192"), ([2, nil, nil, nil], "x=2x3x224x224"),
    ([nil, 1, nil, 64], "x=1x1x224x64"),
  ])
  func proposalsKeepWhatIsFixed(_ extents: [Int?], _ text: String) {
    var model = TestModel(input: extents)
    model.node("Relu", ["x"])
    #expect(model.refusal()?.contains("--shape \(text)") == true)
  }

  @Test func operatorsOnKnownNumbers() {
    var model = TestModel(input: [1, 4])
    model.node("Not", ["x"])
    #expect(model.refusal()?.contains("known numbers only") == true)
  }
}
