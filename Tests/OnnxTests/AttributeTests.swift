import Testing

@testable import Onnx

/// Every attribute of every operator is understood or refused.
@Suite struct AttributeTests {
  private func refusal(_ type: String, _ attribute: String, opset: Int) throws -> String? {
    var model = TestModel(input: [1, 1, 2, 2], opset: opset)
    model.node(type, ["x"], [attribute: .int(0)])
    let node = try NodeReader(model.proto.graph.node[0], opset: opset)
    do { try OperatorTable.check(node) } catch { return "\(error)" }
    return nil
  }

  @Test func everyOperatorHasItsAttributes() throws {
    #expect(Set(OperatorTable.attributes.keys) == Set(OperatorTable.names))
    for type in OperatorTable.names {
      #expect(
        try refusal(type, "mystery", opset: 17)?.contains("\"mystery\" is not understood") == true,
        "\(type)")
      for attribute in OperatorTable.attributes[type] ?? [] {
        for opset in ModelFile.opsets {
          #expect(
            try refusal(type, attribute.name, opset: opset) == nil
              || !(OperatorTable.attributes[type] ?? []).contains {
                $0.name == attribute.name && $0.opsets.contains(opset)
              }, "\(type) \(attribute.name) \(opset)")
        }
      }
    }
  }

  /// Attributes outside the operator sets that have them, and those that were ignored once.
  @Test(arguments: [
    ("SpaceToDepth", "mode", 13), ("Squeeze", "axes", 13), ("Clip", "min", 11),
    ("Split", "split", 13), ("ReduceMean", "axes", 18), ("Upsample", "align_corners", 9),
    ("Softmax", "beta", 13), ("Conv", "output_padding", 17), ("Add", "broadcast", 7),
    ("MaxPool", "count_include_pad", 17), ("Constant", "sparse_value", 13),
  ])
  func isRefused(_ type: String, _ attribute: String, _ opset: Int) throws {
    #expect(try refusal(type, attribute, opset: opset)?.contains("not understood") == true)
  }

  @Test func models() {
    var model = TestModel(input: [1, 1, 2, 2])
    model.node("Relu", ["x"], ["alpha": .float(0.5)])
    #expect(model.refusal()?.contains("\"alpha\" is not understood") == true)
  }
}
