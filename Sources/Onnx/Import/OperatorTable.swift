/// Every operator with the functions that import it.
enum OperatorTable {
  private static let rows = [
    DenseOperators.rows, TransposedConvolution.rows, NormalizationOperators.rows,
    ArithmeticOperators.rows,
    FunctionOperators.rows, PoolOperators.rows, ChannelOperators.rows, ShapeOperators.rows,
    SpaceOperators.rows,
  ].joined()
  private static let operators = Dictionary(
    uniqueKeysWithValues: rows.map { ($0.name, $0.function) })

  /// By operator, those included that are only folded.
  static let attributes = ConstantFolding.attributes.merging(
    rows.map { ($0.name, $0.attributes) }
  ) { $1 }

  /// All that can be imported, for messages and the documentation.
  static let names = Set(operators.keys).union(ConstantFolding.names).sorted()

  /// - Throws: what does not fit, without the node's name.
  static func evaluate(_ call: OperatorCall) throws -> [Value] {
    let proto = call.node.proto
    guard ModelFile.isStandard(proto.domain) else { throw unsupported(proto) }
    if let part = TorchResponseNormalization.part(of: call) { return part }
    try check(call.node)
    if let results = try ConstantFolding.evaluate(call) { return results.map(Value.constant) }
    guard let function = operators[proto.opType] else { throw unsupported(proto) }
    if let padded = call.inputs.first, case .padded? = padded, proto.opType != "Conv" {
      throw OnnxError("reads a tensor whose padding was given to a convolution")
    }
    if !call.inputs.isEmpty, call.inputs.allSatisfy(ConstantFolding.isKnown) {
      return try ReferenceFolding.evaluate(call, function).map(Value.constant)
    }
    return try function(call)
  }

  private static func unsupported(_ proto: Onnx_NodeProto) -> OnnxError {
    guard !ConstantFolding.names.contains(proto.opType) || !ModelFile.isStandard(proto.domain)
    else {
      return OnnxError("is supported for known numbers only; an input is computed by the network")
    }
    let reason =
      switch proto.opType {
      case "If", "Loop", "Scan": "networks here have one course, without subgraphs"
      default: "docs/onnx.md lists those that are"
      }
    return OnnxError("this operator is not supported: \(reason)")
  }

  /// - Throws: `OnnxError` naming the first attribute that the operator does not have.
  static func check(_ node: NodeReader) throws {
    guard let known = attributes[node.proto.opType] else { return }
    let there = known.filter { $0.opsets.contains(node.opset) }.map(\.name)
    for attribute in node.proto.attribute where !there.contains(attribute.name) {
      let names = there.isEmpty ? "it has none" : "known are \(there.joined(separator: " "))"
      throw OnnxError(
        "attribute \(attribute.name.quoted) is not understood in operator set \(node.opset); \(names)"
      )
    }
  }
}
