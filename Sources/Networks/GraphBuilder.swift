import Convolution

/// Writes a network down node by node, the way its paper does.
///
///     let b = GraphBuilder(name: "tiny", family: "example", input: shape, classes: 10)
///     var x = b.convolution(b.input, 16, kernel: 3, stride: 2)
///     x = b.activation(x, .relu)
///     let graph = try b.build(output: b.softmax(b.fullyConnected(x, 10)))
///
/// Methods take and return node ids. The first thing that is wrong (say, an input too small for a
/// kernel) is kept and thrown by `build`; what follows it has no effect. Names that are not given
/// are counted per kind within the scope: `layer1.0.conv2`.
public final class GraphBuilder {
  public let input = 0
  public let classes: Int

  private let name: String
  private let family: String
  private var nodes: [Node] = []
  private var problems: [ConvolutionProblem?] = []
  private var sources: [ParameterSource] = [.seeded]
  private var inputs: [GraphInput] = []
  private var problem: GraphError?
  private var macs = 0
  private var scopes: [String] = []
  private var counts: [String: Int] = [:]
  private var names: Set<String> = []

  /// The largest numbers of multiply-accumulates of one node and of a network.
  public static let macLimit = 1 << 50
  public static let networkMacLimit = 1 << 60

  /// - Parameters:
  ///   - inputName: of node 0.
  ///   - interface: how the input is given; nil is as the graph has it.
  public init(
    name: String, family: String, input: TensorShape, classes: Int, inputName: String = "input",
    interface: TensorInterface? = nil
  ) {
    self.name = name
    self.family = family
    self.classes = classes
    nodes = [Node(id: 0, name: inputName, operation: .input, inputs: [], shape: input)]
    problems = [nil]
    inputs = [GraphInput(node: 0, interface: interface ?? TensorInterface(input))]
    names = [inputName]
    do { try check(input) } catch { problem = GraphError("\(name): input \(error)") }
  }

  /// Appends a node.
  ///
  /// - Parameters:
  ///   - name: within the current scope; counted when nil.
  ///   - parameters: of the node.
  public func append(
    _ operation: Operation, _ inputs: [Int], name: String? = nil,
    parameters: ParameterSource = .seeded
  ) -> Int {
    guard problem == nil else { return input }
    let name = unique(name, operation.label)
    do { return try add(operation, inputs, uniqueName: name, parameters) } catch {
      problem = GraphError("\(self.name): \(name): \(error)")
      return input
    }
  }

  /// Appends a node, or leaves the graph as it was.
  ///
  /// - Throws: `GraphError` without the node's name.
  public func add(
    _ operation: Operation, _ inputs: [Int], name: String? = nil,
    parameters: ParameterSource = .seeded
  ) throws -> Int {
    if let problem { throw problem }
    return try add(operation, inputs, uniqueName: unique(name, operation.label), parameters)
  }

  private func add(
    _ operation: Operation, _ inputs: [Int], uniqueName name: String, _ parameters: ParameterSource
  ) throws -> Int {
    guard inputs.allSatisfy({ nodes.indices.contains($0) }) else {
      throw GraphError("reads a node that is not there")
    }
    let shapes = inputs.map { nodes[$0].shape }
    let shape = try operation.outputShape(inputs: shapes)
    try check(shape)
    let problem = try shapes.first.flatMap { try operation.problem(input: $0) }
    if let problem { try check(problem) }
    if case .given(let numbers) = parameters {
      try numbers.check(operation, problem: problem, output: shape)
    }
    sources.append(parameters)
    nodes.append(
      Node(id: nodes.count, name: name, operation: operation, inputs: inputs, shape: shape))
    problems.append(problem)
    return nodes.count - 1
  }

  /// Appends another input.
  ///
  /// - Parameter interface: how it is given; nil is as the graph has it.
  /// - Throws: `GraphError` without the node's name.
  public func addInput(
    _ shape: TensorShape, name: String, interface: TensorInterface? = nil
  ) throws -> Int {
    try check(shape)
    let node = nodes.count
    nodes.append(
      Node(id: node, name: unique(name, "input"), operation: .input, inputs: [], shape: shape))
    problems.append(nil)
    sources.append(.seeded)
    inputs.append(GraphInput(node: node, interface: interface ?? TensorInterface(shape)))
    return node
  }

  /// - Throws: `GraphError` with the first thing that was wrong.
  public func build(output: Int, outputInterface: TensorInterface? = nil) throws -> Graph {
    if let problem { throw problem }
    guard nodes.indices.contains(output) else { throw GraphError("\(name): no node \(output)") }
    let interface = outputInterface ?? TensorInterface(nodes[output].shape, isOutput: true)
    return try build(
      outputs: [GraphOutput(name: "output", node: output, interface: interface)])
  }

  /// - Parameter outputs: at least one.
  /// - Throws: `GraphError` with the first thing that was wrong.
  public func build(outputs: [GraphOutput]) throws -> Graph {
    if let problem { throw problem }
    guard !outputs.isEmpty else { throw GraphError("\(name): no outputs") }
    for output in outputs where !nodes.indices.contains(output.node) {
      throw GraphError("\(name): no node \(output.node)")
    }
    return Graph(
      name: name, family: family, nodes: nodes, problems: problems, sources: sources,
      inputs: inputs, outputs: outputs, classes: classes)
  }

  /// The first thing that was wrong so far.
  public var error: GraphError? { problem }

  /// Everything that `body` appends is named `name.…`.
  public func scope<Result>(_ name: String, _ body: () -> Result) -> Result {
    scopes.append(name)
    defer { scopes.removeLast() }
    return body()
  }

  /// The shape of a node's output.
  public func shape(_ node: Int) -> TensorShape { nodes[node].shape }

  /// Whether there is such a node.
  func holds(_ node: Int) -> Bool { nodes.indices.contains(node) }

  private func check(_ shape: TensorShape) throws {
    var count = 1
    for extent in [shape.batch, shape.channels, shape.height, shape.width] {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, extent > 0, product <= ConvolutionProblem.elementLimit else {
        throw GraphError(
          "gives \(shape.text); it must have from 1 to \(ConvolutionProblem.elementLimit) elements")
      }
      count = product
    }
  }

  private func check(_ problem: ConvolutionProblem) throws {
    let (macs, overflow) = problem.outputShape.count.multipliedReportingOverflow(
      by: problem.reductionLength)
    guard !overflow, macs <= Self.macLimit else {
      throw GraphError("more than \(Self.macLimit) multiply-accumulates")
    }
    self.macs += macs
    guard self.macs <= Self.networkMacLimit else {
      throw GraphError("the network has more than \(Self.networkMacLimit) multiply-accumulates")
    }
  }

  private func unique(_ name: String?, _ label: String) -> String {
    let prefix = scopes.map { $0 + "." }.joined()
    if let name, names.insert(prefix + name).inserted { return prefix + name }
    let stem = prefix + (name ?? label)
    while true {
      counts[stem, default: 0] += 1
      let candidate = "\(stem)\(counts[stem, default: 0])"
      if names.insert(candidate).inserted { return candidate }
    }
  }
}
