import Convolution
import Networks

/// The graph while passes work on it. A node's value has the node's index; what is fused away stays
/// in the array as removed, its readers redirected.
struct Lowering {
  struct Node {
    enum Kind: Equatable {
      case input
      case convolution(ConvolutionProblem, bias: Bool)
      case affine
      case add
      case concatenation
      case constant
      case operation(ExtendedOperation)
      /// Its value is its input's.
      case identity
    }

    let name: String
    var kind: Kind
    /// Values read. The residual of a convolution comes second.
    var inputs: [Int]
    let shape: TensorShape
    /// What happens to the result, in this order: affine maps, residual (of a convolution),
    /// activation.
    var affines: [Affine] = []
    var activation = Activation.none
    /// The graph's nodes that it stands for.
    var nodes: [Int]
    var isRemoved = false

    var isConvolution: Bool {
      if case .convolution = kind { true } else { false }
    }
    /// Whether a step writes the value: else it is there from the start.
    var isComputed: Bool { kind != .input && kind != .constant }
    /// The definition of an operation that has a type of its own, if it is this type.
    func definition<Definition: GraphOperation>(as type: Definition.Type) -> Definition? {
      if case .operation(let operation) = kind { operation.definition as? Definition } else { nil }
    }
    var hasResidual: Bool { isConvolution && inputs.count == 2 }
  }

  var nodes: [Node]
  /// The nodes whose values are the network's outputs.
  var outputs: [Int]
  /// The nodes of the network's inputs.
  let inputs: [Int]

  init(_ graph: Graph) throws {
    nodes = try graph.nodes.map { try Node($0, of: graph) }
    outputs = graph.outputs.map(\.node)
    inputs = graph.inputs.map(\.node)
  }

  /// For every value the nodes that read it, once per time they do; -1 is the network's caller.
  func consumers() -> [[Int]] {
    var result = [[Int]](repeating: [], count: nodes.count)
    for (id, node) in nodes.enumerated() where !node.isRemoved {
      for input in node.inputs { result[input].append(id) }
    }
    for output in outputs { result[output].append(-1) }
    return result
  }

  /// Removes nodes whose value is another's from now on. `replacements[i]` is the new value of
  /// node `i`, or `i`; a replaced node may be replaced by another replaced one.
  mutating func replace(_ replacements: [Int]) {
    // A chain is followed once: later readers find its end where it began.
    var ends = replacements
    func resolved(_ id: Int) -> Int {
      var end = id
      while ends[end] != end { end = ends[end] }
      var next = id
      while ends[next] != end { (ends[next], next) = (end, ends[next]) }
      return end
    }
    for id in nodes.indices {
      if replacements[id] != id { nodes[id].isRemoved = true }
      nodes[id].inputs = nodes[id].inputs.map(resolved)
    }
    outputs = outputs.map(resolved)
  }

  /// Nodes that are needed for the outputs, every node behind those it reads. Mostly the graph's
  /// order; a residual may come from behind the convolution that it is fused into.
  func ordered() -> [Int] {
    var result: [Int] = []
    var isPlaced = [Bool](repeating: false, count: nodes.count)
    // Inputs are first even if nothing reads them: they are always there to load.
    var stack = outputs.reversed() + inputs.reversed()
    while let id = stack.last {
      let missing = isPlaced[id] ? [] : nodes[id].inputs.filter { !isPlaced[$0] }
      if missing.isEmpty {
        stack.removeLast()
        if !isPlaced[id] { result.append(id) }
        isPlaced[id] = true
      } else {
        stack += missing.sorted(by: >)
      }
    }
    return result
  }
}

extension Lowering.Node {
  init(_ node: Networks.Node, of graph: Graph) throws {
    if let map = Self.map(node, of: graph) {
      self = map
      return
    }
    var affines: [Affine] = []
    var activation = Activation.none
    let kind: Kind
    switch node.operation {
    case .input: kind = .input
    case .convolution, .fullyConnected:
      guard let problem = graph.problem(of: node) else {
        throw ExecutionError("\(node.name): a convolution without a problem")
      }
      kind = .convolution(problem, bias: node.operation.hasBias)
    case .batchNormalization(let epsilon):
      kind = .affine
      affines = [.batchNormalization(node: node.id, epsilon: epsilon)]
    case .scale(let factor):
      kind = factor == 1 ? .identity : .affine
      affines = [.factor(factor)]
    case .activation(let function):
      kind = function == .none ? .identity : .affine
      activation = function
    case .add: kind = .add
    case .concatenation: kind = node.inputs.count == 1 ? .identity : .concatenation
    case .dropout: kind = .identity
    case .constant: kind = .constant
    case .extended(let operation):
      guard let definition = operation.definition as? any ExecutableOperation else {
        throw ExecutionError("\(node.name): \(node.operation.label) has no step")
      }
      do { try definition.checkExecutable() } catch {
        throw ExecutionError("\(node.name): \(error)")
      }
      kind = .operation(operation)
    }
    self.init(
      name: node.name, kind: kind, inputs: node.inputs, shape: node.shape, affines: affines,
      activation: activation, nodes: [node.id])
  }
}
