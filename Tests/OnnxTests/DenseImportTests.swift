import Foundation
import Testing

@testable import Onnx

@Suite struct DenseImportTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var kernel = [3, 3]
    var stride = [1, 1]
    var dilation = [1, 1]
    var groups = 1
    /// As the operator is told.
    var pads: [Int]?
    var auto: String?
    /// Top, left, bottom, right that it must mean.
    var padding = [0, 0, 0, 0]
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(name: "plain"),
    Case(name: "asymmetric pads", pads: [1, 0, 2, 3], padding: [1, 0, 2, 3]),
    Case(
      name: "stride, dilation, groups", stride: [2, 1], dilation: [1, 2], groups: 2,
      pads: [1, 2, 1, 2], padding: [1, 2, 1, 2]),
    Case(name: "rectangular", kernel: [1, 4], pads: [0, 1, 0, 2], padding: [0, 1, 0, 2]),
    // 7 columns at stride 2 are 4: (4 - 1) * 2 + 3 - 7 = 2; 6 rows are 3: 1, below or above.
    Case(name: "same upper", stride: [2, 2], auto: "SAME_UPPER", padding: [0, 1, 1, 1]),
    Case(name: "same lower", stride: [2, 2], auto: "SAME_LOWER", padding: [1, 1, 0, 1]),
    Case(name: "valid", auto: "VALID"),
  ])
  func convolution(_ c: Case) throws {
    let (channels, outputs, height, width) = (4, 6, 6, 7)
    let weightDims = [outputs, channels / c.groups] + c.kernel
    let weights = Expected(weightDims, numbers(weightDims.reduce(1, *), 3))
    let input = Expected([2, channels, height, width], numbers(2 * channels * height * width))
    let bias = numbers(outputs, 5)
    var model = TestModel(input: input.dims)
    model.floats("w", weightDims, weights.values.map { Float($0) })
    model.floats("b", [outputs], bias)
    var attributes: [String: TestModel.Attribute] = [
      "strides": .ints(c.stride), "dilations": .ints(c.dilation), "group": .int(c.groups),
    ]
    if let pads = c.pads { attributes["pads"] = .ints(pads) }
    if let auto = c.auto { attributes["auto_pad"] = .text(auto) }
    model.node("Conv", ["x", "w", "b"], attributes)
    func extent(_ size: Int, _ axis: Int) -> Int {
      let padded = size + c.padding[axis] + c.padding[axis + 2]
      let reach = (c.kernel[axis] - 1) * c.dilation[axis] + 1
      return (padded - reach) / c.stride[axis] + 1
    }
    let taps = Expected.places([channels / c.groups] + c.kernel)
    let expected = Expected([2, outputs, extent(height, 0), extent(width, 1)]) { p in
      let first = p[1] / (outputs / c.groups) * (channels / c.groups)
      var sum = Double(bias[p[1]])
      for k in taps {
        let row = p[2] * c.stride[0] + k[1] * c.dilation[0] - c.padding[0]
        let column = p[3] * c.stride[1] + k[2] * c.dilation[1] - c.padding[1]
        sum += weights[[p[1]] + k] * input[[p[0], first + k[0], row, column]]
      }
      return sum
    }
    #expect(distance(try model.output(input.values.map { Float($0) }), expected.values) < 1e-9)
  }

  @Test func paddingInFrontOfConvolutionsIsTheirs() throws {
    var model = TestModel(input: [1, 2, 5, 5])
    model.ints("pads", [0, 0, 1, 2, 0, 0, 0, 1])
    model.floats("w", [3, 2, 3, 3], numbers(54))
    model.node("Pad", ["x", "pads"], to: ["p"])
    model.node("Conv", ["p", "w"], ["pads": .ints([1, 0, 1, 0])])
    #expect(try model.labels() == ["conv"])
    var direct = TestModel(input: [1, 2, 5, 5])
    direct.floats("w", [3, 2, 3, 3], numbers(54))
    direct.node("Conv", ["x", "w"], ["pads": .ints([2, 2, 1, 1])])
    let input = numbers(50, 9)
    #expect(try model.output(input) == direct.output(input))
  }

  @Test func products() throws {
    // 2 images of 3 features; the matrix has a row per feature. The first product is
    // 1 * 1 + 2 * 2 + 3 * 1.
    let x: [Float] = [1, 2, 3, 4, 5, 6]
    let plain: [Double] = [8, 9, 20, 18]
    var product = TestModel(input: [2, 3])
    product.floats("w", [3, 2], [1, 0, 2, 0, 1, 3])
    product.node("MatMul", ["x", "w"])
    #expect(try product.output(x) == plain)

    var sum = product
    sum.proto.graph.node[0].output = ["m"]
    sum.floats("c", [2], [10, 20])
    sum.node("Add", ["m", "c"])
    #expect(try sum.output(x) == [plain[0] + 10, plain[1] + 20, plain[2] + 10, plain[3] + 20])

    var gemm = TestModel(input: [2, 3])
    gemm.floats("w", [2, 3], [1, 2, 1, 0, 0, 3])
    gemm.floats("c", [1, 2], [10, 20])
    gemm.node(
      "Gemm", ["x", "w", "c"], ["transB": .int(1), "alpha": .float(2), "beta": .float(0.5)])
    #expect(
      try gemm.output(x) == [
        plain[0] * 2 + 5, plain[1] * 2 + 10, plain[2] * 2 + 5, plain[3] * 2 + 10,
      ])
    #expect(try gemm.labels() == ["fc"])
  }

  /// Flattened with the channels last, as a network from TensorFlow has it: the weights' rows are
  /// put in the graph's order.
  @Test func flatteningChannelsLast() throws {
    var model = TestModel(input: [1, 2, 2, 3])
    model.floats("w", [12, 2], numbers(24))
    model.node("Transpose", ["x"], to: ["t"], ["perm": .ints([0, 2, 3, 1])])
    model.node("Flatten", ["t"], to: ["f"])
    model.node("MatMul", ["f", "w"])
    let x = Expected([2, 2, 3], numbers(12, 4))
    let w = Expected([12, 2], numbers(24))
    let expected = Expected([1, 2]) { p in
      Expected.places([2, 3, 2]).enumerated().reduce(0) { sum, place in
        let (i, q) = (place.offset, place.element)
        return sum + w[[i, p[1]]] * x[[q[2], q[0], q[1]]]
      }
    }
    #expect(distance(try model.output(numbers(12, 4)), expected.values) < 1e-12)
    #expect(try model.labels() == ["fc"])
  }

  @Test func normalisations() throws {
    let x = numbers(2 * 3 * 4)
    var batch = TestModel(input: [1, 2, 3, 4], opset: 9)
    batch.floats("s", [2], [2, -1])
    batch.floats("b", [2], [0.5, 3])
    batch.floats("m", [2], [1, -1])
    batch.floats("v", [2], [4, 0.25])
    batch.node("BatchNormalization", ["x", "s", "b", "m", "v"], ["epsilon": .float(0.01)])
    let epsilon = Double(Float(0.01))
    let factors = [2 / (4 + epsilon).squareRoot(), -1 / (0.25 + epsilon).squareRoot()]
    let expected = x.enumerated().map { index, value -> Double in
      let value = Double(value)
      return index < 12 ? (value - 1) * factors[0] + 0.5 : (value + 1) * factors[1] + 3
    }
    #expect(distance(try batch.output(x), expected) < 1e-6)

    var local = TestModel(input: [1, 4, 1, 1])
    local.node(
      "LRN", ["x"],
      ["size": .int(3), "alpha": .float(0.3), "beta": .float(0.5), "bias": .float(2)])
    // 0.3 / 3 times the squares of the neighbours that exist.
    let bases: [Double] = [2 + 0.5, 2 + 1.4, 2 + 2.9, 2 + 2.5]
    let normalised = bases.enumerated().map { Double($0 + 1) / $1.squareRoot() }
    #expect(distance(try local.output([1, 2, 3, 4]), normalised) < 1e-6)
  }

  @Test(arguments: ["Softmax", "LogSoftmax"])
  func softmaxes(_ type: String) throws {
    func expected(_ x: [Float]) -> [Double] {
      let sum = x.reduce(0) { $0 + exp(Double($1)) }
      return x.map { type == "Softmax" ? exp(Double($0)) / sum : Double($0) - log(sum) }
    }
    let x = numbers(12)
    // Per pixel along the channels.
    var channels = TestModel(input: [1, 3, 2, 2])
    channels.node(type, ["x"], ["axis": .int(1)])
    let columns = (0..<4).map { pixel in expected([x[pixel], x[pixel + 4], x[pixel + 8]]) }
    #expect(
      distance(try channels.output(x), (0..<12).map { columns[$0 % 4][$0 / 4] }) < 1e-9)
    // Before operator set 13 over all dimensions from the axis on.
    var all = TestModel(input: [1, 3, 2, 2], opset: 11)
    all.node(type, ["x"])
    #expect(distance(try all.output(x), expected(x)) < 1e-9)
    var last = TestModel(input: [1, 3, 2, 2])
    last.node(type, ["x"])
    let rows = (0..<6).map { expected([x[2 * $0], x[2 * $0 + 1]]) }
    #expect(distance(try last.output(x), rows.flatMap { $0 }) < 1e-9)
  }
}
