import Convolution
import Networks
import Testing

/// The operations of imported models, against values worked out by hand or taken from ONNX's
/// documentation of the operator.
@Suite struct ImportedOperationTests {
  private func run(
    _ shape: TensorShape, _ input: [Float], _ body: (GraphBuilder) -> Int
  ) throws -> [Double] {
    let b = GraphBuilder(name: "net", family: "test", input: shape, classes: 2)
    return try Interpreter.run(b.build(output: body(b)), input: input, seed: 1)
  }

  /// One row of pixels, one channel.
  private func row(_ values: [Float], _ body: (GraphBuilder) -> Int) throws -> [Double] {
    try run(TensorShape(channels: 1, height: 1, width: values.count), values, body)
  }

  @Test(
    arguments: [
      (.leakyRelu(slope: 0.5), [-1, 0, 3]), (.clip(low: -1, high: 2), [-1, 0, 2]),
      (.sigmoid, [0.11920292202211755, 0.5, 0.9525741268224334]),
      (.hardSigmoid(slope: 0.25, shift: 0.5), [0, 0.5, 1]),
      (.hardSwish, [-2 * (0.5 - 1.0 / 3), 0, 3]),
      (.silu, [-0.2384058440442351, 0, 2.8577223804673]),
      (.elu(alpha: 2), [-1.7293294335267746, 0, 3]),
      (.exponential, [0.1353352832366127, 1, 20.085536923187668]),
      (.absolute, [2, 0, 3]),
    ] as [(ElementwiseFunction, [Double])])
  func functions(function: ElementwiseFunction, expected: [Double]) throws {
    let values = try row([-2, 0, 3]) { $0.function($0.input, function) }
    for (value, expected) in zip(values, expected) { #expect(abs(value - expected) < 1e-14) }
  }

  @Test func parametricRelu() throws {
    let shape = TensorShape(channels: 2, height: 1, width: 2)
    #expect(
      try run(shape, [-4, 4, -4, 1]) { $0.parametricRelu($0.input, slopes: [0.25, 2]) }
        == [-1, 4, -8, 1])
  }

  @Test func arithmeticRepeatsExtentsOfOne() throws {
    let shape = TensorShape(batch: 2, channels: 2, height: 1, width: 2)
    let x: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
    func result(_ body: (GraphBuilder) -> Int) throws -> [Double] { try run(shape, x, body) }
    #expect(
      try result { b in b.arithmetic(.multiply, b.input, b.globalMaxPool(b.input)) }
        == [2, 4, 12, 16, 30, 36, 56, 64])
    #expect(
      try result { b in b.arithmetic(.subtract, b.constant(10), b.input) }
        == [9, 8, 7, 6, 5, 4, 3, 2])
    let perChannel = TensorShape(channels: 2, height: 1, width: 1)
    #expect(
      try result { b in
        b.arithmetic(.divide, b.input, b.constant(perChannel, values: [2, 4]))
      } == [0.5, 1, 0.75, 1, 2.5, 3, 1.75, 2])
    let mask = TensorShape(batch: 2, channels: 1, height: 1, width: 2)
    #expect(
      try result { b in b.arithmetic(.add, b.constant(mask, values: [1, 2, 3, 4]), b.input) }
        == [2, 4, 4, 6, 8, 10, 10, 12])
    // Both sides are repeated.
    #expect(
      try run(TensorShape(channels: 1, height: 2, width: 1), [1, 2]) { b in
        b.arithmetic(
          .add, b.input,
          b.constant(TensorShape(channels: 1, height: 1, width: 2), values: [10, 20])
        )
      } == [11, 21, 12, 22])
    let b = GraphBuilder(name: "net", family: "test", input: shape, classes: 2)
    #expect(b.arithmetic(.add, b.input, b.relu(b.input)) == 2)
    #expect(try b.build(output: 2).nodes[2].operation == .add)
  }

  @Test func logSoftmax() throws {
    let values = try run(TensorShape(channels: 2, height: 1, width: 1), [1000, 1000]) {
      $0.logSoftmax($0.input)
    }
    #expect(values == [-0.6931471805599453, -0.6931471805599453])
  }

  @Test func slices() throws {
    let shape = TensorShape(channels: 3, height: 2, width: 3)
    let x = (0..<18).map(Float.init)
    #expect(
      try run(shape, x) {
        $0.slice($0.input, SliceAttributes(channels: AxisSlice(first: 1, count: 1)))
      } == [6, 7, 8, 9, 10, 11])
    #expect(
      try run(shape, x) {
        $0.slice(
          $0.input,
          SliceAttributes(
            channels: AxisSlice(first: 0, count: 2, step: 2), rows: AxisSlice(first: 1, count: 1),
            columns: AxisSlice(first: 2, count: 2, step: -2)))
      } == [5, 3, 17, 15])
    #expect(
      try run(TensorShape(channels: 6, height: 1, width: 1), [0, 1, 2, 3, 4, 5]) {
        $0.channelShuffle($0.input, groups: 2)
      } == [0, 3, 1, 4, 2, 5])
  }

  @Test func pads() throws {
    func padded(_ mode: PadAttributes.Mode) throws -> [Double] {
      try row([1, 2, 3]) {
        $0.pad($0.input, PadAttributes(space: Halo(left: 2, right: 1), mode: mode))
      }
    }
    #expect(try padded(.constant(-1)) == [-1, -1, 1, 2, 3, -1])
    #expect(try padded(.edge) == [1, 1, 1, 2, 3, 3])
    #expect(try padded(.reflect) == [3, 2, 1, 2, 3, 2])
    #expect(
      try run(TensorShape(channels: 1, height: 1, width: 1), [5]) {
        $0.pad(
          $0.input,
          PadAttributes(space: .none, channelsBefore: 1, channelsBehind: 2, mode: .constant(7)))
      } == [7, 5, 7, 7])
  }

  private func resized(
    _ values: [Float], to size: Int, _ mode: ResizeAttributes.Mode,
    _ coordinates: ResizeAttributes.Coordinates
  ) throws -> [Double] {
    try row(values) {
      $0.resize(
        $0.input,
        ResizeAttributes(
          rows: ResizeAttributes.Axis(size: 1, scale: 1),
          columns: ResizeAttributes.Axis(
            size: size, scale: Double(size) / Double(values.count)), mode: mode,
          coordinates: coordinates))
    }
  }

  /// One axis of the examples of ONNX's `Resize`.
  @Test func resizes() throws {
    #expect(try resized([1, 2], to: 4, .linear, .halfPixel) == [1, 1.25, 1.75, 2])
    #expect(try resized([1, 2], to: 4, .linear, .asymmetric) == [1, 1.5, 2, 2])
    let corners = try resized([1, 2], to: 4, .linear, .alignCorners)
    for (value, expected) in zip(corners, [1, 4.0 / 3, 5.0 / 3, 2]) {
      #expect(abs(value - expected) < 1e-15)
    }
    #expect(try resized([1, 2, 3], to: 1, .linear, .pytorchHalfPixel) == [1])
    #expect(try resized([1, 2, 3], to: 1, .linear, .halfPixel) == [2])
    #expect(
      try resized([1, 2], to: 6, .nearest(.floor), .asymmetric) == [1, 1, 1, 2, 2, 2])
    #expect(
      try resized([1, 2], to: 4, .nearest(.preferFloor), .halfPixel) == [1, 1, 2, 2])
    // x / 2 is 0, ½, 1, 1½.
    #expect(
      try resized([1, 2], to: 4, .nearest(.preferFloor), .asymmetric) == [1, 1, 2, 2])
    #expect(
      try resized([1, 2], to: 4, .nearest(.preferCeil), .asymmetric) == [1, 2, 2, 2])
    #expect(try resized([1, 2], to: 4, .nearest(.ceil), .asymmetric) == [1, 2, 2, 2])
  }

  /// The examples of ONNX's `DepthToSpace`: channels of 2×3 pixels, each 9 above the one before.
  @Test func depthToSpace() throws {
    let values: [Float] = (0..<8).flatMap { c in (0..<6).map { Float(c * 9 + $0) } }
    let shape = TensorShape(channels: 8, height: 2, width: 3)
    let dcr = try run(shape, values) { $0.depthToSpace($0.input, block: 2, order: .depthFirst) }
    #expect(dcr.prefix(12) == [0, 18, 1, 19, 2, 20, 36, 54, 37, 55, 38, 56])
    #expect(dcr.suffix(6) == [48, 66, 49, 67, 50, 68])
    let crd = try run(shape, values) { $0.depthToSpace($0.input, block: 2, order: .columnFirst) }
    #expect(crd.prefix(12) == [0, 9, 1, 10, 2, 11, 18, 27, 19, 28, 20, 29])
  }

  @Test func flattenKeepsTheOrder() throws {
    let b = GraphBuilder(
      name: "net", family: "test", input: TensorShape(batch: 2, channels: 2, height: 2, width: 1),
      classes: 2)
    let graph = try b.build(output: b.flatten(b.input))
    #expect(graph.outputShape == TensorShape(batch: 2, channels: 4, height: 1, width: 1))
    let x: [Float] = [0, 1, 2, 3, 4, 5, 6, 7]
    #expect(try Interpreter.run(graph, input: x, seed: 1) == x.map(Double.init))
  }
}
