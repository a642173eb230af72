import Networks
import Testing

/// Seeded networks compute numbers worth comparing: none vanishes, none explodes.
@Suite struct RangeTests {
  /// As small as each allows; a network of 1,202 layers is as deep on 8×8 pixels.
  static let cases: [(String, Int?)] = [
    ("lenet5", nil), ("alexnet", 99), ("vgg19", 32), ("vgg19-identity", 32), ("googlenet", 64),
    ("googlenet-bn", 64), ("googlenet-d2l", 64), ("inceptionv2", 64), ("inceptionv3", 79),
    ("inceptionv4", 79), ("inceptionresnetv2", 79), ("resnet18", 64), ("resnet152", 64),
    ("plain34", 64), ("resnet110", 16), ("resnet1202", 8), ("densenet121", 64),
    ("densenet264", 64), ("mobilenetv1", 64), ("mobilenetv2", 64), ("mobilenetv2-0.35", 64),
  ]

  @Test(arguments: cases)
  func activationsStaySane(_ name: String, _ resolution: Int?) throws {
    let graph = try NetworkCatalog.graph(
      named: name, options: NetworkOptions(resolution: resolution))
    let seed: UInt64 = 5
    var (largest, smallest) = (0.0, Double.infinity)
    try Interpreter.visit(
      graph, inputs: graph.seededInputs(seed: seed),
      parameters: { graph.parameters(of: $0, seed: seed) },
      { node, values in
        // A sample: all of them would be most of the test's time.
        var (squares, count) = (0.0, 0)
        for i in stride(from: 0, to: values.count, by: values.count < 5000 ? 1 : 37) {
          let value = values[i]
          if !value.isFinite || value != 0 && abs(value) < 1e-30 {
            Issue.record("\(node.name) has the value \(value)")
            return
          }
          squares += value * value
          count += 1
        }
        if node.operation == .softmax {
          let best = values.max() ?? 1
          #expect(best < 0.9)
          #expect(abs(values.reduce(0, +) - 1) < 1e-9)
          return
        }
        let square = squares / Double(count)
        // Branches are damped, and Inception-ResNet scales them by 0.1.
        largest = max(largest, square)
        smallest = min(smallest, square)
      })
    #expect(largest < 100)
    #expect(smallest > 1e-5)
  }

  /// Identity layers change nothing, to the last bit.
  @Test(arguments: [0, 1, 7])
  func identityLayersChangeNothing(_ count: Int) throws {
    let plain = try NetworkCatalog.graph(
      named: "vgg19", options: NetworkOptions(resolution: 32, classes: 10))
    let deeper = try NetworkCatalog.graph(
      named: "vgg19-identity",
      options: NetworkOptions(resolution: 32, identityLayers: count, classes: 10))
    #expect(deeper.convolutions.count == plain.convolutions.count + count)
    let input = plain.seededInput(seed: 2)
    let expected = try Interpreter.run(plain, input: input, seed: 2)
    #expect(try Interpreter.run(deeper, input: input, seed: 2) == expected)
    #expect(Set(expected).count == 10)
  }

  /// The images of a batch do not touch one another.
  @Test func batchesAreIndependent() throws {
    let one = try NetworkCatalog.graph(named: "resnet20")
    let three = try NetworkCatalog.graph(named: "resnet20", options: NetworkOptions(batch: 3))
    let input = three.seededInput(seed: 9)
    let together = try Interpreter.run(three, input: input, seed: 4)
    for image in 0..<3 {
      let size = one.input.count
      let alone = try Interpreter.run(
        one, input: Array(input[image * size..<(image + 1) * size]), seed: 4)
      #expect(Array(together[image * 10..<(image + 1) * 10]) == alone)
    }
  }
}
