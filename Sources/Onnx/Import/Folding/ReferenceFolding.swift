import Networks

/// Operators whose inputs are all known and for which `ConstantFolding` has nothing of its own: they
/// become a graph, whose values the reference computes.
enum ReferenceFolding {
  static func evaluate(_ call: OperatorCall, _ function: OperatorRow.Function) throws -> [Constant]
  {
    let importer = Importer(within: call.importer)
    var inputs = call.inputs
    guard let value = try call.constant(try call.input(0), "input 0"), value.type.isFloat else {
      throw OnnxError("is computed for floats only")
    }
    let outer = OperatorCall(node: call.node, inputs: inputs, importer: importer)
    inputs[0] = .tensor(try outer.materialized(value))
    let inner = OperatorCall(node: call.node, inputs: inputs, importer: importer)
    return try function(inner).map { try computed($0, inner, value.type) }
  }

  private static func computed(_ result: Value, _ call: OperatorCall, _ type: ElementType) throws
    -> Constant
  {
    if let constant = try call.constant(result, "result") { return constant }
    guard case .tensor(let tensor) = result else { throw OnnxError("cannot be computed") }
    let graph = try call.importer.builder.build(output: try call.ordered(tensor).node)
    try call.importer.spend(graph.workOfReference)
    let values = try Interpreter.run(graph, input: [0], seed: 0)
    return try Constant(dims: tensor.view.extents, rounding: values, to: type)
  }
}

extension Graph {
  /// Elements that the interpreter touches, so that no small file asks for much.
  fileprivate var workOfReference: Int {
    nodes.reduce(0) { sum, node in
      let window = node.operation.definition(as: PoolAttributes.self)?.kernel.count ?? 1
      let (work, overflow) = node.shape.count.multipliedReportingOverflow(by: window)
      let all = sum.addingReportingOverflow(overflow ? Int.max / 4 : work)
      let convolution = all.partialValue.addingReportingOverflow(macs(of: node))
      return all.overflow || convolution.overflow ? Int.max / 4 : convolution.partialValue
    }
  }
}
