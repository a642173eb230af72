import Networks
import Testing

@Suite struct CatalogTests {
  private func message(_ name: String, _ options: NetworkOptions = NetworkOptions()) -> String {
    do {
      _ = try NetworkCatalog.graph(named: name, options: options)
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: NetworkCatalog.names)
  func graphsAreWellFormed(_ name: String) throws {
    let graph = try NetworkCatalog.graph(named: name, options: NetworkOptions(batch: 2))
    #expect(graph.name == name)
    #expect(graph.nodes.indices.allSatisfy { graph.nodes[$0].id == $0 })
    #expect(graph.nodes.allSatisfy { node in node.inputs.allSatisfy { $0 < node.id } })
    #expect(Set(graph.nodes.map(\.name)).count == graph.nodes.count)
    #expect(graph.outputShape.batch == 2)
    #expect(graph.outputShape.channels == graph.classes)
    #expect(graph.outputShape.extent.count == 1)
    #expect(graph.nodes[graph.output].operation == .softmax)
    // Nothing is computed for nobody.
    let unread = graph.consumers.indices.filter { graph.consumers[$0].isEmpty }
    #expect(unread == [graph.output])
    // The layer table accounts for everything.
    #expect(graph.layers.reduce(0) { $0 + $1.parameters } == graph.parameters)
    #expect(graph.layers.reduce(0) { $0 + $1.macs } == graph.macs)
  }

  @Test func layersOfABottleneck() throws {
    let layers = try NetworkCatalog.graph(named: "resnet50").layers
    let texts = layers.prefix(6).map {
      "\($0.node.name) \($0.problem?.description ?? "-") \($0.epilogue)"
    }
    #expect(
      texts == [
        "conv1 mb1ic3ih224oc64oh112kh7sh2ph3 bias+relu",
        "maxpool1 - none",
        "layer1.0.shortcut.conv1 mb1ic64ih56oc256oh56kh1 bias",
        "layer1.0.conv1 mb1ic64ih56oc64oh56kh1 bias+relu",
        "layer1.0.conv2 mb1ic64ih56oc64oh56kh3ph1 bias+relu",
        "layer1.0.conv3 mb1ic64ih56oc256oh56kh1 bias+residual+relu",
      ])
  }

  @Test func unknownNamesGetTheNearest() {
    #expect(message("resnt50").contains("did you mean resnet50,"))
    #expect(message("MobileNetV2x").contains("did you mean mobilenetv2,"))
    #expect(message("").hasPrefix("unknown network \"\""))
    #expect(message(String(repeating: "x", count: 1_000_000)).utf8.count < 300)
  }

  @Test(arguments: [
    "mobilenetv2-0", "mobilenetv2--1", "mobilenetv2-nan", "mobilenetv2-1e9", "mobilenetv2-99",
    "mobilenetv1-", "mobilenetv1-0.0001",
  ])
  func senselessMultipliersAreUnknown(_ name: String) {
    #expect(message(name).hasPrefix("unknown network"))
  }

  @Test func otherMultipliersExist() throws {
    let half = try NetworkCatalog.graph(named: "mobilenetv2-0.5")
    let more = try NetworkCatalog.graph(named: "mobilenetv2-0.6")
    let all = try NetworkCatalog.graph(named: "mobilenetv2-0.75")
    #expect(half.parameters < more.parameters && more.parameters < all.parameters)
  }

  @Test func wrongOptionsAreExplained() {
    #expect(message("resnet50", NetworkOptions(batch: 0)).hasPrefix("batch 0 is out of range"))
    #expect(
      message("resnet50", NetworkOptions(batch: .max)).hasSuffix("must be from 1 to 4096"))
    #expect(
      message("vgg16", NetworkOptions(resolution: -5)).hasPrefix("resolution -5 is out of range"))
    #expect(
      message("vgg16", NetworkOptions(resolution: 16))
        == "vgg16: stage5.maxpool1: window 2 does not fit into its 1×1 input; "
        + "use a larger resolution")
    #expect(
      message("inceptionv3", NetworkOptions(resolution: 32)).hasPrefix("inceptionv3: mixed6"))
    #expect(message("vgg16", NetworkOptions(shortcut: .b)).contains("only residual networks"))
    #expect(message("plain18", NetworkOptions(shortcut: .b)).contains("only residual networks"))
    #expect(message("vgg19", NetworkOptions(identityLayers: 1)).contains("only vgg19-identity"))
    #expect(message("vgg16", NetworkOptions(classes: 0)).hasPrefix("classes 0"))
    // 2^34 elements are more than any tensor may have.
    #expect(
      message("vgg16", NetworkOptions(batch: 4096, resolution: 4096)).contains("elements"))
  }

  @Test func resolutionAndClasses() throws {
    let graph = try NetworkCatalog.graph(
      named: "mobilenetv2", options: NetworkOptions(resolution: 96, classes: 10))
    #expect(graph.input.height == 96 && graph.input.width == 96)
    #expect(graph.outputShape.channels == 10)
    #expect(graph.parameters == 3_504_872 - 990 * 1281)
  }
}
