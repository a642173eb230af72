import Networks
import Testing

@Suite struct ParameterTests {
  @Test func sameSeedSameNumbers() throws {
    let (a, b) = (
      try NetworkCatalog.graph(named: "resnet20"), try NetworkCatalog.graph(named: "resnet20")
    )
    for (x, y) in zip(a.nodes, b.nodes) {
      #expect(a.parameters(of: x, seed: 7) == b.parameters(of: y, seed: 7))
    }
    let convolutions = a.convolutions
    let first = a.parameters(of: convolutions[1], seed: 7).weights
    #expect(first != a.parameters(of: convolutions[1], seed: 8).weights)
    #expect(first != a.parameters(of: convolutions[2], seed: 7).weights)
    #expect(a.seededInput(seed: 7) == b.seededInput(seed: 7))
    #expect(a.seededInput(seed: 7) != a.seededInput(seed: 8))
  }

  /// Pinned: plans and stored verifications of other machines rely on them.
  @Test func numbersNeverChange() throws {
    let graph = try NetworkCatalog.graph(named: "lenet5")
    let parameters = graph.parameters(of: graph.convolutions[0], seed: 1)
    #expect(
      parameters.weights.prefix(3).map(\.bitPattern)
        == [1_035_117_093, 1_044_242_943, 1_034_988_251])
    #expect(parameters.bias.prefix(2).map(\.bitPattern) == [1_006_655_202, 1_030_358_024])
    #expect(
      graph.seededInput(seed: 1).prefix(2).map(\.bitPattern) == [3_210_217_448, 1_041_024_421])
  }

  /// As many numbers as are counted, of the variance of He et al. behind a rectifier.
  @Test func sizesAndVariance() throws {
    let graph = try NetworkCatalog.graph(named: "vgg11")
    for node in graph.nodes where !node.name.hasPrefix("fc") {
      let p = graph.parameters(of: node, seed: 1)
      let learned = p.weights.count + p.bias.count + p.scale.count + p.shift.count
      #expect(learned == graph.parameters(of: node))
      #expect(p.mean.count == p.scale.count && p.variance.count == p.scale.count)
    }
    let node = try #require(graph.nodes.first { $0.name == "stage5.conv2" })
    let weights = graph.parameters(of: node, seed: 1).weights
    var (sum, squares, zeros) = (0.0, 0.0, 0)
    for i in stride(from: 0, to: weights.count, by: 16) {
      sum += Double(weights[i])
      squares += Double(weights[i]) * Double(weights[i])
      zeros += weights[i] == 0 ? 1 : 0
    }
    let count = Double((weights.count + 15) / 16)
    let fanIn = 512.0 * 9
    // 14×14 with padding: 40 of 42 taps a row are on the input.
    let covered = (40.0 / 42) * (40.0 / 42)
    #expect(abs(squares / count * fanIn * covered / 2 - 1) < 0.02)
    #expect(abs(sum / count) < 1e-3)
    #expect(zeros == 0)
  }

  @Test func identityWeights() throws {
    let graph = try NetworkCatalog.graph(
      named: "vgg19-identity", options: NetworkOptions(identityLayers: 1))
    let node = try #require(graph.nodes.first { $0.name == "stage1.identity1.conv1" })
    let p = graph.parameters(of: node, seed: 3)
    #expect(p.weights.reduce(0, +) == 64)
    #expect(p.weights[4] == 1 && p.weights[(65 * 9) + 4] == 1)
    #expect(p.bias == [Float](repeating: 0, count: 64))
  }
}
