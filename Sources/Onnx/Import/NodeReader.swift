/// A node of the model with its attributes, checked as they are asked for.
struct NodeReader {
  let proto: Onnx_NodeProto
  /// Version of the standard operators.
  let opset: Int
  private let attributes: [String: Onnx_AttributeProto]

  /// - Throws: `OnnxError` for attributes given twice.
  init(_ proto: Onnx_NodeProto, opset: Int) throws {
    self.proto = proto
    self.opset = opset
    attributes = try Dictionary(proto.attribute.map { ($0.name, $0) }) { first, _ in
      throw OnnxError(
        "node \(proto.name.quoted): attribute \(first.name.quoted) is given twice")
    }
  }

  /// For the graph: the node's own name, else its output's, else the operator's.
  var name: String {
    let given = [proto.name, proto.output.first ?? "", proto.opType].first { !$0.isEmpty }
    return (given ?? "node").printable(limit: 120)
  }

  /// For messages.
  var title: String {
    let domain = ModelFile.isStandard(proto.domain) ? "" : proto.domain.printable(limit: 40) + "."
    return "node \(name.quoted) (\(domain)\(proto.opType.printable(limit: 40)))"
  }

  func has(_ name: String) -> Bool { attributes[name] != nil }

  func int(_ name: String) throws -> Int? {
    try value(name, .int) { Int($0.i) }
  }

  func int(_ name: String, _ standard: Int) throws -> Int { try int(name) ?? standard }

  func flag(_ name: String, _ standard: Bool = false) throws -> Bool {
    try int(name).map { $0 != 0 } ?? standard
  }

  func ints(_ name: String) throws -> [Int]? {
    try value(name, .ints) { $0.ints.map(Int.init) }
  }

  /// - Throws: also for infinities and NaN.
  func float(_ name: String, _ standard: Float) throws -> Float {
    let number = try value(name, .float) { $0.f } ?? standard
    guard number.isFinite else { throw OnnxError("\(name) is \(number)") }
    return number
  }

  func floats(_ name: String) throws -> [Float]? { try value(name, .floats) { $0.floats } }

  func tensor(_ name: String) throws -> Onnx_TensorProto? { try value(name, .tensor) { $0.t } }

  func text(_ name: String, _ standard: String) throws -> String {
    try value(name, .string) { String(decoding: $0.s, as: UTF8.self) } ?? standard
  }

  private func value<Value>(
    _ name: String, _ type: Onnx_AttributeProto.AttributeType,
    _ read: (Onnx_AttributeProto) -> Value
  ) throws -> Value? {
    guard let attribute = attributes[name] else { return nil }
    // Very old writers left the type out.
    guard attribute.type == type || attribute.type == .undefined else {
      throw OnnxError("attribute \(name) is of type \(attribute.type); it must be \(type)")
    }
    guard attribute.refAttrName.isEmpty else {
      throw OnnxError("attribute \(name) refers to a function's; functions are not supported")
    }
    return read(attribute)
  }
}
