import Convolution
import Networks
import Testing

@testable import Onnx

/// What is written and read again computes the same, in Double.
@Suite struct ExportedOperationTests {
  /// - Parameter body: appends the operation behind a convolution, for images and single pixels.
  private func check(
    channels: Int = 6, _ body: (GraphBuilder, Int) -> Int,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    for (height, width) in [(5, 4), (1, 1)] {
      for isFlat in [false, true] where !isFlat || height == 1 {
        let b = GraphBuilder(
          name: "n", family: "test",
          input: TensorShape(batch: 2, channels: 3, height: height, width: width), classes: 2)
        let x =
          isFlat ? b.fullyConnected(b.input, channels) : b.convolution(b.input, channels, kernel: 1)
        let graph = try b.build(output: b.relu(body(b, x)))
        let model = try ModelExport.model(graph, seed: 3, version: "test")
        let again = try OnnxNetwork(ModelFile(path: "n.onnx", model: model)).graph
        let inputs = graph.seededInputs(seed: 5)
        let expected = try Interpreter.all(graph, inputs: inputs) {
          graph.parameters(of: $0, seed: 3)
        }[0]
        let result = try Interpreter.all(again, inputs: inputs) {
          again.parameters(of: $0, seed: 3)
        }[0]
        #expect(
          distance(result, expected) < 1e-5, "\(height)×\(width), flat \(isFlat)",
          sourceLocation: sourceLocation)
      }
    }
  }

  @Test(
    arguments: [
      .leakyRelu(slope: 0.1), .clip(low: -0.5, high: 0.5), .clip(low: 0.1, high: .infinity),
      .sigmoid, .hardSigmoid(slope: 0.2, shift: 0.4), .hardSwish, .silu, .elu(alpha: 1.5),
      .exponential, .absolute,
    ] as [ElementwiseFunction])
  func functions(_ function: ElementwiseFunction) throws {
    try check { b, x in b.function(x, function) }
  }

  @Test(
    arguments: [
      .errorFunction, .sign, .floor, .ceil, .round, .sine, .cosine, .softplus, .softsign, .mish,
      .gelu(isApproximate: false), .gelu(isApproximate: true), .selu(alpha: 1.6, gamma: 1.1),
      .celu(alpha: 2), .thresholdedRelu(alpha: 0.3),
    ] as [PlainFunction])
  func plainFunctions(_ function: PlainFunction) throws {
    try check { b, x in b.append(.of(function), [x]) }
  }

  @Test func positivesOnly() throws {
    for function in [PlainFunction.logarithm, .power(1.5)] {
      try check { b, x in b.append(.of(function), [b.function(x, .exponential)]) }
    }
    try check { b, x in b.function(b.function(x, .exponential), .squareRoot) }
  }

  @Test(arguments: Arithmetic.allCases) func arithmetic(_ arithmetic: Arithmetic) throws {
    try check { b, x in b.arithmetic(arithmetic, x, b.function(x, .exponential)) }
    try check { b, x in
      b.arithmetic(arithmetic, x, b.function(b.globalAveragePool(x), .exponential))
    }
    try check { b, x in
      let shape = TensorShape(channels: 6, height: 1, width: 1)
      return b.arithmetic(arithmetic, x, b.append(.constant(shape), []))
    }
  }

  @Test func normalizations() throws {
    for statistics in [Normalization.Statistics.pixels, .groups(6), .groups(2), .groups(1)] {
      try check { b, x in b.append(.of(Normalization(statistics, epsilon: 1e-3)), [x]) }
    }
    try check { b, x in b.append(.parametricRelu, [x]) }
  }

  @Test func movements() throws {
    for slice in [
      AxisSlice(first: 1, count: 3), AxisSlice(first: 5, count: 6, step: -1),
      AxisSlice(first: 0, count: 2, step: 3),
    ] {
      try check { b, x in b.slice(x, SliceAttributes(channels: slice)) }
    }
    try check { b, x in b.channelShuffle(x, groups: 2) }
    for order in DepthOrder.allCases {
      try check(channels: 8) { b, x in b.depthToSpace(x, block: 2, order: order) }
    }
    try check { b, x in b.flatten(x) }
    let b = GraphBuilder(
      name: "n", family: "test", input: TensorShape(channels: 3, height: 5, width: 4), classes: 2)
    let part = SliceAttributes(
      rows: AxisSlice(first: 4, count: 3, step: -2), columns: AxisSlice(first: 1, count: 2))
    let graph = try b.build(output: b.slice(b.input, part))
    let model = try ModelExport.model(graph, seed: 3, version: "test")
    let again = try OnnxNetwork(ModelFile(path: "n.onnx", model: model)).graph
    let inputs = graph.seededInputs(seed: 5)
    let both = try [graph, again].map { graph in
      try Interpreter.all(graph, inputs: inputs) { graph.parameters(of: $0, seed: 3) }[0]
    }
    #expect(both[0] == both[1])
  }

  /// Every operation of the catalog has a counterpart.
  @Test(arguments: [
    "squeezenet1.1", "shufflenetv2-0.5", "mobilenetv3-small", "efficientnet-b0", "regnety-400mf",
    "convnext-tiny", "resnext50",
  ])
  func networks(_ name: String) throws {
    let graph = try NetworkCatalog.graph(named: name, options: NetworkOptions(resolution: 64))
    let model = try ModelExport.model(graph, seed: 1, version: "test")
    let again = try OnnxNetwork(ModelFile(path: "n.onnx", model: model)).graph
    #expect(again.macs == graph.macs)
    #expect(again.outputShape == graph.outputShape)
  }
}
