import Convolution
import Foundation
import Networks

@testable import Onnx

/// Models written node by node through the generated types.
struct TestModel {
  enum Attribute: Sendable {
    case int(Int)
    case ints([Int])
    case float(Float)
    case floats([Float])
    case text(String)
    case tensor(Onnx_TensorProto)
  }

  var proto = Onnx_ModelProto()

  /// One input named `x`, one output named `y`; an extent of nil is symbolic.
  init(input: [Int?], opset: Int = 17) {
    proto.irVersion = 8
    var standard = Onnx_OperatorSetIdProto()
    standard.version = Int64(opset)
    proto.opsetImport = [standard]
    proto.graph.name = "test"
    self.input("x", input)
    var y = Onnx_ValueInfoProto()
    y.name = "y"
    proto.graph.output = [y]
  }

  /// Another input.
  mutating func input(_ name: String, _ extents: [Int?]) {
    var value = Onnx_ValueInfoProto()
    value.name = name
    value.type.tensorType.elemType = 1
    value.type.tensorType.shape.dim = extents.map { extent in
      var dim = Onnx_TensorShapeProto.Dimension()
      if let extent { dim.dimValue = Int64(extent) } else { dim.dimParam = "n" }
      return dim
    }
    proto.graph.input.append(value)
  }

  mutating func node(
    _ type: String, _ inputs: [String], to outputs: [String] = ["y"],
    _ attributes: [String: Attribute] = [:]
  ) {
    var node = Onnx_NodeProto()
    node.opType = type
    node.name = "\(type)\(proto.graph.node.count)"
    node.input = inputs
    node.output = outputs
    node.attribute = attributes.sorted { $0.key < $1.key }.map(Self.attribute)
    proto.graph.node.append(node)
  }

  mutating func floats(_ name: String, _ dims: [Int], _ values: [Float]) {
    proto.graph.initializer.append(Self.tensor(dims, values, name: name))
  }

  mutating func ints(_ name: String, _ values: [Int], dims: [Int]? = nil) {
    proto.graph.initializer.append(Self.tensor(values, dims: dims, name: name))
  }

  static func tensor(_ dims: [Int], _ values: [Float], name: String = "") -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dims = dims.map(Int64.init)
    tensor.dataType = 1
    tensor.rawData = values.withUnsafeBytes { Data($0) }
    return tensor
  }

  static func tensor(_ values: [Int], dims: [Int]? = nil, name: String = "") -> Onnx_TensorProto {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dims = (dims ?? [values.count]).map(Int64.init)
    tensor.dataType = 7
    tensor.int64Data = values.map(Int64.init)
    return tensor
  }

  private static func attribute(_ name: String, _ value: Attribute) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    attribute.name = name
    switch value {
    case .int(let value):
      attribute.type = .int
      attribute.i = Int64(value)
    case .ints(let values):
      attribute.type = .ints
      attribute.ints = values.map(Int64.init)
    case .float(let value):
      attribute.type = .float
      attribute.f = value
    case .floats(let values):
      attribute.type = .floats
      attribute.floats = values
    case .text(let text):
      attribute.type = .string
      attribute.s = Data(text.utf8)
    case .tensor(let tensor):
      attribute.type = .tensor
      attribute.t = tensor
    }
    return attribute
  }

  // MARK: Importing

  func network(_ options: ImportOptions = ImportOptions(), isPartial: Bool = false) throws
    -> OnnxNetwork
  {
    try OnnxNetwork(
      try ModelFile(path: "folder/test.onnx", model: proto), options: options,
      isPartial: isPartial)
  }

  /// What the imported graph computes.
  func output(_ input: [Float]) throws -> [Double] {
    try Interpreter.run(try network().graph, input: input, seed: 0)
  }

  /// The message of a model that is refused; nil if it is not.
  func refusal(_ options: ImportOptions = ImportOptions()) -> String? {
    do {
      _ = try network(options)
      return nil
    } catch { return "\(error)" }
  }

  /// The graph's operations in order, the input's left out.
  func labels() throws -> [String] { try network().graph.nodes.dropFirst().map(\.operation.label) }
}

/// Reproducible numbers between -2 and 2, none of them special.
func numbers(_ count: Int, _ seed: Int = 1) -> [Float] {
  (0..<count).map { Float((($0 + seed) * 7919 + seed * 104_729) % 1009) / 252 - 2 }
}

/// The largest difference; infinite where the counts differ.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// A tensor for expectations: loops as the format's definitions have them.
struct Expected {
  var dims: [Int]
  var values: [Double]

  init(_ dims: [Int], _ values: [Float]) {
    self.dims = dims
    self.values = values.map(Double.init)
  }

  init(_ dims: [Int], _ body: ([Int]) -> Double) {
    self.dims = dims
    values = Self.places(dims).map(body)
  }

  /// 0 outside.
  subscript(_ place: [Int]) -> Double { at(place) ?? 0 }

  func at(_ place: [Int]) -> Double? {
    var index = 0
    for (extent, i) in zip(dims, place) {
      guard 0..<extent ~= i else { return nil }
      index = index * extent + i
    }
    return values[index]
  }

  static func places(_ dims: [Int]) -> [[Int]] {
    dims.reduce([[]]) { places, extent in
      places.flatMap { place in (0..<extent).map { place + [$0] } }
    }
  }
}
