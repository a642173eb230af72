/// Every operator with the functions that import it.
enum OperatorTable {
  typealias Function = @Sendable (OperatorCall) throws -> [Value]

  /// For at least one input that is computed.
  private static let operators: [String: Function] = [
    "Conv": DenseOperators.convolution,
    "Gemm": DenseOperators.gemm,
    "MatMul": DenseOperators.matrixProduct,
    "BatchNormalization": NormalizationOperators.batch,
    "LRN": NormalizationOperators.localResponse,
    "LayerNormalization": NormalizationOperators.layer,
    "InstanceNormalization": NormalizationOperators.groups,
    "GroupNormalization": NormalizationOperators.groups,
    "Reciprocal": ArithmeticOperators.reciprocal,
    "Pow": ArithmeticOperators.power,
    "Softmax": NormalizationOperators.softmax,
    "LogSoftmax": NormalizationOperators.softmax,
    "Relu": FunctionOperators.relu,
    "LeakyRelu": FunctionOperators.leakyRelu,
    "PRelu": FunctionOperators.parametricRelu,
    "Clip": FunctionOperators.clip,
    "Sigmoid": FunctionOperators.sigmoid,
    "HardSigmoid": FunctionOperators.hardSigmoid,
    "HardSwish": FunctionOperators.hardSwish,
    "Swish": FunctionOperators.swish,
    "Tanh": FunctionOperators.tanh,
    "Elu": FunctionOperators.elu,
    "Exp": FunctionOperators.exponential,
    "Sqrt": FunctionOperators.squareRoot,
    "Abs": FunctionOperators.absolute,
    "Neg": FunctionOperators.negative,
    "MaxPool": PoolOperators.pool,
    "AveragePool": PoolOperators.pool,
    "GlobalAveragePool": PoolOperators.global,
    "GlobalMaxPool": PoolOperators.global,
    "ReduceMean": PoolOperators.reduce,
    "ReduceMax": PoolOperators.reduce,
    "Add": ArithmeticOperators.binary,
    "Sub": ArithmeticOperators.binary,
    "Mul": ArithmeticOperators.binary,
    "Div": ArithmeticOperators.binary,
    "Sum": ArithmeticOperators.sum,
    "Min": ArithmeticOperators.limit,
    "Max": ArithmeticOperators.limit,
    "Concat": ChannelOperators.concatenation,
    "Split": ChannelOperators.split,
    "Slice": ChannelOperators.slice,
    "Gather": ChannelOperators.gather,
    "Flatten": ShapeOperators.flatten,
    "Reshape": ShapeOperators.reshape,
    "Squeeze": ShapeOperators.squeeze,
    "Unsqueeze": ShapeOperators.unsqueeze,
    "Transpose": ShapeOperators.transpose,
    "Shape": ShapeOperators.shape,
    "Size": ShapeOperators.size,
    "Expand": ShapeOperators.expand,
    "Tile": ShapeOperators.tile,
    "Identity": ShapeOperators.identity,
    "Dropout": ShapeOperators.dropout,
    "Cast": ShapeOperators.cast,
    "Pad": SpaceOperators.pad,
    "Resize": SpaceOperators.resize,
    "Upsample": SpaceOperators.resize,
    "DepthToSpace": SpaceOperators.depthToSpace,
    "SpaceToDepth": SpaceOperators.spaceToDepth,
  ]

  /// All that can be imported, for messages and the documentation.
  static let names = Set(operators.keys).union(ConstantFolding.names).sorted()

  /// - Throws: what does not fit, without the node's name.
  static func evaluate(_ call: OperatorCall) throws -> [Value] {
    let proto = call.node.proto
    guard ModelFile.isStandard(proto.domain) else { throw unsupported(proto) }
    try AttributeTable.check(call.node)
    if let results = try ConstantFolding.evaluate(call) { return results.map(Value.constant) }
    guard let function = operators[proto.opType] else { throw unsupported(proto) }
    if let padded = call.inputs.first, case .padded? = padded, proto.opType != "Conv" {
      throw OnnxError("reads a tensor whose padding was given to a convolution")
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
}
