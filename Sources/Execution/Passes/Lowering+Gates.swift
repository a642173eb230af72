import Convolution
import Networks

extension Lowering {
  /// `x * sigmoid(x)` and `x * hardSigmoid(x)`, which exporters write as two nodes, in one pass.
  mutating func fuseGates() {
    let consumers = consumers()
    var replacements = Array(nodes.indices)
    for (id, node) in nodes.enumerated()
    where node.definition(as: Arithmetic.self) == .multiply {
      for (x, gate) in [(node.inputs[0], node.inputs[1]), (node.inputs[1], node.inputs[0])] {
        guard let function = nodes[gate].definition(as: ElementwiseFunction.self),
          nodes[gate].inputs == [x],
          consumers[gate] == [id], let gated = function.gated
        else { continue }
        nodes[gate].kind = .operation(ExtendedOperation(gated))
        nodes[gate].nodes += node.nodes
        replacements[id] = gate
        break
      }
    }
    replace(replacements)
  }
}

extension ElementwiseFunction {
  /// The function `x * self(x)`, where it has a name.
  fileprivate var gated: ElementwiseFunction? {
    switch self {
    case .sigmoid: .silu
    case .hardSigmoid(let slope, 0.5) where abs(slope - 1.0 / 6) < 1e-6: .hardSwish
    default: nil
    }
  }
}
