import Convolution
import Networks

/// Translates the nodes of a graph, one after the other.
struct ModelWriter {
  let graph: Graph
  private let seed: UInt64
  var target: ExportedGraph
  /// Of every node written so far.
  private(set) var values: [Value] = []

  /// A node's value in ONNX.
  struct Value {
    var name: String
    /// Whether it is `[batch][channels]`, as fully connected layers give it, without height and
    /// width.
    var isFlat = false
  }

  init(graph: Graph, seed: UInt64) {
    self.graph = graph
    self.seed = seed
    target = ExportedGraph(name: graph.name)
  }

  /// - Throws: `ExportError` naming a node whose operation has no counterpart.
  mutating func written() throws -> Onnx_GraphProto {
    for node in graph.nodes { values.append(try write(node)) }
    var output = values[graph.output]
    if output.name == graph.nodes[0].name {
      output.name = target.append("Identity", "identity", inputs: [output.name])
    }
    let shape = graph.outputShape.dimensions
    target.setOutput(
      output.name, named: "output", shape: output.isFlat ? Array(shape.prefix(2)) : shape)
    return target.proto
  }

  private mutating func write(_ node: Node) throws -> Value {
    let parameters = graph.parameters(of: node, seed: seed)
    switch node.operation {
    case .convolution(let attributes): return convolution(node, attributes, parameters)
    case .fullyConnected: return fullyConnected(node, parameters)
    case .batchNormalization(let epsilon):
      let numbers = [
        ("scale", parameters.scale), ("shift", parameters.shift), ("mean", parameters.mean),
        ("variance", parameters.variance),
      ].map { constant(node, $0.0, $0.1, shape: [$0.1.count]) }
      return append("BatchNormalization", node, numbers, [.float("epsilon", epsilon)])
    case .activation(let function): return activation(node, function)
    case .add: return append("Add", node)
    case .scale(let factor):
      return append("Mul", node, [constant(node, "factor", [factor], shape: [])])
    case .concatenation: return append("Concat", node, [], [.int("axis", 1)])
    case .dropout: return values[node.inputs[0]]
    case .extended(let operation):
      guard let definition = operation.definition as? any ExportableOperation else {
        throw ExportError(
          "\(graph.name): \(node.name): convbench export cannot write \(node.operation.label)")
      }
      return definition.write(node, parameters, to: &self)
    case .constant(let shape):
      return Value(name: constant(node, "values", parameters.values, shape: shape.dimensions))
    case .input:
      target.setInput(node.name, shape: node.shape.dimensions)
      return Value(name: node.name)
    }
  }

  /// Appends a node that reads what the graph's node reads, then constants.
  ///
  /// - Parameter spatial: whether the operator needs height and width.
  mutating func append(
    _ operation: String, _ node: Node, _ constants: [String] = [],
    _ attributes: [Onnx_AttributeProto] = [], spatial: Bool = false
  ) -> Value {
    let (names, isFlat) = inputs(node, spatial: spatial)
    return Value(
      name: target.append(operation, node.name, inputs: names + constants, attributes),
      isFlat: isFlat)
  }

  /// The values that a node reads, all flat or none.
  mutating func inputs(_ node: Node, spatial: Bool) -> (names: [String], isFlat: Bool) {
    let sources = node.inputs.map { values[$0] }
    if !spatial, sources.allSatisfy(\.isFlat) { return (sources.map(\.name), true) }
    var names: [String] = []
    for (index, source) in sources.enumerated() {
      guard source.isFlat else {
        names.append(source.name)
        continue
      }
      let stem = "\(node.name)/input\(index)"
      let axes = target.constant("\(stem)/axes", [2, 3])
      names.append(target.append("Unsqueeze", stem, inputs: [source.name, axes]))
    }
    return (names, false)
  }

  mutating func constant(
    _ node: Node, _ what: String, _ values: [Float], shape: [Int]
  ) -> String {
    target.constant("\(node.name)/\(what)", values, shape: shape)
  }
}

extension TensorShape {
  var dimensions: [Int] { [batch, channels, height, width] }
}
