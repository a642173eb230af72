import Foundation
import Networks
import Testing

@testable import Onnx

@Suite struct FurtherOperatorTests {
  private func output(
    _ type: String, _ dims: [Int], _ x: [Float], _ attributes: [String: TestModel.Attribute] = [:],
    opset: Int = 18
  ) throws -> [Double] {
    var model = TestModel(input: dims, opset: opset)
    model.node(type, ["x"], attributes)
    return try model.output(x)
  }

  struct Function: CustomTestStringConvertible, Sendable {
    var type: String
    var attributes: [String: TestModel.Attribute] = [:]
    var value: @Sendable (Double) -> Double
    var testDescription: String { type }
  }

  @Test(arguments: [
    Function(type: "Erf") { erf($0) }, Function(type: "Sign") { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
    Function(type: "Floor") { $0.rounded(.down) }, Function(type: "Ceil") { $0.rounded(.up) },
    Function(type: "Round") { $0.rounded(.toNearestOrEven) }, Function(type: "Sin") { sin($0) },
    Function(type: "Cos") { cos($0) }, Function(type: "Softplus") { log(1 + exp($0)) },
    Function(type: "Softsign") { $0 / (1 + abs($0)) },
    Function(type: "Mish") { $0 * tanh(log(1 + exp($0))) },
    Function(type: "Gelu") { $0 / 2 * (1 + erf($0 / 2.0.squareRoot())) },
    Function(type: "Gelu", attributes: ["approximate": .text("tanh")]) {
      $0 / 2 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * pow($0, 3))))
    },
    Function(type: "Selu") {
      1.05070102214813232421875
        * ($0 > 0 ? $0 : 1.67326319217681884765625 * (exp($0) - 1))
    },
    Function(type: "Celu", attributes: ["alpha": .float(2)]) {
      max(0, $0) + min(0, 2 * (exp($0 / 2) - 1))
    },
    Function(type: "ThresholdedRelu", attributes: ["alpha": .float(0.5)]) { $0 > 0.5 ? $0 : 0 },
  ])
  func functions(_ function: Function) throws {
    let x = numbers(24)
    let values = try output(
      function.type, [1, 3, 2, 4], x, function.attributes, opset: function.type == "Gelu" ? 20 : 18)
    #expect(distance(values, x.map { function.value(Double($0)) }) < 1e-12)
  }

  @Test func powersAndLogarithms() throws {
    var model = TestModel(input: [1, 2, 1, 2])
    model.floats("p", [], [0.75])
    model.node("Abs", ["x"], to: ["a"])
    model.node("Pow", ["a", "p"], to: ["b"])
    model.node("Log", ["b"])
    let values = try model.output([1, -2, 3, 4])
    #expect(distance(values, [1, 2, 3, 4].map { 0.75 * log($0) }) < 1e-12)
  }

  @Test(arguments: ["Max", "Min"]) func extremesOfTensors(type: String) throws {
    var model = TestModel(input: [1, 3, 1, 2])
    model.floats("c", [3, 1, 1], [1, -1, 0.5])
    model.floats("n", [], [0.25])
    model.node("Neg", ["x"], to: ["m"])
    model.node(type, ["x", "m", "c", "n"])
    let x: [Float] = [-3, 0.125, 2, -0.5, 0.75, 4]
    let c: [Double] = [1, 1, -1, -1, 0.5, 0.5]
    let expected = zip(x, c).map { x, c in
      let all = [Double(x), -Double(x), c, 0.25]
      return all.dropFirst().reduce(all[0]) { type == "Max" ? max($0, $1) : min($0, $1) }
    }
    #expect(try model.output(x) == expected)
    var nan = TestModel(input: [1, 1, 1, 2])
    nan.node("Neg", ["x"], to: ["m"])
    nan.node(type, ["x", "m"])
    #expect(try nan.output([.nan, 1])[0].isNaN)
  }

  /// A dimension of extent 1, which lies on no axis before.
  @Test func repeatsADimensionOfOne() throws {
    var model = TestModel(input: [3, 1])
    model.ints("shape", [3, 4])
    model.node("Expand", ["x", "shape"])
    #expect(try model.output([1, 2, 3]) == [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    #expect(try model.network().graph.outputInterface.extents == [3, 4])
    var image = TestModel(input: [1, 1, 2, 2])
    image.ints("repeats", [1, 3, 1, 1])
    image.node("Tile", ["x", "repeats"])
    #expect(try image.output([1, 2, 3, 4]) == [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4])
  }

  @Test func indicesOfExtremes() throws {
    let x: [Float] = [1, 5, 5, 0, 2, 5, 7, 5]
    #expect(try output("ArgMax", [1, 4, 1, 2], x, ["axis": .int(1)]) == [3, 0])
    #expect(try output("ArgMin", [1, 4, 1, 2], x, ["axis": .int(1)]) == [0, 1])
    #expect(
      try output(
        "ArgMax", [1, 4, 1, 2], [5, 1, 5, 1, 0, 1, 5, 1],
        ["axis": .int(-3), "select_last_index": .int(1), "keepdims": .int(0)]) == [3, 3])
    // Along another dimension than the channels.
    #expect(try output("ArgMax", [1, 2, 2, 2], x, ["axis": .int(3)]) == [1, 0, 1, 0])
    var model = TestModel(input: [1, 4, 2, 3])
    model.node("ArgMax", ["x"], ["axis": .int(1), "keepdims": .int(0)])
    #expect(try model.network().graph.outputInterface.extents == [1, 2, 3])
  }

  @Test func negativePadsCut() throws {
    func padded(_ pads: [Int], _ mode: String = "constant") throws -> [Double] {
      var model = TestModel(input: [1, 1, 3, 3])
      model.ints("p", pads)
      model.node("Pad", ["x", "p"], ["mode": .text(mode)])
      return try model.output([1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
    #expect(try padded([0, 0, -1, -1, 0, 0, 0, -1]) == [5, 8])
    #expect(try padded([0, 0, -1, 1, 0, 0, -1, 0]) == [0, 4, 5, 6])
    #expect(try padded([0, 0, -1, 0, 0, 0, 0, 1], "edge") == [4, 5, 6, 6, 7, 8, 9, 9])
    var all = TestModel(input: [1, 1, 3, 3])
    all.ints("p", [0, 0, -2, 0, 0, 0, -1, 0])
    all.node("Pad", ["x", "p"])
    #expect(all.refusal()?.contains("leaves nothing of 3") == true)
  }

  /// One axis of the examples of ONNX's `Resize`: 4×4 pixels from 1 to 16, of which the first row.
  @Test func cubicResizes() throws {
    func resized(
      _ scale: Float, _ attributes: [String: TestModel.Attribute] = [:]
    ) throws -> [Double] {
      var model = TestModel(input: [1, 1, 4, 4])
      model.floats("s", [4], [1, 1, scale, scale])
      model.node(
        "Resize", ["x", "", "s"], attributes.merging(["mode": .text("cubic")]) { $1 })
      return try model.output((1...16).map(Float.init))
    }
    let up = try resized(2)
    #expect(
      distance(
        Array(up.prefix(8)),
        [
          0.47265625, 0.76953125, 1.24609375, 1.875, 2.28125, 2.91015625, 3.38671875, 3.68359375,
        ]) < 1e-12)
    let corners = try resized(2, ["coordinate_transformation_mode": .text("align_corners")])
    #expect(abs(corners[1] - 1.34110787) < 1e-7)
    let down = try resized(0.8)
    #expect(
      distance(Array(down.prefix(3)), [1.47119141, 2.78125, 4.08251953]) < 1e-7)
    let excluding = try resized(
      0.8, ["cubic_coeff_a": .float(-0.5), "exclude_outside": .int(1)])
    #expect(distance(Array(excluding.prefix(3)), [1.36812675, 2.6695014, 4.0133367]) < 1e-6)
  }

  @Test(arguments: [
    ("ReduceSum", [12.0, -4]), ("ReduceMin", [-3, -8]), ("ReduceL1", [18, 20]),
    ("ReduceL2", [8.831760866327848, 12]), ("ReduceSumSquare", [78, 144]),
  ])
  func reductions(type: String, expected: [Double]) throws {
    var model = TestModel(input: [1, 2, 1, 5], opset: 13)
    var attributes: [String: TestModel.Attribute] = ["keepdims": .int(0)]
    model.ints("a", [3])
    if type != "ReduceSum" { attributes["axes"] = .ints([3]) }
    model.node(type, type == "ReduceSum" ? ["x", "a"] : ["x"], attributes)
    let values = try model.output([1, -3, 4, 6, 4, 0, -8, 8, -4, 0])
    #expect(distance(values, expected) < 1e-6)
  }

  /// What has no folding of its own is computed by the reference.
  @Test func knownValuesOfAnyOperator() throws {
    var model = TestModel(input: [1, 4, 1, 1])
    model.floats("w", [4, 1], [-1, 0.5, 2, 3])
    model.floats("low", [], [0])
    model.floats("high", [], [2])
    model.node("Clip", ["w", "low", "high"], to: ["c"])
    model.node("ReduceMean", ["c"], to: ["m"], ["axes": .ints([0]), "keepdims": .int(1)])
    model.node("Sub", ["c", "m"], to: ["d"])
    model.node("Transpose", ["d"], to: ["t"])
    model.ints("shape", [1, 4, 1, 1])
    model.node("Reshape", ["t", "shape"], to: ["r"])
    model.node("Add", ["x", "r"])
    #expect(try model.output([0, 0, 0, 0]) == [-1.125, -0.625, 0.875, 0.875])
  }

  /// Standardised weights, as PyTorch exports them: a batch normalisation in training.
  @Test func standardisedWeights() throws {
    var model = TestModel(input: [1, 2, 1, 1])
    model.floats("w", [1, 2, 2], [1, 3, 10, 14])
    model.floats("gain", [2], [2, 3])
    model.floats("zero", [2], [0, 0])
    model.floats("one", [2], [1, 1])
    model.node(
      "BatchNormalization", ["w", "gain", "zero", "zero", "one"], to: ["n", "rm", "rv"],
      ["training_mode": .int(1), "epsilon": .float(0)])
    model.ints("shape", [2, 2, 1, 1])
    model.node("Reshape", ["n", "shape"], to: ["k"])
    model.node("Conv", ["x", "k"])
    #expect(try model.output([1, 10]) == [18, 27])
    var computed = TestModel(input: [1, 2, 1, 2])
    for name in ["gain", "zero", "one"] { computed.floats(name, [2], [1, 1]) }
    computed.node(
      "BatchNormalization", ["x", "gain", "zero", "zero", "one"], ["training_mode": .int(1)])
    #expect(computed.refusal()?.contains("training_mode is set") == true)
  }

  @Test func knownValuesAreBounded() {
    var model = TestModel(input: [1, 1, 2, 2])
    model.ints("shape", [1, 1, 4000, 4000])
    model.node("ConstantOfShape", ["shape"], to: ["c"])
    model.node(
      "AveragePool", ["c"], to: ["p"],
      ["kernel_shape": .ints([1999, 1999]), "strides": .ints([1, 1])])
    model.node("GlobalAveragePool", ["p"], to: ["g"])
    model.node("Add", ["x", "g"])
    #expect(model.refusal()?.contains("takes more than") == true)
  }

  private func torchNormalization(
    pads: [Int] = [0, 0, 2, 0, 0, 0, 0, 2, 0, 0], volume: [Int] = [1, 1, 6, 2, -1]
  ) -> TestModel {
    var model = TestModel(input: [1, 6, 2, 2])
    model.ints("volume", volume)
    model.ints("pads", pads)
    model.ints("axis", [1])
    model.floats("alpha", [], [0.5])
    model.floats("k", [], [2])
    model.floats("beta", [], [0.75])
    model.node("Relu", ["x"], to: ["r"])
    model.node("Mul", ["r", "r"], to: ["s"])
    model.node("Reshape", ["s", "volume"], to: ["v"])
    model.node("Pad", ["v", "pads"], to: ["p"])
    model.node(
      "AveragePool", ["p"], to: ["a"],
      ["kernel_shape": .ints([5, 1, 1]), "strides": .ints([1, 1, 1])])
    model.node("Squeeze", ["a", "axis"], to: ["q"])
    model.node("Mul", ["q", "alpha"], to: ["m"])
    model.node("Add", ["m", "k"], to: ["b"])
    model.node("Pow", ["b", "beta"], to: ["w"])
    model.node("Div", ["r", "w"])
    return model
  }

  @Test func responseNormalizationAsTorchHasIt() throws {
    let model = torchNormalization()
    #expect(try model.labels() == ["relu", "lrn"])
    let x = numbers(24)
    let relu = x.map { max(Double($0), 0) }
    let expected = relu.indices.map { i in
      let (c, pixel) = i.quotientAndRemainder(dividingBy: 4)
      let around = max(c - 2, 0)...min(c + 2, 5)
      let sum = around.reduce(0.0) { $0 + relu[$1 * 4 + pixel] * relu[$1 * 4 + pixel] }
      return relu[i] / pow(2 + 0.5 * sum / 5, 0.75)
    }
    #expect(distance(try model.output(x), expected) < 1e-12)
    // Other borders or another order are something else.
    for model in [
      torchNormalization(pads: [0, 0, 3, 0, 0, 0, 0, 1, 0, 0]),
      torchNormalization(volume: [1, 6, 1, 2, -1]),
    ] {
      #expect(model.refusal()?.contains("no local response normalisation") == true)
    }
  }
}
