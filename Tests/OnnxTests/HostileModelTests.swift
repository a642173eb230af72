import Convolution
import Foundation
import Testing

@testable import Onnx

@Suite struct HostileModelTests {
  /// A message is one line without control characters, and says what is expected.
  private func expect(
    _ message: String?, says text: String, _ location: SourceLocation = #_sourceLocation
  ) {
    guard let message else {
      Issue.record("the model was accepted", sourceLocation: location)
      return
    }
    #expect(message.contains(text), "\(message)", sourceLocation: location)
    #expect(
      message.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
      sourceLocation: location)
  }

  private var small: TestModel {
    var model = TestModel(input: [1, 2, 4, 4])
    model.floats("w", [3, 2, 1, 1], numbers(6))
    model.node("Conv", ["x", "w"], to: ["c"])
    model.node("Relu", ["c"])
    return model
  }

  @Test func structure() throws {
    #expect(small.refusal() == nil)
    var cyclic = small
    cyclic.proto.graph.node[0].input[0] = "y"
    expect(cyclic.refusal(), says: "without cycles")
    var missing = small
    missing.proto.graph.initializer = []
    expect(missing.refusal(), says: "reads \"w\", which is no input")
    var twice = small
    twice.proto.graph.initializer.append(twice.proto.graph.initializer[0])
    expect(twice.refusal(), says: "initializer \"w\" is given twice")
    var outputs = small
    outputs.proto.graph.node[0].output = ["y"]
    expect(outputs.refusal(), says: "output of two nodes")
    var named = small
    named.proto.graph.node[1].opType = "Evil\u{1b}[2J\nOp"
    named.proto.graph.node[1].name = "a\u{0}b\u{202e}c"
    expect(named.refusal(), says: "node \"a\\u{0}b\\u{202e}c\" (Evil\\u{1b}[2J\\u{a}Op)")
    var custom = small
    custom.proto.graph.node[1].domain = "com.example"
    expect(custom.refusal(), says: "com.example.Relu")
    var none = small
    none.proto.clearGraph()
    expect(none.refusal(), says: "has no graph")
    var opset = small
    opset.proto.opsetImport[0].version = 6
    expect(opset.refusal(), says: "operator set 6")
    opset.proto.opsetImport[0].version = .max
    expect(opset.refusal(), says: "operator set")
  }

  @Test func shapes() throws {
    var weights = small
    weights.proto.graph.initializer[0].dims = [1 << 40, 1 << 40, 1, 1]
    expect(weights.refusal(), says: "more than")
    weights.proto.graph.initializer[0].dims = [-3, 2, 1, 1]
    expect(weights.refusal(), says: "-3×2×1×1")
    weights.proto.graph.initializer[0].dims = [1 << 20, 2, 1, 1]
    expect(weights.refusal(), says: "bytes of data")
    var filled = small
    filled.ints("huge", [1 << 20, 1 << 10, 3])
    filled.node("ConstantOfShape", ["huge"], to: ["h"])
    filled.proto.graph.node.swapAt(1, 2)
    filled.proto.graph.node[2].input = ["c", "h"]
    filled.proto.graph.node[2].opType = "Add"
    expect(filled.refusal(), says: "(ConstantOfShape)")
    var stride = small
    stride.proto.graph.node[0].attribute = []
    stride.node(
      "MaxPool", ["c"], to: ["y2"],
      [
        "kernel_shape": .ints([.max, 1]), "strides": .ints([.max, .min]),
      ])
    stride.proto.graph.output[0].name = "y2"
    expect(stride.refusal(), says: "(MaxPool)")
    var pads = small
    pads.proto.graph.node[0].opType = "Pad"
    pads.proto.graph.node[0].input = ["x", "p"]
    pads.ints("p", [0, 0, .max, 0, 0, 0, .max, 0])
    expect(pads.refusal(), says: "(Pad)")
    var batch = small
    batch.proto.graph.input[0].type.tensorType.shape.dim[0].dimValue = .max
    expect(batch.refusal(), says: "more than")
    // Each constant doubles the one before: 2^60 elements.
    var doubling = TestModel(input: [1, 2, 1, 1])
    doubling.ints("c0", [1])
    for i in 0..<60 {
      doubling.node("Concat", ["c\(i)", "c\(i)"], to: ["c\(i + 1)"], ["axis": .int(0)])
    }
    doubling.node("Reshape", ["x", "c60"])
    expect(doubling.refusal(), says: "(Concat)")
  }

  @Test func openShapes() throws {
    var open = small
    open.proto.graph.input[0].type.tensorType.shape.dim[0].dimParam = "batch"
    #expect(try open.network().graph.input.batch == 1)
    #expect(try open.network(ImportOptions(batch: 3)).graph.input.batch == 3)
    open.proto.graph.input[0].type.tensorType.shape.dim[3].dimParam = "width"
    expect(open.refusal(), says: "--shape x=1x2x4x224")
    #expect(try open.network(ImportOptions(shapes: ["x": [1, 2, 4, 9]])).graph.input.width == 9)
    #expect(try open.network(ImportOptions(resolution: 4)).graph.input.width == 4)
    // What a plan says stands in for what is open, and only for that.
    let planned = try open.network(ImportOptions(fallbacks: [[5, 7, 7, 6]])).graph.input
    #expect(planned == TensorShape(batch: 5, channels: 2, height: 4, width: 6))
    expect(open.refusal(ImportOptions(shapes: ["x": [1, 3, 4, 9]])), says: "does not fit")
    expect(open.refusal(ImportOptions(shapes: ["z": [1, 2, 4, 9]])), says: "no input \"z\"")
    expect(small.refusal(ImportOptions(batch: 2)), says: "its batch is fixed")
  }

  @Test func partialNetworks() throws {
    var model = small
    model.proto.graph.node[1].opType = "Mystery"
    model.proto.graph.node[1].output = ["m"]
    model.node("Sigmoid", ["m"])
    let network = try model.network(isPartial: true)
    #expect(network.problems.count == 1)
    #expect(network.problems.first?.description.contains("(Mystery)") == true)
    #expect(network.graph.nodes.map(\.operation.label) == ["input", "conv"])
    // Where the model says its result's shape, what is behind it is described.
    var shaped = model
    var info = shaped.proto.graph.input[0]
    info.name = "m"
    shaped.proto.graph.valueInfo = [info]
    #expect(
      try shaped.network(isPartial: true).graph.nodes.map(\.operation.label)
        == ["input", "conv", "Mystery, not supported", "sigmoid"])
    #expect(shaped.refusal()?.contains("(Mystery)") == true)
  }

  /// All reasons at once, those that are alike in one line, the dearest first.
  @Test func reasonsOfPartialNetworks() throws {
    var model = TestModel(input: [1, 2, 6, 4])
    model.node("Mystery", ["x"], to: ["m"])
    model.node("Transpose", ["x"], to: ["t"], ["perm": .ints([0, 1, 3, 2])])
    model.node("MatMul", ["x", "t"], to: ["p"])
    model.node("MatMul", ["p", "x"], to: ["q"])
    model.node("Relu", ["q"], to: ["r"])
    model.floats("w", [1, 12, 4], numbers(48))
    model.floats("u", [1, 12, 3], numbers(36))
    model.ints("shape", [6, 2, 4])
    model.node("Reshape", ["x", "shape"], to: ["s"])
    model.node("LSTM", ["s", "w", "u"], to: ["l"], ["hidden_size": .int(3)])
    model.node("Sum", ["m", "r", "l"])
    let network = try model.network(isPartial: true)
    let lines = network.problems.map(\.description)
    #expect(lines.count == 3)
    #expect(network.problems.map(\.macs) == [6 * 2 * (48 + 36), 2 * 6 * 6 * 4 + 2 * 6 * 4 * 6, 0])
    #expect(network.problems.map(\.count) == [1, 2, 1])
    #expect(lines[0].contains("(LSTM)") && lines[2].contains("(Mystery)"), "\(lines)")
    #expect(lines[1].contains("(MatMul)") && lines[1].contains("so is one more"), "\(lines)")
    let shapes = network.graph.nodes.filter { $0.operation.label.hasSuffix("not supported") }
      .map(\.shape)
    #expect(
      shapes == [
        TensorShape(channels: 2, height: 6, width: 6),
        TensorShape(channels: 2, height: 6, width: 4),
        TensorShape(batch: 6, channels: 1, height: 2, width: 3),
      ])
  }

  @Test func bytes() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "convbench-hostile-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "model.onnx").path
    func refusal(_ bytes: Data) throws -> String? {
      try bytes.write(to: URL(filePath: path))
      do {
        _ = try OnnxNetwork(path: path)
        return nil
      } catch { return "\(error)" }
    }
    let good: Data = try small.proto.serializedData()
    #expect(try refusal(good) == nil)
    for count in stride(from: 0, to: good.count, by: 7) {
      expect(try refusal(good.prefix(count)), says: "model.onnx: ")
    }
    expect(try refusal(Data()), says: "is empty")
    // Graph, node list: 2 GiB claimed, 2 bytes there.
    expect(
      try refusal(Data([0x3a, 0xff, 0xff, 0xff, 0xff, 0x07, 0x0a, 0x00])), says: "claims 2147483647"
    )
    // Graphs within attributes of nodes of graphs.
    var deep = Data()
    func wrap(_ tag: UInt8) {
      var length = deep.count
      var head = Data([tag])
      while length >= 0x80 {
        head.append(UInt8(length & 0x7f) | 0x80)
        length >>= 7
      }
      deep = head + Data([UInt8(length)]) + deep
    }
    for _ in 0..<200 { for tag: UInt8 in [0x32, 0x2a, 0x0a] { wrap(tag) } }
    wrap(0x3a)
    expect(try refusal(deep), says: "deeper than")
    // Two million empty nodes, two bytes each.
    let nodes = Data((0..<4_000_000).map { UInt8($0 % 2 == 0 ? 0x0a : 0) })
    expect(
      try refusal(Data([0x3a, 0x80, 0x92, 0xf4, 0x01]) + nodes), says: "more than 2000000 fields")
    #expect(throws: OnnxError.self) { try OnnxNetwork(path: folder.path) }
  }

  @Test func externalData() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "convbench-external-\(UUID().uuidString)")
    let inner = folder.appending(path: "inner")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let values = numbers(6)
    let bytes = Data([9, 9, 9, 9]) + values.withUnsafeBytes { Data($0) }
    try bytes.write(to: inner.appending(path: "weights.bin"))
    try bytes.write(to: folder.appending(path: "secret.bin"))
    try FileManager.default.createSymbolicLink(
      at: inner.appending(path: "link.bin"),
      withDestinationURL: folder.appending(path: "secret.bin"))
    let path = inner.appending(path: "model.onnx").path

    func network(_ location: String, offset: String = "4", length: String = "24") throws
      -> OnnxNetwork
    {
      var model = small
      model.proto.graph.initializer[0].rawData = Data()
      model.proto.graph.initializer[0].dataLocation = .external
      model.proto.graph.initializer[0].externalData = [
        ("location", location), ("offset", offset), ("length", length),
      ].map { key, value in
        var entry = Onnx_StringStringEntryProto()
        entry.key = key
        entry.value = value
        return entry
      }
      return try OnnxNetwork(try ModelFile(path: path, model: model.proto))
    }
    func refusal(_ location: String, offset: String = "4", length: String = "24") -> String? {
      do {
        _ = try network(location, offset: offset, length: length)
        return nil
      } catch { return "\(error)" }
    }
    let graph = try network("weights.bin").graph
    #expect(graph.parameters(of: graph.nodes[1], seed: 0).weights == values)
    expect(refusal("../secret.bin"), says: "leaves the model's folder")
    expect(refusal("sub/../../secret.bin"), says: "leaves the model's folder")
    expect(refusal(folder.appending(path: "secret.bin").path), says: "leaves the model's folder")
    expect(refusal("link.bin"), says: "link that leaves")
    expect(refusal("none.bin"), says: "cannot read \"none.bin\"")
    expect(refusal("."), says: "external data")
    expect(refusal("weights.bin", offset: "5"), says: "has 28 bytes")
    expect(refusal("weights.bin", offset: "-1"), says: "offset")
    expect(refusal("weights.bin", offset: "9223372036854775807"), says: "has 28 bytes")
    expect(refusal("weights.bin", length: "8"), says: "8 bytes are given, 24")
  }
}
