/// What of a model's nodes is needed for its output, and who reads what.
struct ModelPlan {
  /// Indices of the needed nodes, in the model's order.
  let order: [Int]
  /// The results that are imported: the first output, or all.
  let outputs: [String]
  /// Further outputs, which are left out.
  let others: [String]
  /// Names of inputs that the needed nodes read, in the model's order.
  let inputs: [Onnx_ValueInfoProto]
  /// The extent of the output's second dimension, if the model says.
  let classes: Int?

  private let nodes: [Onnx_NodeProto]
  /// What the model says of its values, first found first.
  private let stated: [String: [Int]]
  private let readers: [String: [Int]]
  private let producers: [String: Int]

  /// - Throws: `OnnxError` for results with two producers, cycles, no output.
  /// - Parameter takesAll: import all outputs and not only the first.
  init(_ graph: Onnx_GraphProto, takesAll: Bool = false) throws {
    var producers: [String: Int] = [:]
    let weights = Set(graph.initializer.map(\.name))
    guard weights.count == graph.initializer.count else {
      var seen: Set<String> = []
      let twice = graph.initializer.map(\.name).first { !seen.insert($0).inserted } ?? ""
      throw OnnxError("initializer \(twice.quoted) is given twice")
    }
    guard graph.sparseInitializer.isEmpty else {
      throw OnnxError("has sparse initializers; weights must be dense")
    }
    for (index, node) in graph.node.enumerated() {
      for name in node.output where !name.isEmpty {
        guard producers.updateValue(index, forKey: name) == nil, !weights.contains(name) else {
          throw OnnxError("\(name.quoted) is the output of two nodes; names must be unique")
        }
      }
    }
    guard let first = graph.output.first?.name else { throw OnnxError("has no outputs") }
    var isNeeded = [Bool](repeating: false, count: graph.node.count)
    let wanted = takesAll ? graph.output.map(\.name) : [first]
    guard Set(wanted).count == wanted.count else { throw OnnxError("has an output twice") }
    var open = wanted
    var read = Set(wanted)
    while let name = open.popLast() {
      guard let index = producers[name], !isNeeded[index] else { continue }
      isNeeded[index] = true
      for input in graph.node[index].input + Self.captured(by: graph.node[index])
      where read.insert(input).inserted { open.append(input) }
    }
    let order = graph.node.indices.filter { isNeeded[$0] }
    var readers: [String: [Int]] = [:]
    for index in order {
      for name in graph.node[index].input {
        if let producer = producers[name], producer >= index {
          throw OnnxError(
            "node \(graph.node[index].name.quoted) (\(graph.node[index].opType.printable(limit: 40))"
              + ") reads \(name.quoted) before it is computed: nodes must be in order and without "
              + "cycles")
        }
        readers[name, default: []].append(index)
      }
    }
    for name in wanted where producers[name] == nil {
      throw OnnxError("output \(name.quoted) is not computed by any node")
    }
    self.order = order
    self.readers = readers
    self.producers = producers
    outputs = wanted
    others = takesAll ? [] : graph.output.dropFirst().map(\.name)
    inputs = graph.input.filter { read.contains($0.name) && !weights.contains($0.name) }
    let dims = graph.output[0].type.tensorType.shape.dim
    classes = dims.count > 1 && dims[1].dimValue > 0 ? Int(dims[1].dimValue) : nil
    nodes = graph.node
    stated = Dictionary(
      (graph.valueInfo + graph.output).compactMap { info in
        let shape = info.type.tensorType.shape.dim.map { Int($0.dimValue) }
        return shape.isEmpty || shape.contains { $0 <= 0 } ? nil : (info.name, shape)
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The whole shape of a value, if the model has it.
  func statedShape(of name: String) -> [Int]? { stated[name] }

  /// Names that the subgraphs of a node read, whether they are their own or from outside.
  private static func captured(by node: Onnx_NodeProto) -> [String] {
    var names: [String] = []
    var graphs = node.attribute.flatMap { ($0.hasG ? [$0.g] : []) + $0.graphs }
    while let graph = graphs.popLast() {
      names += graph.output.map(\.name)
      for node in graph.node {
        names += node.input
        graphs += node.attribute.flatMap { ($0.hasG ? [$0.g] : []) + $0.graphs }
      }
    }
    return names
  }

  func producer(of name: String) -> Onnx_NodeProto? { producers[name].map { nodes[$0] } }

  func isRead(_ name: String) -> Bool { outputs.contains(name) || readers[name] != nil }

  /// nil if the caller reads it, too.
  func readers(of name: String) -> [Onnx_NodeProto]? {
    outputs.contains(name) ? nil : readers[name, default: []].map { nodes[$0] }
  }

  func soleReader(of name: String) -> Onnx_NodeProto? {
    guard !outputs.contains(name), let all = readers[name], all.count == 1 else { return nil }
    return nodes[all[0]]
  }

  func readerCount(of name: String) -> Int { readers[name]?.count ?? 0 }
}
