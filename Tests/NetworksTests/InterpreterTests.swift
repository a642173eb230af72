import Convolution
import Networks
import Testing

@Suite struct InterpreterTests {
  private func run(
    _ shape: TensorShape, _ input: [Float], _ parameters: NodeParameters = NodeParameters(),
    _ body: (GraphBuilder) -> Int
  ) throws -> [Double] {
    let b = GraphBuilder(name: "net", family: "test", input: shape, classes: 2)
    return try Interpreter.run(b.build(output: body(b)), input: input) { _ in parameters }
  }

  /// 1×1×3×3, one 2×2 convolution with bias 1, ReLU: worked out by hand.
  @Test func tinyGraphByHand() throws {
    let values = try run(
      TensorShape(channels: 1, height: 3, width: 3), [1, 2, 3, 4, 5, 6, 7, 8, 9],
      NodeParameters(weights: [1, 0, 0, -2], bias: [9])
    ) { b in b.relu(b.convolution(b.input, 1, kernel: 2, padding: .valid)) }
    // 1 - 10 + 9, 2 - 12 + 9, 4 - 16 + 9, 5 - 18 + 9
    #expect(values == [0, 0, 0, 0])
    let other = try run(
      TensorShape(channels: 1, height: 3, width: 3), [1, 2, 3, 4, 5, 6, 7, 8, 9],
      NodeParameters(weights: [1, 0, 0, -2], bias: [12])
    ) { b in b.relu(b.convolution(b.input, 1, kernel: 2, padding: .valid)) }
    #expect(other == [3, 2, 0, 0])
  }

  @Test func elementwiseOperationsByHand() throws {
    let shape = TensorShape(channels: 2, height: 1, width: 2)
    let x: [Float] = [1, -2, 3, 8]
    let bn = NodeParameters(
      scale: [2, 1], shift: [1, 0], mean: [1, 0], variance: [0.75, 3.75])
    #expect(
      try run(shape, x, bn) { $0.batchNormalization($0.input, epsilon: 0.25) }
        == [1, -5, 1.5, 4])
    #expect(try run(shape, x) { $0.activation($0.input, .relu6) } == [1, 0, 3, 6])
    #expect(try run(shape, x) { $0.scale($0.input, by: 0.5) } == [0.5, -1, 1.5, 4])
    #expect(try run(shape, x) { $0.add($0.input, shortcut: $0.input) } == [2, -4, 6, 16])
    #expect(try run(shape, x) { $0.globalAveragePool($0.input) } == [-0.5, 5.5])
    #expect(
      try run(shape, x) { $0.subsample($0.input, stride: 2, channels: 3) } == [1, 3, 0])
    #expect(
      try run(shape, x) { $0.concatenation([$0.input, $0.relu($0.input)]) }
        == [1, -2, 3, 8, 1, 0, 3, 8])
    // Both channels are in every window: 1 / (1 + 0.5 * (1 + 9)), and so on.
    let normalized = try run(shape, x) {
      $0.localResponseNormalization($0.input, size: 3, alpha: 0.5, beta: 1, k: 1)
    }
    for (value, expected) in zip(normalized, [1.0 / 6, -2.0 / 35, 3.0 / 6, 8.0 / 35]) {
      #expect(abs(value - expected) < 1e-15)
    }
    let probabilities = try run(shape, [0, 1, 0, 1]) { $0.softmax($0.input) }
    #expect(probabilities == [0.5, 0.5, 0.5, 0.5])
    #expect(
      try run(shape, x, NodeParameters(weights: [1, 2, 3, 4, 0, 0, 0, 1], bias: [1, 0])) {
        $0.fullyConnected($0.input, 2)
      } == [1 - 4 + 9 + 32 + 1, 8])
  }

  @Test func poolsByHand() throws {
    let shape = TensorShape(channels: 1, height: 3, width: 3)
    let x: [Float] = [-1, -2, -3, -4, -5, -6, -7, -8, -9]
    // Padding never wins.
    #expect(
      try run(shape, x) { $0.maxPool($0.input, kernel: 3, stride: 2, padding: 1) }
        == [-1, -2, -4, -5])
    #expect(
      try run(shape, x) { $0.maxPool($0.input, kernel: 2, stride: 2, ceilMode: true) }
        == [-1, -3, -7, -9])
    #expect(
      try run(shape, x) { $0.averagePool($0.input, kernel: 2, stride: 2, padding: 1) }
        == [-0.25, -1.25, -2.75, -7])
    #expect(
      try run(shape, x) {
        $0.averagePool(
          $0.input, kernel: 2, stride: 2, padding: 1, countIncludesPadding: false)
      } == [-1, -2.5, -5.5, -7])
    // What ceil mode adds beyond the padding is in no divisor.
    #expect(
      try run(shape, x) { $0.averagePool($0.input, kernel: 2, stride: 2, ceilMode: true) }
        == [-3, -4.5, -7.5, -9])
  }

  /// Against seven plain loops, on integers: equal, not close.
  @Test(arguments: [
    "mb2ic3ih9iw7oc8oh9ow7kh3kw3ph1pw1", "mb1ic4ih11oc5oh5kh3sh2ph0", "g2mb2ic4ih8oc8oh4kh3sh2ph1",
    "g6mb1ic6ih7oc6oh7kh3ph1", "g3mb1ic3ih6oc6oh6kh3ph1", "mb1ic2ih12oc4oh8kh3dh1ph0",
    "mb1ic2ih5iw9oc4oh5ow9kh1kw7ph0pw3", "mb1ic3ih30iw40oc4oh30ow40kh3kw3ph1pw1",
    "mb2ic5ih4oc7oh1kh4ph0", "mb1ic2ih6oc3oh3kh3sh2ph0", "mb1ic1ih5oc1oh3kh1sh2ph0",
  ])
  func convolutionAgainstPlainLoops(_ descriptor: String) throws {
    let problem = try ConvolutionProblem(descriptor: descriptor)
    func integers(_ count: Int, _ step: Int) -> [Float] {
      (0..<count).map { Float(($0 * step + $0 / 7) % 11 - 5) }
    }
    let x = integers(problem.inputShape.count, 3)
    let parameters = NodeParameters(
      weights: integers(problem.weightCount, 5), bias: integers(problem.outputChannels, 2))
    let values = Interpreter.convolution(x.map(Double.init), problem, parameters)
    #expect(values == plain(problem, x, parameters))
    #expect(values.contains { $0 != 0 })
  }

  private func plain(_ p: ConvolutionProblem, _ x: [Float], _ parameters: NodeParameters)
    -> [Double]
  {
    var result: [Double] = []
    let perGroup = p.inputChannelsPerGroup
    for n in 0..<p.batch {
      for k in 0..<p.outputChannels {
        let first = k / p.outputChannelsPerGroup * perGroup
        for oy in 0..<p.output.height {
          for ox in 0..<p.output.width {
            var sum = Double(parameters.bias[k])
            for c in 0..<perGroup {
              for r in 0..<p.kernel.height {
                for s in 0..<p.kernel.width {
                  let y = oy * p.stride.height + r * p.dilation.height - p.paddingTop
                  let column = ox * p.stride.width + s * p.dilation.width - p.paddingLeft
                  guard 0..<p.input.height ~= y, 0..<p.input.width ~= column else { continue }
                  let plane = (n * p.inputChannels + first + c) * p.input.height + y
                  let w = ((k * perGroup + c) * p.kernel.height + r) * p.kernel.width + s
                  sum += Double(x[plane * p.input.width + column] * parameters.weights[w])
                }
              }
            }
            result.append(sum)
          }
        }
      }
    }
    return result
  }

  @Test func inputOfTheWrongSize() throws {
    let graph = try NetworkCatalog.graph(named: "lenet5")
    #expect(throws: GraphError.self) { try Interpreter.run(graph, input: [1, 2], seed: 1) }
  }
}
