import Convolution

/// A convolutional network: what is computed, in which order, on which shapes.
///
/// Made by `GraphBuilder`, mostly through `NetworkCatalog`. Nodes stand in topological order and a
/// node's `id` is its index; node 0 is the input.
public struct Graph: Sendable {
  public let name: String
  /// The architecture's family, e.g. `ResNet`.
  public let family: String
  public let nodes: [Node]
  /// What the network is run for, at least one.
  public let outputs: [GraphOutput]
  public let classes: Int
  /// What the network computes from, at least one; the first is node 0.
  public let inputs: [GraphInput]

  private let problems: [ConvolutionProblem?]
  /// Expected second moment of every node's values under seeded parameters.
  let moments: [Moment]
  /// Where every node's parameters come from.
  let sources: [ParameterSource]

  init(
    name: String, family: String, nodes: [Node], problems: [ConvolutionProblem?],
    sources: [ParameterSource], inputs: [GraphInput], outputs: [GraphOutput], classes: Int
  ) {
    self.name = name
    self.family = family
    self.nodes = nodes
    self.problems = problems
    self.sources = sources
    self.inputs = inputs
    self.outputs = outputs
    self.classes = classes
    moments = Moment.propagated(through: nodes, problems: problems)
  }

  /// The first input's shape.
  public var input: TensorShape { nodes[0].shape }
  /// Of all inputs.
  public var inputCount: Int { inputs.reduce(0) { $0 + nodes[$1.node].shape.count } }

  /// The node whose value is the first output.
  public var output: Int { outputs[0].node }
  /// Of the first output.
  public var outputShape: TensorShape { nodes[output].shape }
  public var outputInterface: TensorInterface { outputs[0].interface }

  /// The convolution that a convolution or fully connected node is; nil for every other node.
  public func problem(of node: Node) -> ConvolutionProblem? { problems[node.id] }

  /// Weights, biases, batch normalisation's scale and shift, slopes, constants.
  public func parameters(of node: Node) -> Int {
    node.operation.parameterCount(problem: problems[node.id], output: node.shape)
  }

  /// Multiply-accumulates of a convolution or fully connected node for the whole batch, taps on
  /// padding included as everybody counts them; 0 for other nodes.
  public func macs(of node: Node) -> Int {
    problems[node.id].map { $0.reductionLength * $0.outputShape.count } ?? 0
  }

  /// Learned parameters of the network.
  public var parameters: Int { nodes.reduce(0) { $0 + parameters(of: $1) } }
  /// Multiply-accumulates of the network for the whole batch.
  public var macs: Int { nodes.reduce(0) { $0 + macs(of: $1) } }

  /// Values of the inputs by their nodes.
  ///
  /// - Parameter values: every input's, planar.
  /// - Throws: `GraphError` where there are too many or few of them.
  public func byNode(_ values: [[Float]]) throws -> [Int: [Float]] {
    guard values.count == inputs.count else {
      throw GraphError(
        "\(name): values for \(values.count) inputs; the network has \(inputs.count)")
    }
    for (input, values) in zip(inputs, values) {
      let node = nodes[input.node]
      guard values.count == node.shape.count else {
        throw GraphError(
          "\(name): \(values.count) values for the input \(node.name.debugDescription); it must "
            + "have \(node.shape.count) for \(node.shape.text)")
      }
    }
    return Dictionary(uniqueKeysWithValues: zip(inputs.map(\.node), values))
  }

  /// Nodes that are convolutions, fully connected layers not counted.
  public var convolutions: [Node] {
    nodes.filter { if case .convolution = $0.operation { true } else { false } }
  }

  /// For every node the ids of the nodes that read it, once for every time they read it.
  public var consumers: [[Int]] {
    var result = [[Int]](repeating: [], count: nodes.count)
    for node in nodes { for input in node.inputs { result[input].append(node.id) } }
    return result
  }
}

/// A tensor that a network is given.
public struct GraphInput: Sendable, Hashable {
  /// The node that has it as its value, and its name.
  public let node: Int
  /// How it is given.
  public let interface: TensorInterface

  public init(node: Int, interface: TensorInterface) {
    self.node = node
    self.interface = interface
  }
}

/// A value that a network is run for.
public struct GraphOutput: Sendable, Hashable {
  public let name: String
  /// Whose value it is.
  public let node: Int
  /// How it is taken.
  public let interface: TensorInterface

  public init(name: String, node: Int, interface: TensorInterface) {
    self.name = name
    self.node = node
    self.interface = interface
  }
}

/// One step of a network.
public struct Node: Sendable, Hashable {
  /// Index in the graph's `nodes`.
  public let id: Int
  /// Unique in the graph; seeds the node's parameters.
  public let name: String
  public let operation: Operation
  /// Ids of the nodes that are read, all smaller than `id`.
  public let inputs: [Int]
  /// Of the output.
  public let shape: TensorShape
}

/// A network that cannot be built: one line saying where and why.
public struct GraphError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}
