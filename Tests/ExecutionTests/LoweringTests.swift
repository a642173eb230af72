import Convolution
import Execution
import Networks
import Testing

/// What the passes leave of small graphs. Vectors of 8 floats.
@Suite struct LoweringTests {
  func lowered(_ graph: Graph) throws -> LoweredNetwork {
    try LoweredNetwork(graph: graph, vectorWidth: 8)
  }

  func kinds(_ network: LoweredNetwork) -> [String] { network.steps.map(\.kind) }

  @Test func convolutionBatchNormActivationIsOneStep() throws {
    let network = try lowered(tiny { $0.dropout($0.convBnRelu($0.input, 8, kernel: 3)) })
    #expect(kinds(network) == ["convolution"])
    #expect(network.layers.count == 1)
    #expect(network.layers[0].epilogue.description == "bias+relu")
    #expect(network.layers[0].nodes == [1, 2, 3])
    #expect(network.layers[0].folded.count == 1)
  }

  @Test func constantsAreFoldedWithoutABias() throws {
    let network = try lowered(
      tiny { $0.scale($0.convolution($0.input, 8, kernel: 3, bias: false), by: 0.5) })
    #expect(kinds(network) == ["convolution"])
    #expect(network.layers[0].epilogue == .none)
    #expect(network.layers[0].folded == [.factor(0.5)])
  }

  @Test func aSecondReaderPreventsFolding() throws {
    let network = try lowered(
      tiny { b in
        let x = b.convolution(b.input, 8, kernel: 3)
        return b.add(b.batchNormalization(x), shortcut: b.maxPool(x, kernel: 1, stride: 1))
      })
    #expect(kinds(network) == ["convolution", "affine", "maxpool", "add"])
    #expect(network.layers[0].folded.isEmpty)
  }

  @Test func theLaterConvolutionTakesTheResidual() throws {
    let network = try lowered(
      tiny { b in
        let branch = b.convBn(b.input, 8, kernel: 3)
        return b.relu(b.add(branch, shortcut: b.convBn(b.input, 8, kernel: 1)))
      })
    #expect(kinds(network) == ["convolution", "convolution"])
    #expect(network.layers[0].epilogue.description == "bias")
    #expect(network.layers[1].epilogue.description == "bias+residual+relu")
    #expect(network.steps[1].inputs[1] == network.steps[0].output)
  }

  @Test func aResidualFromBehindIsComputedFirst() throws {
    let network = try lowered(
      tiny { b in
        let x = b.convRelu(b.input, 8, kernel: 3)
        let branch = b.convBn(x, 16, kernel: 3, stride: 2)
        return b.relu(b.add(branch, shortcut: b.subsample(x, stride: 2, channels: 16)))
      })
    #expect(kinds(network) == ["convolution", "subsample", "convolution"])
    #expect(network.layers[1].epilogue.description == "bias+residual+relu")
  }

  @Test func normalisationInFrontOfAConvolutionIsOneStep() throws {
    let network = try lowered(
      tiny { b in
        let x = b.maxPool(b.input, kernel: 2, stride: 1)
        return b.convolution(b.relu(b.batchNormalization(x)), 8, kernel: 3)
      })
    // The planar input is blocked for pooling, three channels go planar into the convolution.
    #expect(kinds(network) == ["convert", "maxpool", "affine", "convert", "convolution"])
    guard case .affine(let affines, let activation) = network.steps[2].work else {
      Issue.record("not an affine step")
      return
    }
    #expect(affines.count == 1)
    #expect(activation == .relu)
  }

  @Test func fullyConnectedIsAConvolutionOverItsInput() throws {
    let network = try lowered(
      tiny { $0.softmax($0.fullyConnected($0.convRelu($0.input, 8, kernel: 3), 7)) })
    #expect(kinds(network) == ["convolution", "convolution", "softmax"])
    #expect(network.layers[1].problem.kernel == Extent(11))
    #expect(network.layers[1].problem.output == Extent(1))
  }

  @Test func concatenationsAreWrittenInPlace() throws {
    let network = try lowered(
      tiny { b in
        let x = b.convRelu(b.input, 8, kernel: 3)
        let inner = b.concatenation([x, b.convRelu(x, 16, kernel: 3)])
        let outer = b.concatenation([inner, b.convRelu(inner, 5, kernel: 5)])
        return b.convRelu(outer, 8, kernel: 1)
      })
    #expect(kinds(network) == ["convolution", "convolution", "convolution", "convolution"])
    let members = network.steps.prefix(3).map { network.tensors[$0.output] }
    #expect(members.map(\.firstChannel) == [0, 8, 24])
    #expect(Set(members.map(\.storage)).count == 1)
    // The widest halo that any reader of any part needs.
    let storage = network.storages[members[0].storage]
    #expect(storage.shape.channels == 29)
    #expect(storage.halo == Halo(top: 2, left: 2, bottom: 2, right: 2))
  }

  @Test func unalignedAndRepeatedInputsAreCopied() throws {
    let network = try lowered(
      tiny { b in
        let x = b.convRelu(b.input, 8, kernel: 3)
        let odd = b.convRelu(x, 5, kernel: 3)
        return b.concatenation([x, odd, x])
      })
    #expect(kinds(network) == ["convolution", "convolution", "copy", "copy"])
    #expect(network.steps[2].work == .copy(firstChannel: 8))
    #expect(network.steps[3].work == .copy(firstChannel: 13))
  }

  @Test(arguments: [8, 16]) func denseNetCopiesNothing(width: Int) throws {
    let graph = try NetworkCatalog.graph(named: "densenet121")
    let network = try LoweredNetwork(graph: graph, vectorWidth: width)
    #expect(!kinds(network).contains("copy"))
    #expect(network.layers.count == 121)
    // A storage per dense block has all its channels.
    #expect(
      network.storages.contains { $0.shape.channels == 1024 && $0.shape.height == 16 / 2 - 1 })
  }

  @Test(arguments: NetworkCatalog.names.filter { $0 != "resnet1202" })
  func everyNetworkLowers(name: String) throws {
    let graph = try NetworkCatalog.graph(named: name)
    let network = try LoweredNetwork(graph: graph, vectorWidth: 16)
    let counted = graph.nodes.filter { graph.problem(of: $0) != nil }.count
    #expect(network.layers.count == counted)
    // Everything but the input and identities is computed by one step exactly.
    let computed = network.steps.flatMap(\.nodes)
    #expect(Set(computed).count == computed.count)
    for (index, layer) in network.layers.enumerated() {
      #expect(network.steps[layer.step].work == .convolution(layer: index))
      #expect(network.steps[layer.step].name == layer.name)
    }
    // Only ShuffleNetV2, whose halves are no whole blocks, needs copies for its concatenations.
    #expect(kinds(network).contains("copy") == name.hasPrefix("shufflenetv2"))
  }

  @Test func impossibleNormalisationIsAnError() throws {
    let graph = try tiny { $0.localResponseNormalization($0.input, k: 0) }
    #expect(throws: ExecutionError.self) { try lowered(graph) }
  }
}
