import Testing

@testable import Onnx

@Suite struct SpaceImportTests {
  private let dims = [1, 2, 5, 6]
  private var x: Expected { Expected(dims, numbers(60)) }

  private func output(_ type: String, _ attributes: [String: TestModel.Attribute], opset: Int = 17)
    throws -> [Double]
  {
    var model = TestModel(input: dims.map { $0 }, opset: opset)
    model.node(type, ["x"], attributes)
    return try model.output(numbers(60))
  }

  /// Windows written out; `counts` says whether a place outside counts for the average.
  private func pooled(
    _ size: [Int], kernel: [Int], stride: Int, top: Int, left: Int, isMax: Bool,
    counts: ([Int]) -> Bool = { _ in false }
  ) -> [Double] {
    Expected([1, 2] + size) { p in
      let window = Expected.places(kernel).map {
        [p[0], p[1], p[2] * stride + $0[0] - top, p[3] * stride + $0[1] - left]
      }
      let values = window.compactMap { x.at($0) }
      if isMax { return values.max() ?? 0 }
      return values.reduce(0, +)
        / Double(values.count + window.filter { x.at($0) == nil && counts($0) }.count)
    }.values
  }

  @Test func pools() throws {
    let window: [String: TestModel.Attribute] = [
      "kernel_shape": .ints([3, 2]), "strides": .ints([2, 2]), "pads": .ints([1, 0, 1, 1]),
    ]
    #expect(
      try output("MaxPool", window)
        == pooled([3, 3], kernel: [3, 2], stride: 2, top: 1, left: 0, isMax: true))
    #expect(
      distance(
        try output("AveragePool", window),
        pooled([3, 3], kernel: [3, 2], stride: 2, top: 1, left: 0, isMax: false)) < 1e-12)
    #expect(
      distance(
        try output("AveragePool", window.merging(["count_include_pad": .int(1)]) { $1 }),
        pooled([3, 3], kernel: [3, 2], stride: 2, top: 1, left: 0, isMax: false) { _ in true })
        < 1e-12)
    // 5 rows by 3 at stride 2 are 2; 6 columns are 2, or 3 with what is over.
    #expect(
      try output(
        "MaxPool",
        ["kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "ceil_mode": .int(1)])
        == pooled([2, 3], kernel: [3, 3], stride: 2, top: 0, left: 0, isMax: true))
    #expect(
      try output(
        "MaxPool",
        [
          "kernel_shape": .ints([2, 2]), "strides": .ints([2, 2]), "auto_pad": .text("SAME_UPPER"),
        ])
        == pooled([3, 3], kernel: [2, 2], stride: 2, top: 0, left: 0, isMax: true))
  }

  @Test func wholePlanes() throws {
    let sums = (0..<2).map { c in
      Expected.places([5, 6]).map { x[[0, c] + $0] }
    }
    let means = sums.map { $0.reduce(0, +) / 30 }
    #expect(distance(try output("GlobalAveragePool", [:]), means) < 1e-12)
    #expect(try output("GlobalMaxPool", [:]) == sums.map { $0.max() ?? 0 })
    #expect(distance(try output("ReduceMean", ["axes": .ints([2, -1])]), means) < 1e-12)
    let rows = Expected([2, 5]) { p in (0..<6).reduce(0) { $0 + x[[0, p[0], p[1], $1]] } / 6 }
    #expect(
      distance(
        try output("ReduceMean", ["axes": .ints([3]), "keepdims": .int(0)], opset: 13),
        rows.values) < 1e-12)
    // Axes became an input.
    var model = TestModel(input: dims.map { $0 }, opset: 18)
    model.ints("axes", [2, 3])
    model.node("ReduceMean", ["x", "axes"], to: ["m"], ["keepdims": .int(0)])
    model.floats("w", [2, 1], [1, 10])
    model.node("MatMul", ["m", "w"])
    #expect(distance(try model.output(numbers(60)), [means[0] + 10 * means[1]]) < 1e-12)
    #expect(try model.labels() == ["globalpool", "fc"])
  }

  @Test func borders() throws {
    let pads = [0, 0, 1, 2, 0, 1, 0, 1]
    let size = [1, 3, 6, 9]
    func outside(_ p: [Int], _ size: Int, _ axis: Int) -> Int { min(max(p[axis], 0), size - 1) }
    for mode in ["constant", "edge", "reflect"] {
      var model = TestModel(input: dims.map { $0 })
      model.ints("pads", mode == "reflect" ? [0, 0, 1, 2, 0, 0, 0, 1] : pads)
      model.floats("v", [], [7])
      model.node("Pad", ["x", "pads", "v"], ["mode": .text(mode)])
      let expected = Expected(mode == "reflect" ? [1, 2, 6, 9] : size) { p in
        let place = [0, p[1], p[2] - 1, p[3] - 2]
        switch mode {
        case "constant": return x.at(place) ?? 7
        case "edge":
          return x[[0, outside(place, 2, 1), outside(place, 5, 2), outside(place, 6, 3)]]
        default:
          let mirrored = { (i: Int, size: Int) in i < 0 ? -i : i >= size ? 2 * size - 2 - i : i }
          return x[[0, place[1], mirrored(place[2], 5), mirrored(place[3], 6)]]
        }
      }
      #expect(try model.output(numbers(60)) == expected.values, "\(mode)")
    }
    // Attributes before operator set 11, axes as an input from 18 on.
    var old = TestModel(input: [1, 1, 1, 2], opset: 9)
    old.node("Pad", ["x"], ["pads": .ints([0, 0, 0, 1, 0, 0, 0, 0]), "value": .float(3)])
    #expect(try old.output([1, 2]) == [3, 1, 2])
    var axes = TestModel(input: [1, 1, 1, 2], opset: 18)
    axes.ints("pads", [0, 1])
    axes.ints("axes", [-1])
    axes.node("Pad", ["x", "pads", "", "axes"])
    #expect(try axes.output([1, 2]) == [1, 2, 0])
  }

  @Test func resolutions() throws {
    func model(_ opset: Int, _ attributes: [String: TestModel.Attribute], sizes: Bool = false)
      -> TestModel
    {
      var model = TestModel(input: [1, 1, 1, 2], opset: opset)
      model.floats("scales", [4], [1, 1, 1, 2])
      model.ints("sizes", [1, 1, 1, 4])
      let inputs =
        opset < 11 ? ["x", "scales"] : sizes ? ["x", "", "", "sizes"] : ["x", "", "scales"]
      model.node(opset < 10 ? "Upsample" : "Resize", inputs, attributes)
      return model
    }
    let x: [Float] = [10, 20]
    for opset in [9, 10, 13] {
      #expect(try model(opset, [:]).output(x) == [10, 10, 20, 20])
    }
    #expect(try model(13, [:], sizes: true).output(x) == [10, 10, 20, 20])
    let linear: [String: TestModel.Attribute] = ["mode": .text("linear")]
    #expect(try model(10, linear).output(x) == [10, 15, 20, 20])
    #expect(try model(13, linear).output(x) == [10, 12.5, 17.5, 20])
    let corners = linear.merging(
      ["coordinate_transformation_mode": .text("align_corners")]) { $1 }
    #expect(
      distance(try model(13, corners).output(x), [10, 10 + 10.0 / 3, 10 + 20.0 / 3, 20]) < 1e-9)
    #expect(
      model(13, ["mode": .text("area")]).refusal()?.contains("nearest, linear and cubic") == true)
  }

  /// Operator set 10 takes the next pixel where the image shrinks (onnx's
  /// test_resize_downsample_scales_nearest, onnxruntime), the one before where it grows.
  @Test func nearestOfOperatorSet10() throws {
    func output(_ width: Int, _ scale: Float) throws -> [Double] {
      var model = TestModel(input: [1, 1, 1, width], opset: 10)
      model.floats("scales", [4], [1, 1, 1, scale])
      model.node("Resize", ["x", "scales"])
      return try model.output((0..<width).map(Float.init))
    }
    #expect(try output(4, 0.6) == [0, 2])
    #expect(try output(7, 0.4) == [0, 3])
    #expect(try output(3, 1.7) == [0, 0, 1, 1, 2])
  }

  /// Factors are 32-bit floats, and so is what is multiplied with them: exporters write 23 / 10.
  @Test func fractions() throws {
    for (width, size) in [(10, 23), (7, 19), (11, 35), (13, 41), (40, 29)] {
      for opset in [10, 13] {
        var model = TestModel(input: [1, 1, 1, width], opset: opset)
        model.floats("scales", [4], [1, 1, 1, Float(size) / Float(width)])
        model.node("Resize", opset == 10 ? ["x", "scales"] : ["x", "", "scales"])
        let expected = Int(Float(width) * (Float(size) / Float(width)))
        #expect(try model.network().graph.outputShape.width == expected, "\(width) to \(size)")
      }
    }
    var model = TestModel(input: [1, 1, 1, 10], opset: 13)
    model.floats("scales", [4], [1, 1, 1, 2.3])
    model.node("Resize", ["x", "", "scales"])
    #expect(try model.network().graph.outputShape.width == 23)
  }

  @Test func depthAndSpace() throws {
    let x = Expected([1, 8, 1, 2], numbers(16))
    for mode in ["DCR", "CRD"] {
      var model = TestModel(input: [1, 8, 1, 2])
      model.node("DepthToSpace", ["x"], ["blocksize": .int(2), "mode": .text(mode)])
      let expected = Expected([1, 2, 2, 4]) { p in
        let phase = p[2] % 2 * 2 + p[3] % 2
        return x[[0, mode == "DCR" ? phase * 2 + p[1] : p[1] * 4 + phase, 0, p[3] / 2]]
      }
      #expect(try model.output(numbers(16)) == expected.values)
    }
    var back = TestModel(input: [1, 1, 2, 4])
    back.node("SpaceToDepth", ["x"], ["blocksize": .int(2)])
    #expect(try back.output([0, 1, 2, 3, 4, 5, 6, 7]) == [0, 2, 1, 3, 4, 6, 5, 7])
    for mode in ["DCR", "CRD"] {
      var model = TestModel(input: [1, 3, 4, 6], opset: 28)
      model.node("SpaceToDepth", ["x"], ["blocksize": .int(2), "mode": .text(mode)])
      let x = Expected([1, 3, 4, 6], numbers(72))
      let expected = Expected([1, 12, 2, 3]) { p in
        let (phase, channel) = mode == "DCR" ? (p[1] / 3, p[1] % 3) : (p[1] % 4, p[1] / 4)
        return x[[0, channel, p[2] * 2 + phase / 2, p[3] * 2 + phase % 2]]
      }
      #expect(try model.output(numbers(72)) == expected.values, "\(mode)")
    }
  }
}
