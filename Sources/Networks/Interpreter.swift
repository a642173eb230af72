import Base
import Convolution
import Topology

/// The oracle: runs a network node by node in `Double`, planar, without any of the tricks that it
/// is there to check. Slow, but not idle: planes are dealt out to all cores.
public enum Interpreter {
  /// - Parameters:
  ///   - input: of a network with one, planar `[batch][channels][height][width]`.
  ///   - stop: as of `visit`.
  ///   - parameters: gives the numbers of a node, once per node, in topological order.
  /// - Returns: the first output's values, planar.
  /// - Throws: what `visit` throws.
  public static func run(
    _ graph: Graph, input: [Float], stop: StopCheck = .never,
    parameters: (Node) -> NodeParameters
  ) throws -> [Double] {
    try all(graph, inputs: [input], stop: stop, parameters: parameters)[0]
  }

  /// Every output's values.
  ///
  /// - Parameter inputs: as of `visit`.
  public static func all(
    _ graph: Graph, inputs: [[Float]], stop: StopCheck = .never,
    parameters: (Node) -> NodeParameters
  ) throws -> [[Double]] {
    let wanted = Set(graph.outputs.map(\.node))
    var results: [Int: [Double]] = [:]
    try visit(graph, inputs: inputs, stop: stop, parameters: parameters) { node, values in
      if wanted.contains(node.id) { results[node.id] = values }
    }
    return graph.outputs.map { results[$0.node] ?? [] }
  }

  /// With the seeded parameters.
  public static func run(
    _ graph: Graph, input: [Float], seed: UInt64, stop: StopCheck = .never
  ) throws -> [Double] {
    try run(graph, input: input, stop: stop) { graph.parameters(of: $0, seed: seed) }
  }

  /// Shows every node's values as soon as they are there; they are freed after their last use.
  ///
  /// - Parameters:
  ///   - inputs: every input's values, planar `[batch][channels][height][width]`.
  ///   - stop: asked before every node and by those that take long.
  /// - Throws: `GraphError`, `MemoryError`, `Stopped`, and what `body` throws.
  public static func visit(
    _ graph: Graph, inputs: [[Float]], stop: StopCheck = .never,
    parameters: (Node) -> NodeParameters,
    _ body: (Node, [Double]) throws -> Void
  ) throws {
    let given = try graph.byNode(inputs)
    try requireMemory(of: graph)
    var values = [[Double]](repeating: [], count: graph.nodes.count)
    var readers = graph.consumers.map(\.count)
    for node in graph.nodes {
      try stop.check()
      try MemoryBudget.claim(
        bytes: bytes(evaluating: node, in: graph),
        for: "\(graph.name): the reference of \(node.name)")
      let result =
        switch node.operation {
        case .input: (given[node.id] ?? []).map(Double.init)
        case .constant: parameters(node).values.map(Double.init)
        default:
          evaluate(
            node, graph.problem(of: node), node.inputs.map { values[$0] },
            node.inputs.map { graph.nodes[$0].shape }, parameters(node), stop)
        }
      // What was stopped is not whole.
      try stop.check()
      try body(node, result)
      for input in node.inputs {
        readers[input] -= 1
        if readers[input] == 0 { values[input] = [] }
      }
      if readers[node.id] > 0 { values[node.id] = result }
    }
  }

  /// Asks for what interpreting the whole graph needs at its widest place.
  ///
  /// - Throws: `MemoryError`.
  public static func requireMemory(of graph: Graph) throws {
    try MemoryBudget.claim(
      bytes: peakBytes(of: graph),
      for: "\(graph.name) at batch \(graph.input.batch), computed in double precision,")
  }

  /// About the most that is kept at once, in bytes: values that somebody still reads, and what the
  /// node at work makes.
  static func peakBytes(of graph: Graph) -> Double {
    var readers = graph.consumers.map(\.count)
    var (kept, peak) = (0.0, 0.0)
    for node in graph.nodes {
      peak = max(peak, kept + bytes(evaluating: node, in: graph))
      for input in node.inputs {
        readers[input] -= 1
        if readers[input] == 0 { kept -= 8 * Double(graph.nodes[input].shape.count) }
      }
      if readers[node.id] > 0 { kept += 8 * Double(node.shape.count) }
    }
    return peak
  }

  /// Its result, a copy that operations on the way make, and its parameters.
  private static func bytes(evaluating node: Node, in graph: Graph) -> Double {
    let weights = graph.problem(of: node)?.weightCount ?? 0
    return 16 * Double(node.shape.count) + 4 * Double(weights)
  }

  private static func evaluate(
    _ node: Node, _ problem: ConvolutionProblem?, _ inputs: [[Double]], _ shapes: [TensorShape],
    _ parameters: NodeParameters, _ stop: StopCheck
  ) -> [Double] {
    if case .extended(let operation) = node.operation {
      return operation.definition.reference(
        zip(inputs, shapes).map { ReferenceTensor($0, $1) }, parameters: parameters,
        output: node.shape)
    }
    let (x, shape) = (inputs[0], shapes[0])
    switch node.operation {
    case .input, .constant, .dropout, .extended: return x
    case .convolution, .fullyConnected:
      guard let problem else { return x }
      return problem.output == Extent(1) && problem.kernel == problem.input
        && problem.groups == 1 && problem.paddingTop == 0 && problem.paddingLeft == 0
        ? product(x, problem, parameters, stop) : convolution(x, problem, parameters, stop)
    case .batchNormalization(let epsilon):
      return perPlane(x, shape) { plane, channel in
        let factor =
          Double(parameters.scale[channel])
          / (Double(parameters.variance[channel]) + epsilon).squareRoot()
        let (mean, shift) = (Double(parameters.mean[channel]), Double(parameters.shift[channel]))
        for i in plane.indices { plane[i] = (plane[i] - mean) * factor + shift }
      }
    case .activation(let function):
      return perPlane(x, shape) { plane, _ in
        for i in plane.indices { plane[i] = function(plane[i]) }
      }
    case .scale(let factor):
      return perPlane(x, shape) { plane, _ in
        for i in plane.indices { plane[i] *= Double(factor) }
      }
    case .add: return zip(x, inputs[1]).map { $0 + $1 }
    case .concatenation:
      var result: [Double] = []
      result.reserveCapacity(node.shape.count)
      for image in 0..<shape.batch {
        for (values, shape) in zip(inputs, shapes) {
          let size = shape.channels * shape.extent.count
          result += values[image * size..<(image + 1) * size]
        }
      }
      return result
    }
  }

  /// Changes every plane of a copy in place.
  static func perPlane(
    _ x: [Double], _ shape: TensorShape,
    _ body: (_ plane: UnsafeMutableBufferPointer<Double>, _ channel: Int) -> Void
  ) -> [Double] {
    var result = x
    let size = shape.extent.count
    result.withUnsafeMutableBufferPointer { values in
      for plane in 0..<shape.batch * shape.channels {
        body(
          UnsafeMutableBufferPointer(rebasing: values[plane * size..<(plane + 1) * size]),
          plane % shape.channels)
      }
    }
    return result
  }
}
