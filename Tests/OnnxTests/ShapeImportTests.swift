import Testing

@testable import Onnx

@Suite struct ShapeImportTests {
  @Test func joiningAndCutting() throws {
    var model = TestModel(input: [1, 5, 2, 2])
    model.node("Split", ["x", "sizes"], to: ["a", "b"], ["axis": .int(1)])
    model.ints("sizes", [2, 3])
    model.node("Concat", ["b", "x", "a"], ["axis": .int(1)])
    let x = numbers(20).map(Double.init)
    #expect(try model.output(numbers(20)) == Array(x[8...]) + x + Array(x[..<8]))
    var old = TestModel(input: [1, 4, 1, 1], opset: 11)
    old.node("Split", ["x"], to: ["a", "y"], ["axis": .int(1), "split": .ints([1, 3])])
    #expect(try old.output([1, 2, 3, 4]) == [2, 3, 4])
    var equal = TestModel(input: [1, 4, 1, 1])
    equal.node("Split", ["x"], to: ["a", "y"], ["axis": .int(-3)])
    #expect(try equal.output([1, 2, 3, 4]) == [3, 4])
  }

  @Test func slices() throws {
    let x = Expected([1, 4, 3, 4], numbers(48))
    var model = TestModel(input: [1, 4, 3, 4])
    model.ints("starts", [1, -1, 0])
    model.ints("ends", [.max, .min, 100])
    model.ints("axes", [1, 2, -1])
    model.ints("steps", [2, -2, 3])
    model.node("Slice", ["x", "starts", "ends", "axes", "steps"])
    let expected = Expected([1, 2, 2, 2]) { p in x[[0, 1 + 2 * p[1], 2 - 2 * p[2], 3 * p[3]]] }
    #expect(try model.output(numbers(48)) == expected.values)
    var old = TestModel(input: [1, 4, 3, 4], opset: 9)
    old.node("Slice", ["x"], ["starts": .ints([2]), "ends": .ints([3]), "axes": .ints([1])])
    #expect(try old.output(numbers(48)) == Expected([3, 4]) { p in x[[0, 2] + p] }.values)
    var gather = TestModel(input: [1, 4, 3, 4])
    gather.ints("i", [3, 0, -2])
    gather.node("Gather", ["x", "i"], ["axis": .int(1)])
    #expect(
      try gather.output(numbers(48))
        == Expected([3, 3, 4]) { p in x[[0, [3, 0, 2][p[0]], p[1], p[2]]] }.values)
  }

  /// Reshape, transpose, reshape: one choice of channels (Zhang et al. 2017).
  @Test func channelShuffle() throws {
    var model = TestModel(input: [1, 6, 2, 2])
    model.ints("five", [1, 2, 3, 2, 2])
    model.ints("four", [0, -1, 2, 2])
    model.node("Reshape", ["x", "five"], to: ["r"])
    model.node("Transpose", ["r"], to: ["t"], ["perm": .ints([0, 2, 1, 3, 4])])
    model.node("Reshape", ["t", "four"], to: ["s"])
    model.node("Relu", ["s"], to: ["q"])
    model.node("AveragePool", ["q"], ["kernel_shape": .ints([1, 1])])
    #expect(try model.labels() == ["relu", "gather", "avgpool"])
    let x = Expected([1, 6, 2, 2], numbers(24))
    let expected = Expected([1, 6, 2, 2]) { p in
      max(x[[0, p[1] % 2 * 3 + p[1] / 2, p[2], p[3]]], 0)
    }
    #expect(try model.output(numbers(24)) == expected.values)
  }

  /// Half of the channels through a fifth dimension, as `x.view(n, 2, c / 2, h, w)[:, 0]`.
  @Test func partsOfChannels() throws {
    for (part, first) in [(0, 0), (1, 3)] {
      var model = TestModel(input: [1, 6, 2, 1])
      model.ints("five", [1, 2, 3, 2, 1])
      model.ints("part", [part], dims: [])
      model.node("Reshape", ["x", "five"], to: ["r"])
      model.node("Gather", ["r", "part"], to: ["g"], ["axis": .int(1)])
      model.node("GlobalMaxPool", ["g"])
      let x = numbers(12).map(Double.init)
      #expect(
        try model.output(numbers(12))
          == (0..<3).map { max(x[(first + $0) * 2], x[(first + $0) * 2 + 1]) })
    }
  }

  @Test func channelsLastRoundTripsCancel() throws {
    var model = TestModel(input: [1, 3, 2, 4])
    model.node("Transpose", ["x"], to: ["l"], ["perm": .ints([0, 2, 3, 1])])
    model.floats("c", [3], [1, 2, 3])
    model.node("Mul", ["l", "c"], to: ["m"])
    model.node("ReduceMean", ["l"], to: ["mean"], ["axes": .ints([1, 2])])
    model.node("Add", ["m", "mean"], to: ["a"])
    model.node("Concat", ["a", "l"], to: ["k"], ["axis": .int(3)])
    model.node("Transpose", ["k"], ["perm": .ints([0, 3, 1, 2])])
    let x = Expected([3, 8], numbers(24))
    let expected = Expected([6, 8]) { p in
      guard p[0] < 3 else { return x[[p[0] - 3, p[1]]] }
      let mean = (0..<8).reduce(0) { $0 + x[[p[0], $1]] } / 8
      return x[p] * Double(p[0] + 1) + mean
    }
    #expect(distance(try model.output(numbers(24)), expected.values) < 1e-12)
    var copied = TestModel(input: [1, 3, 2, 4])
    copied.node("Transpose", ["x"], to: ["l"], ["perm": .ints([0, 2, 3, 1])])
    copied.node("MaxPool", ["l"], ["kernel_shape": .ints([1, 1])])
    let moved = Expected([1, 2, 4, 3]) { p in
      Double(numbers(24)[(p[3] * 2 + p[1]) * 4 + p[2]])
    }
    #expect(try copied.output(numbers(24)) == moved.values)
  }

  /// A network that moves its input's channels to the front takes them in front.
  @Test func inputsWithChannelsLast() throws {
    var model = TestModel(input: [1, 2, 4, 3])
    model.node("Transpose", ["x"], to: ["t"], ["perm": .ints([0, 3, 1, 2])])
    model.node("GlobalMaxPool", ["t"])
    let graph = try model.network().graph
    #expect(graph.input.channels == 3 && graph.input.height == 2 && graph.input.width == 4)
    #expect(try model.network().graph.inputs[0].interface.extents == [1, 2, 4, 3])
    let x = numbers(24).map(Double.init)
    #expect(
      try model.output(numbers(24)) == (0..<3).map { c in x[c * 8..<c * 8 + 8].max() ?? 0 })
  }

  @Test func reshapes() throws {
    // Across channels and rows: the elements as they lie.
    var model = TestModel(input: [2, 4, 3, 1])
    model.ints("s", [0, 6, -1, 1])
    model.node("Reshape", ["x", "s"], to: ["r"])
    model.node("GlobalMaxPool", ["r"])
    let x = numbers(24).map(Double.init)
    #expect(
      try model.output(numbers(24)) == (0..<12).map { max(x[2 * $0], x[2 * $0 + 1]) })
    var wrong = TestModel(input: [2, 4, 3, 1])
    wrong.ints("s", [5, -1])
    wrong.node("Reshape", ["x", "s"])
    #expect(wrong.refusal()?.contains("reshapes 2×4×3×1 to 5×1") == true)
    var squeezed = TestModel(input: [2, 3, 1, 1], opset: 11)
    squeezed.node("Squeeze", ["x"], to: ["s"], ["axes": .ints([2, 3])])
    squeezed.node("Unsqueeze", ["s"], to: ["u"], ["axes": .ints([2, -1])])
    squeezed.node("Relu", ["u"])
    #expect(try squeezed.labels() == ["relu"])
  }

  /// `x.view(x.size(0), -1)` as exporters write it down, in pieces.
  @Test func shapesComputedFromShapes() throws {
    var model = TestModel(input: [2, 3, 2, 2])
    model.node("Shape", ["x"], to: ["shape"])
    model.node("Constant", [], to: ["zero"], ["value": .tensor(TestModel.tensor([0], dims: []))])
    model.node("Gather", ["shape", "zero"], to: ["batch"], ["axis": .int(0)])
    model.ints("axes", [0])
    model.node("Unsqueeze", ["batch", "axes"], to: ["b"])
    model.node(
      "ConstantOfShape", ["axes1"], to: ["filled"],
      [
        "value": .tensor(TestModel.tensor([-5], dims: [1]))
      ])
    model.ints("axes1", [1])
    model.ints("four", [4])
    model.node("Add", ["filled", "four"], to: ["open"])
    model.node("Concat", ["b", "open"], to: ["target"], ["axis": .int(0)])
    model.node("Cast", ["target"], to: ["f"], ["to": .int(1)])
    model.node("Floor", ["f"], to: ["g"])
    model.node("Cast", ["g"], to: ["t64"], ["to": .int(7)])
    model.node("Slice", ["t64", "axes", "two"], to: ["sliced"])
    model.ints("two", [2])
    model.node("Reshape", ["x", "sliced"])
    #expect(try model.output(numbers(24)) == numbers(24).map(Double.init))
    #expect(try model.network().graph.nodes.count == 1)
  }

  @Test func constantArithmetic() throws {
    // (7 / 2) * 3 - 1 = 8 in whole numbers.
    var model = TestModel(input: [1, 8, 1, 1])
    for (name, value) in [("seven", 7), ("two", 2), ("three", 3), ("one", 1)] {
      model.ints(name, [value])
    }
    model.node("Div", ["seven", "two"], to: ["d"])
    model.node("Mul", ["d", "three"], to: ["m"])
    model.node("Sub", ["m", "one"], to: ["s"])
    model.node("Equal", ["s", "seven"], to: ["e"])
    model.node("Where", ["e", "seven", "s"], to: ["w"])
    model.node("Concat", ["one", "w"], to: ["c"], ["axis": .int(0)])
    model.node("Reshape", ["x", "c"])
    #expect(try model.network().graph.nodes.count == 1)
    model.proto.graph.node[0].opType = "Mod"
    #expect(model.refusal()?.contains("(Reshape)") == true)
  }
}
