import Foundation
import Testing

@testable import Onnx

/// Against the definition: every input pixel adds its share to the output's.
@Suite struct TransposedConvolutionTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var kernel = [3, 3]
    var stride = [2, 2]
    var dilation = [1, 1]
    var groups = 1
    var pads = [0, 0, 0, 0]
    var addition = [0, 0]
    /// Instead of pads, what the operator is told, and the output's extents that follow.
    var attributes: [String: TestModel.Attribute] = [:]
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(name: "2×2, stride 2", kernel: [2, 2]),
    Case(name: "3×3"),
    Case(name: "4×4, pads 1", kernel: [4, 4], pads: [1, 1, 1, 1]),
    Case(name: "3×3, pads and addition", pads: [1, 1, 1, 1], addition: [1, 1]),
    Case(name: "stride 1", stride: [1, 1], pads: [1, 0, 2, 1]),
    Case(name: "stride beyond the kernel", kernel: [2, 2], stride: [3, 3]),
    Case(name: "strides differ", kernel: [4, 3], stride: [2, 3], pads: [1, 0, 0, 1]),
    Case(
      name: "dilation", kernel: [3, 2], stride: [2, 2], dilation: [2, 3], pads: [2, 1, 1, 0]),
    Case(name: "groups", kernel: [3, 3], groups: 2, pads: [1, 1, 1, 1]),
    Case(name: "much is cut off", kernel: [6, 7], stride: [2, 2], pads: [5, 4, 3, 6]),
    Case(name: "addition beyond the taps", kernel: [1, 1], stride: [2, 3], addition: [1, 2]),
    Case(name: "one pixel", kernel: [1, 1], stride: [1, 1]),
  ])
  func matchesTheDefinition(_ c: Case) throws {
    let (channels, outputs, height, width) = (4, 6, 3, 5)
    let weightDims = [channels, outputs / c.groups] + c.kernel
    let weights = Expected(weightDims, numbers(weightDims.reduce(1, *), 3))
    let input = Expected([2, channels, height, width], numbers(2 * channels * height * width))
    let bias = numbers(outputs, 5)
    var model = TestModel(input: input.dims)
    model.floats("w", weightDims, weights.values.map { Float($0) })
    model.floats("b", [outputs], bias)
    model.node(
      "ConvTranspose", ["x", "w", "b"],
      [
        "strides": .ints(c.stride), "dilations": .ints(c.dilation), "group": .int(c.groups),
        "pads": .ints(c.pads), "output_padding": .ints(c.addition),
      ])
    func extent(_ size: Int, _ axis: Int) -> Int {
      c.stride[axis] * (size - 1) + c.addition[axis] + (c.kernel[axis] - 1) * c.dilation[axis] + 1
        - c.pads[axis] - c.pads[axis + 2]
    }
    let dims = [2, outputs, extent(height, 0), extent(width, 1)]
    let places = Expected.places([channels / c.groups, height, width])
    let expected = Expected(dims) { p in
      let (group, output) = p[1].quotientAndRemainder(dividingBy: outputs / c.groups)
      return places.reduce(Double(bias[p[1]])) { sum, q in
        let row = p[2] + c.pads[0] - q[1] * c.stride[0]
        let column = p[3] + c.pads[1] - q[2] * c.stride[1]
        guard row % c.dilation[0] == 0, column % c.dilation[1] == 0 else { return sum }
        let channel = group * (channels / c.groups) + q[0]
        return sum + input[[p[0], channel, q[1], q[2]]]
          * weights[[channel, output, row / c.dilation[0], column / c.dilation[1]]]
      }
    }
    let x = input.values.map { Float($0) }
    #expect(distance(try model.output(x), expected.values) < 1e-9)
    #expect(try model.network().graph.outputInterface.extents == dims)
  }

  /// Pads that follow from the output's extents, and a signal.
  @Test func outputShapes() throws {
    func extents(_ attributes: [String: TestModel.Attribute]) throws -> [Int] {
      var model = TestModel(input: [1, 2, 5, 4])
      model.floats("w", [2, 3, 3, 3], numbers(54))
      model.node("ConvTranspose", ["x", "w"], attributes)
      return try model.network().graph.outputInterface.extents
    }
    #expect(
      try extents(["strides": .ints([2, 2]), "auto_pad": .text("SAME_UPPER")])
        == [1, 3, 10, 8])
    #expect(
      try extents(["strides": .ints([3, 2]), "output_shape": .ints([14, 9])]) == [1, 3, 14, 9])
    var signal = TestModel(input: [1, 1, 3])
    signal.floats("w", [1, 1, 2], [1, 10])
    signal.node("ConvTranspose", ["x", "w"], ["strides": .ints([2])])
    #expect(try signal.output([1, 2, 3]) == [1, 10, 2, 20, 3, 30])
    #expect(try signal.network().graph.outputInterface.extents == [1, 1, 6])
  }

  @Test func isRefused() {
    func refusal(_ attributes: [String: TestModel.Attribute], dims: [Int] = [2, 3, 3, 3]) -> String
    {
      var model = TestModel(input: [1, 2, 5, 4])
      model.floats("w", dims, numbers(dims.reduce(1, *)))
      model.node("ConvTranspose", ["x", "w"], attributes)
      return model.refusal() ?? ""
    }
    #expect(refusal(["group": .int(3)]).contains("do not fit"))
    #expect(refusal(["strides": .ints([0, 1])]).contains("strides is [0, 1]"))
    #expect(refusal(["pads": .ints([1 << 40, 0, 0, 0])]).contains("pads is"))
    #expect(refusal(["pads": .ints([3, 0, 4, 0])]).contains("gives 0 pixels"))
    #expect(refusal(["output_shape": .ints([90, 9])]).contains("output_shape 90"))
    #expect(refusal([:], dims: [2, 3, 3, 3, 3]).contains("one or two dimensions"))
  }
}
