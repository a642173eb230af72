import Convolution
import Foundation
import SwiftProtobuf

/// An ONNX graph that is being written: nodes, initializers and the names of values.
struct ExportedGraph {
  private(set) var proto = Onnx_GraphProto()

  init(name: String) { proto.name = name }

  /// Appends a node with one output, which has the node's name.
  mutating func append(
    _ operation: String, _ name: String, inputs: [String], _ attributes: [Onnx_AttributeProto] = []
  ) -> String {
    var node = Onnx_NodeProto()
    node.name = name
    node.opType = operation
    node.input = inputs
    node.output = [name]
    node.attribute = attributes
    proto.node.append(node)
    return name
  }

  /// Appends 32-bit floats; no shape is a scalar.
  mutating func constant(_ name: String, _ values: [Float], shape: [Int]) -> String {
    append(name, .float, values.withUnsafeBytes { Data($0) }, shape: shape)
  }

  /// Appends a vector of 64-bit integers.
  mutating func constant(_ name: String, _ values: [Int64]) -> String {
    append(name, .int64, values.withUnsafeBytes { Data($0) }, shape: [values.count])
  }

  // ONNX has raw data in little-endian order, which is this machine's.
  private mutating func append(
    _ name: String, _ type: Onnx_TensorProto.DataType, _ data: Data, shape: [Int]
  ) -> String {
    var tensor = Onnx_TensorProto()
    tensor.name = name
    tensor.dataType = Int32(type.rawValue)
    tensor.dims = shape.map(Int64.init)
    tensor.rawData = data
    proto.initializer.append(tensor)
    return name
  }

  mutating func setInput(_ name: String, shape: [Int]) {
    proto.input = [Self.value(name, shape)]
  }

  /// Makes the value the graph's output, under another name.
  mutating func setOutput(_ value: String, named name: String, shape: [Int]) {
    for index in proto.node.indices {
      proto.node[index].input = proto.node[index].input.map { $0 == value ? name : $0 }
      proto.node[index].output = proto.node[index].output.map { $0 == value ? name : $0 }
    }
    proto.output = [Self.value(name, shape)]
  }

  private static func value(_ name: String, _ shape: [Int]) -> Onnx_ValueInfoProto {
    var value = Onnx_ValueInfoProto()
    value.name = name
    value.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
    value.type.tensorType.shape.dim = shape.map { size in
      var dimension = Onnx_TensorShapeProto.Dimension()
      dimension.dimValue = Int64(size)
      return dimension
    }
    return value
  }
}

extension Onnx_AttributeProto {
  static func int(_ name: String, _ value: Int) -> Self {
    var attribute = Self()
    attribute.name = name
    attribute.type = .int
    attribute.i = Int64(value)
    return attribute
  }

  static func ints(_ name: String, _ values: [Int]) -> Self {
    var attribute = Self()
    attribute.name = name
    attribute.type = .ints
    attribute.ints = values.map(Int64.init)
    return attribute
  }

  static func text(_ name: String, _ value: String) -> Self {
    var attribute = Self()
    attribute.name = name
    attribute.type = .string
    attribute.s = Data(value.utf8)
    return attribute
  }

  static func float(_ name: String, _ value: Double) -> Self {
    var attribute = Self()
    attribute.name = name
    attribute.type = .float
    attribute.f = Float(value)
    return attribute
  }
}
