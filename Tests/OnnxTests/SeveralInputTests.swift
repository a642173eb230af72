import Networks
import Testing

@testable import Onnx

/// Models that compute from several inputs, each with a shape and an order of its own.
@Suite struct SeveralInputTests {
  /// An image with its channels last, a mask of the whole image, a number per channel; one input
  /// that nothing reads.
  private var model: TestModel {
    var model = TestModel(input: [1, 4, 5, 3])
    model.input("mask", [nil, 1, 4, 5])
    model.input("unused", [7])
    model.input("gain", [1, 3])
    model.node("Transpose", ["x"], to: ["front"], ["perm": .ints([0, 3, 1, 2])])
    model.ints("shape", [1, 3, 1, 1])
    model.node("Reshape", ["gain", "shape"], to: ["factors"])
    model.node("Mul", ["front", "mask"], to: ["masked"])
    model.node("Add", ["masked", "factors"])
    return model
  }

  @Test func everyInputIsRead() throws {
    let graph = try model.network().graph
    #expect(graph.inputs.map { graph.nodes[$0.node].name } == ["x", "mask", "gain"])
    #expect(graph.inputs.map(\.interface.extents) == [[1, 4, 5, 3], [1, 1, 4, 5], [1, 3]])
    let given = [numbers(60), numbers(20, 2), numbers(3, 3)]
    let planar = zip(graph.inputs, given).map { input, values in
      input.interface.planar(values, shape: graph.nodes[input.node].shape)
    }
    let result = try Interpreter.all(graph, inputs: planar) { graph.parameters(of: $0, seed: 0) }[0]
    let expected = (0..<60).map { index in
      let (channel, pixel) = (index / 20, index % 20)
      return Double(given[0][pixel * 3 + channel]) * Double(given[1][pixel])
        + Double(given[2][channel])
    }
    #expect(distance(result, expected) < 1e-12)
  }

  @Test func shapesAreGivenByName() throws {
    let shapes = try model.network(ImportOptions(shapes: ["mask": [1, 1, 4, 5]])).graph.inputs
    #expect(shapes.count == 3)
    // A plan's shapes stand in, input by input.
    let planned = ImportOptions(fallbacks: [[9, 9, 9, 9], [1, 1, 4, 5]])
    #expect(try model.network(planned).graph.inputs[1].interface.extents == [1, 1, 4, 5])
    for (shapes, words) in [
      (["": [1, 4, 5, 3]], "has 3 inputs; name the one"), (["z": [1]], "has no input \"z\""),
      (["mask": [1, 2, 4, 5]], "input \"mask\" is ?×1×4×5"),
    ] {
      #expect(model.refusal(ImportOptions(shapes: shapes))?.contains(words) == true, "\(words)")
    }
    var whole = model
    whole.proto.graph.input[3].type.tensorType.elemType = 7
    #expect(whole.refusal()?.contains("\"gain\" is no tensor of float32") == true)
  }
}
