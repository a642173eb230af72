import Convolution

/// A node together with what can be computed while its output is written.
public struct Layer: Sendable {
  public let node: Node
  /// nil unless the node is a convolution or fully connected.
  public let problem: ConvolutionProblem?
  public let epilogue: Epilogue
  /// Of the node and of everything behind it that belongs to the layer.
  public let parameters: Int
  public let macs: Int
  public let outputShape: TensorShape
}

extension Graph {
  /// The network as a table: convolutions and fully connected layers with the batch normalisation,
  /// residual addition and activation that directly follow them and are read by nobody else; every
  /// other node for itself. The input, dropout and plain `activation(.none)` are left out.
  ///
  /// A description for people: what a session fuses is its own business.
  public var layers: [Layer] {
    let consumers = consumers
    var taken = Set<Int>()
    let wanted = Set(outputs.map(\.node))
    /// The only reader of a node, if it has one and nobody else needs the value.
    func follower(_ id: Int) -> Node? {
      guard !wanted.contains(id), let next = consumers[id].first, consumers[id].count == 1 else {
        return nil
      }
      return nodes[next]
    }
    func layer(_ node: Node, _ problem: ConvolutionProblem) -> Layer {
      var epilogue = Epilogue(bias: node.operation.hasBias)
      var (last, parameters) = (node, parameters(of: node))
      func take(_ next: Node) {
        taken.insert(next.id)
        parameters += self.parameters(of: next)
        last = next
      }
      if let next = follower(last.id), case .batchNormalization = next.operation {
        epilogue.bias = true
        take(next)
      }
      // The shortcut must be there when the branch is written.
      if let next = follower(last.id), next.operation == .add, next.inputs[0] == last.id,
        next.inputs[1] < last.id
      {
        epilogue.residual = true
        take(next)
      }
      if let next = follower(last.id), case .activation(let function) = next.operation {
        epilogue.activation = function
        take(next)
      }
      return Layer(
        node: node, problem: problem, epilogue: epilogue, parameters: parameters,
        macs: macs(of: node), outputShape: last.shape)
    }
    return nodes.compactMap { node in
      if let problem = problem(of: node) { return layer(node, problem) }
      switch node.operation {
      case .input, .dropout, .activation(.none): return nil
      case _ where taken.contains(node.id): return nil
      default:
        return Layer(
          node: node, problem: nil, epilogue: .none, parameters: parameters(of: node), macs: 0,
          outputShape: node.shape)
      }
    }
  }
}
