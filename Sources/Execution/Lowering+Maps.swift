import Convolution
import Networks

extension Lowering.Node {
  /// Imported operations that are something simpler: maps of every channel with a constant,
  /// rectifiers under another name, sums of two tensors of one shape.
  static func map(_ node: Node, of graph: Graph) -> Self? {
    if node.operation == .add { return withConstant(node, .add, of: graph) }
    if let arithmetic = node.operation.definition(as: Arithmetic.self) {
      return withConstant(node, arithmetic, of: graph) ?? plainSum(node, arithmetic, of: graph)
    }
    switch node.operation.definition(as: ElementwiseFunction.self) {
    case .clip(low: 0, high: 6): return rectifier(node, .relu6)
    case .clip(low: 0, high: .infinity), .leakyRelu(slope: 0): return rectifier(node, .relu)
    default: return nil
    }
  }

  private static func rectifier(_ node: Node, _ activation: Activation) -> Self {
    Self(
      name: node.name, kind: .affine, inputs: node.inputs, shape: node.shape,
      activation: activation, nodes: [node.id])
  }

  /// One operand is a constant with a number per channel, or one for all.
  private static func withConstant(
    _ node: Node, _ arithmetic: Arithmetic, of graph: Graph
  ) -> Self? {
    guard arithmetic.isAffine else { return nil }
    for (position, id) in node.inputs.enumerated() {
      let constant = graph.nodes[id]
      let other = node.inputs[1 - position]
      guard case .constant(let shape) = constant.operation, shape.batch == 1,
        shape.extent == Extent(1), graph.nodes[other].shape == node.shape,
        // A number divided by what is computed is no such map.
        !(arithmetic == .divide && position == 0)
      else { continue }
      return Self(
        name: node.name, kind: .affine, inputs: [other], shape: node.shape,
        affines: [.constant(node: id, arithmetic, isFirst: position == 0)],
        nodes: [node.id, id])
    }
    return nil
  }

  private static func plainSum(
    _ node: Node, _ arithmetic: Arithmetic, of graph: Graph
  ) -> Self? {
    guard arithmetic == .add, node.inputs.allSatisfy({ graph.nodes[$0].shape == node.shape })
    else { return nil }
    return Self(
      name: node.name, kind: .add, inputs: node.inputs, shape: node.shape, nodes: [node.id])
  }
}
