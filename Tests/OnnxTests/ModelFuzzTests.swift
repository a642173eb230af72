import Foundation
import Networks
import Testing

@testable import Onnx

/// Mutated models are accepted or refused; nothing traps or goes on without end. So many by default;
/// `scripts/fuzz-onnx` runs for a time: CONVBENCH_FUZZ_SECONDS and CONVBENCH_FUZZ_SEED.
@Suite struct ModelFuzzTests {
  @Test func mutatedModels() throws {
    let environment = ProcessInfo.processInfo.environment
    let seconds = environment["CONVBENCH_FUZZ_SECONDS"].flatMap(Double.init)
    let seed = environment["CONVBENCH_FUZZ_SEED"].flatMap(UInt64.init) ?? 1
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "convbench-fuzz-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "model.onnx")
    let bases = FuzzBases.all
    for base in bases { #expect(base.refusal() == nil) }
    let serialized = try bases.map { try $0.proto.serializedData() as Data }

    var generator = FuzzGenerator(state: seed)
    var (accepted, refused) = (0, 0)
    let start = Date()
    while seconds.map({ Date().timeIntervalSince(start) < $0 }) ?? (accepted + refused < 1000) {
      let index = Int.random(in: 0..<bases.count, using: &generator)
      let began = clock()
      do {
        let network: OnnxNetwork
        if Bool.random(using: &generator) {
          // Bytes, as they come from a damaged file. The last one stays for a look after a crash.
          let bytes = FuzzMutation.bytes(serialized[index], &generator)
          try bytes.write(to: file)
          network = try OnnxNetwork(path: file.path, isPartial: Bool.random(using: &generator))
        } else {
          var proto = bases[index].proto
          for _ in 0...Int.random(in: 0..<4, using: &generator) {
            FuzzMutation.model(&proto, &generator)
          }
          network = try OnnxNetwork(try ModelFile(path: file.path, model: proto))
        }
        accepted += 1
        try evaluate(network.graph)
      } catch {
        refused += 1
        let message = "\(error)"
        #expect(!message.contains("\n") && message.utf8.count < 4000, "\(message)")
      }
      // Of the processor, all threads': far above what any machine takes, far below without end.
      let took = Double(clock() - began) / Double(CLOCKS_PER_SEC)
      #expect(took < 300, "seed \(seed), model \(accepted + refused): \(took) s")
    }
    #expect(accepted > 10 && refused > 10)
  }

  /// Small ones also run: attributes that were let through must be possible.
  private func evaluate(_ graph: Graph) throws {
    guard graph.macs < 1 << 20, graph.nodes.allSatisfy({ $0.shape.count < 1 << 14 }) else { return }
    let result = try Interpreter.all(graph, inputs: graph.seededInputs(seed: 1)) {
      graph.parameters(of: $0, seed: 1)
    }[0]
    #expect(result.count == graph.outputShape.count)
  }
}

/// SplitMix64: the same models for the same seed.
struct FuzzGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

enum FuzzMutation {
  private static let values: [UInt8] = [0, 1, 0x7f, 0x80, 0xff]
  private static let factors: [Float] = [.nan, .infinity, -1, 0, 1e30, .leastNonzeroMagnitude]

  static func bytes(_ data: Data, _ generator: inout FuzzGenerator) -> Data {
    var bytes = [UInt8](data)
    for _ in 0...Int.random(in: 0..<6, using: &generator) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      case 1: bytes[place] = values.randomElement(using: &generator) ?? 0
      case 2: bytes.removeSubrange(place..<min(place + 4, bytes.count))
      case 3: bytes.insert(contentsOf: [0xff, 0xff, 0xff, 0xff, 0x0f], at: place)
      case 4:
        let end = min(place + Int.random(in: 1..<64, using: &generator), bytes.count)
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      default: bytes.removeSubrange(place...)
      }
    }
    return Data(bytes)
  }

  private static let extremes: [Int64] = [
    .min, .max, -1, 0, 1, 2, 3, 7, -7, 255, 1 << 16, 1 << 31, 1 << 40, -(1 << 33),
  ]

  private static func number(_ generator: inout FuzzGenerator) -> Int64 {
    extremes.randomElement(using: &generator) ?? 0
  }

  /// One change of a decoded model that leaves it decodable.
  static func model(_ model: inout Onnx_ModelProto, _ generator: inout FuzzGenerator) {
    let nodes = model.graph.node.indices
    guard let node = nodes.randomElement(using: &generator) else { return }
    switch Int.random(in: 0..<11, using: &generator) {
    case 0:
      model.graph.node[node].opType = OperatorTable.names.randomElement(using: &generator) ?? ""
    case 1:
      let names =
        model.graph.node.flatMap(\.output) + model.graph.initializer.map(\.name) + ["x", ""]
      if let input = model.graph.node[node].input.indices.randomElement(using: &generator) {
        model.graph.node[node].input[input] = names.randomElement(using: &generator) ?? ""
      }
    case 2, 3:
      let attributes = model.graph.node[node].attribute.indices
      guard let index = attributes.randomElement(using: &generator) else { return }
      var attribute = model.graph.node[node].attribute[index]
      attribute.i = number(&generator)
      attribute.f = factors.randomElement(using: &generator) ?? 0
      if let i = attribute.ints.indices.randomElement(using: &generator) {
        attribute.ints[i] = number(&generator)
      }
      model.graph.node[node].attribute[index] = attribute
    case 4:
      if !model.graph.node[node].attribute.isEmpty { model.graph.node[node].attribute.removeLast() }
    case 5, 6:
      let tensors = model.graph.initializer.indices
      guard let index = tensors.randomElement(using: &generator) else { return }
      if let i = model.graph.initializer[index].int64Data.indices.randomElement(using: &generator) {
        model.graph.initializer[index].int64Data[i] = number(&generator)
      } else if let i = model.graph.initializer[index].dims.indices.randomElement(using: &generator)
      {
        model.graph.initializer[index].dims[i] = number(&generator)
      }
    case 7:
      let dims = model.graph.input[0].type.tensorType.shape.dim.indices
      guard let index = dims.randomElement(using: &generator) else { return }
      model.graph.input[0].type.tensorType.shape.dim[index].dimValue = number(&generator)
    case 8: model.graph.node.swapAt(node, nodes.randomElement(using: &generator) ?? node)
    case 9: model.opsetImport[0].version = Int64.random(in: 5..<26, using: &generator)
    default: model.graph.node[node].input.append(model.graph.node[node].input.last ?? "x")
    }
  }
}

/// Small models that together use every operator that is computed.
enum FuzzBases {
  static var all: [TestModel] { [network, shapes, moves] }

  private static var network: TestModel {
    var m = TestModel(input: [1, 4, 8, 8])
    m.floats("w1", [8, 2, 3, 3], numbers(144))
    m.floats("c8", [8], numbers(8).map { abs($0) + 0.5 })
    m.floats("w2", [8, 8, 1, 1], numbers(64))
    m.floats("fc", [8, 5], numbers(40))
    m.floats("fb", [5], numbers(5))
    m.floats("slope", [8, 1, 1], numbers(8))
    m.floats("half", [], [0.5])
    m.node(
      "Conv", ["x", "w1", "c8"], to: ["a"],
      [
        "group": .int(2), "pads": .ints([1, 1, 1, 1]), "strides": .ints([1, 1]),
        "dilations": .ints([1, 1]), "kernel_shape": .ints([3, 3]),
      ])
    m.node(
      "BatchNormalization", ["a", "c8", "c8", "c8", "c8"], to: ["b"], ["epsilon": .float(0.1)])
    m.node("Relu", ["b"], to: ["r"])
    m.node(
      "MaxPool", ["r"], to: ["p"],
      [
        "kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "pads": .ints([1, 1, 1, 1]),
        "ceil_mode": .int(1),
      ])
    m.node("Conv", ["p", "w2"], to: ["q"], ["auto_pad": .text("SAME_UPPER")])
    m.node("PRelu", ["q", "slope"], to: ["q1"])
    m.node("Elu", ["q1"], to: ["q2"], ["alpha": .float(0.5)])
    m.node("LeakyRelu", ["q2"], to: ["q3"], ["alpha": .float(0.1)])
    m.node("Clip", ["q3", "", "half"], to: ["q4"])
    m.node("Add", ["q4", "p"], to: ["s"])
    m.node("GlobalAveragePool", ["s"], to: ["g"])
    m.node("HardSigmoid", ["g"], to: ["h"], ["alpha": .float(0.2), "beta": .float(0.5)])
    m.node("Mul", ["s", "h"], to: ["se"])
    m.node("LRN", ["se"], to: ["l"], ["size": .int(3), "alpha": .float(0.1)])
    m.node(
      "AveragePool", ["l"], to: ["v"],
      [
        "kernel_shape": .ints([2, 2]), "count_include_pad": .int(1), "pads": .ints([0, 0, 1, 1]),
      ])
    m.node("ReduceMean", ["v"], to: ["m"], ["axes": .ints([2, 3]), "keepdims": .int(0)])
    m.node("Gemm", ["m", "fc", "fb"], to: ["f"], ["alpha": .float(1), "transB": .int(0)])
    m.node("Softmax", ["f"], ["axis": .int(1)])
    return m
  }

  private static var shapes: TestModel {
    var m = TestModel(input: [1, 8, 4, 4])
    m.ints("two", [2])
    m.ints("zero", [0])
    m.ints("one", [1])
    m.ints("step", [2])
    m.ints("parts", [3, 5])
    m.ints("scalar", [0], dims: [])
    m.node("Shape", ["x"], to: ["shape"])
    m.node("Gather", ["shape", "zero"], to: ["n"], ["axis": .int(0)])
    m.node("Slice", ["shape", "two", "step", "zero", "one"], to: ["none"])
    m.node("Constant", [], to: ["tail"], ["value_ints": .ints([2, 4, 4, 4])])
    m.node("Concat", ["n", "tail"], to: ["five"], ["axis": .int(0)])
    m.node("Mul", ["five", "one"], to: ["five1"])
    m.node("Cast", ["five1"], to: ["five2"], ["to": .int(7)])
    m.node("Reshape", ["x", "five2"], to: ["r"])
    m.node("Transpose", ["r"], to: ["t"], ["perm": .ints([0, 2, 1, 3, 4])])
    m.node("Reshape", ["t", "shape"], to: ["u"])
    m.node("Split", ["u", "parts"], to: ["a", "b"], ["axis": .int(1)])
    m.node("Slice", ["b", "zero", "step", "two"], to: ["c"])
    m.node("Slice", ["a", "zero", "step", "two"], to: ["d"])
    m.node("Concat", ["c", "d"], to: ["e"], ["axis": .int(1)])
    m.node("Gather", ["e", "scalar"], to: ["g"], ["axis": .int(2)])
    m.node("Unsqueeze", ["g", "two"], to: ["h"])
    m.node("Squeeze", ["h", "two"], to: ["i"])
    m.node("Flatten", ["i"], ["axis": .int(1)])
    return m
  }

  private static var moves: TestModel {
    var m = TestModel(input: [1, 4, 4, 4])
    m.ints("pads", [0, 0, 1, 1, 0, 0, 1, 1])
    m.floats("scales", [4], [1, 1, 2, 2])
    m.node("Pad", ["x", "pads"], to: ["p"], ["mode": .text("reflect")])
    m.node("Resize", ["p", "", "scales"], to: ["r"], ["mode": .text("linear")])
    m.node("DepthToSpace", ["r"], to: ["d"], ["blocksize": .int(2), "mode": .text("CRD")])
    m.node("SpaceToDepth", ["d"], to: ["s"], ["blocksize": .int(2)])
    m.node("Sigmoid", ["s"], to: ["g"])
    m.node("Mul", ["s", "g"], to: ["w"])
    m.node("Sub", ["w", "r"], to: ["q"])
    m.node("Transpose", ["q"], to: ["t"], ["perm": .ints([0, 2, 3, 1])])
    m.node("Tanh", ["t"], to: ["u"])
    m.node("Transpose", ["u"], to: ["v"], ["perm": .ints([0, 3, 1, 2])])
    m.node("GlobalMaxPool", ["v"])
    return m
  }
}
