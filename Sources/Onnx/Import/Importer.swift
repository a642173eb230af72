import Convolution
import Networks
import Topology

/// Builds a graph from a model, node by node.
///
/// Values whose numbers are known are computed right away, moves of dimensions are remembered as
/// views, everything else becomes a node of the graph.
final class Importer {
  let file: ModelFile
  let builder: GraphBuilder
  let external: ExternalData
  /// What was not understood, in the order of the model.
  private(set) var problems: [UnsupportedOperator] = []

  private let plan: ModelPlan
  /// Of an importer that computes known values: the one that asked for them.
  private let parent: Importer?
  private var values: [String: Value] = [:]
  /// The last node that was appended.
  private var last = 0
  /// Elements that were decoded and computed so far, and how many may be.
  private var spent = 0
  private var allowance = 1 << 24
  /// Elements of `ConstantOfShape`, which stand for weights that the file leaves out.
  private var filled = 0
  /// Weights that several nodes read, or that were decoded before.
  private var decoded: [String: Constant] = [:]

  /// - Parameter inputs: at least one.
  /// - Throws: `GraphError` for an impossible input.
  init(_ file: ModelFile, plan: ModelPlan, inputs: [ModelInput], name: String) throws {
    self.file = file
    self.plan = plan
    parent = nil
    external = ExternalData(modelPath: file.path)
    builder = GraphBuilder(
      name: name, family: "ONNX", input: inputs[0].shape, classes: plan.classes ?? 0,
      inputName: inputs[0].name.printable(limit: 120), interface: inputs[0].interface)
    for tensor in file.model.graph.initializer { values[tensor.name] = .stored(tensor) }
    for (index, input) in inputs.enumerated() {
      let node =
        index == 0
        ? builder.input
        : try builder.addInput(
          input.shape, name: input.name.printable(limit: 120), interface: input.interface)
      values[input.name] = .tensor(Runtime(node: node, view: input.view))
    }
  }

  /// For values that are known: their graph is one of its own, whose input is never read.
  init(within parent: Importer) {
    file = parent.file
    plan = parent.plan
    external = parent.external
    self.parent = parent
    builder = GraphBuilder(
      name: "constants", family: "ONNX", input: TensorShape(channels: 1, height: 1, width: 1),
      classes: 0)
  }

  /// Whether what is imported is known and only computed.
  var isFolding: Bool { parent != nil }

  /// - Parameter isPartial: go on behind operators that are not understood, without their results.
  /// - Throws: `OnnxError` for the first node that cannot be imported, without `isPartial`;
  ///   `GraphError` for an impossible graph.
  func run(isPartial: Bool) throws -> Graph {
    for index in plan.order {
      let proto = file.model.graph.node[index]
      let node = try NodeReader(proto, opset: file.opset)
      do {
        try evaluate(node)
      } catch {
        guard isPartial else { throw OnnxError("\(node.title): \(error)") }
        let outline = OperatorOutline(
          node, inputs: proto.input.map { extents(of: $0) }, stated: plan.statedShape(of:))
        problems.append(UnsupportedOperator(node, because: error, macs: outline.macs))
        holdPlace(of: node, outline)
      }
    }
    let outputs = try plan.outputs.map { name in
      let (node, extents) = try output(name)
      let shape = builder.shape(node)
      let view = AxisView(shape, extents: extents)
      return GraphOutput(
        name: name.printable(limit: 120), node: node,
        interface: view.map { TensorInterface(extents: extents, parts: $0.parts) }
          ?? TensorInterface(shape, isOutput: true))
    }
    return try builder.build(outputs: outputs)
  }

  /// Puts nodes without meaning where an operator is not supported, so that what reads its results is
  /// described; results of unknown shape are left out with all that needs them.
  private func holdPlace(of node: NodeReader, _ outline: OperatorOutline) {
    let proto = node.proto
    let read = proto.input.compactMap { name in
      if case .tensor(let tensor)? = values[name] { tensor.node } else { nil }
    }
    for (name, extents) in zip(proto.output, outline.outputs) where !name.isEmpty {
      values[name] = .unknown
      guard let extents, extents.allSatisfy({ $0 > 0 }), (try? Constant.count(extents)) != nil,
        plan.isRead(name)
      else { continue }
      let shape = AxisView.shape(for: extents)
      let place = NotUnderstood(name: proto.opType.printable(limit: 40), shape: shape)
      if let view = AxisView(shape, extents: extents),
        let id = try? append(.of(place), read, name: node.name)
      {
        values[name] = .tensor(Runtime(node: id, view: view))
      }
    }
  }

  /// The shape of what a name stands for; nil where it is not known.
  private func extents(of name: String) -> [Int]? {
    switch values[name] {
    case .constant(let constant): constant.dims
    case .stored(let tensor): tensor.dims.map { Int($0) }
    case .tensor(let tensor), .padded(let tensor, _), .gated(let tensor, _): tensor.view.extents
    case .partial, .unknown, nil: nil
    }
  }

  /// The node with an output's elements in their order, and the model's shape of it.
  private func output(_ name: String) throws -> (node: Int, extents: [Int]) {
    switch values[name] {
    case .tensor(let tensor):
      let shape = builder.shape(tensor.node)
      let extents = tensor.view.extents
      if tensor.view.isInOrder(of: shape) { return (tensor.node, extents) }
      if tensor.view.isChannelOrder(shape) {
        try spend(shape.channels)
        let order = tensor.view.channelOrder
        return (
          try append(.gatherChannels(order), [tensor.node], name: "output/order"), extents
        )
      }
      let moved = Permutation(shape: AxisView.shape(for: extents), parts: tensor.view.parts)
      return (
        try append(.extended(ExtendedOperation(moved)), [tensor.node], name: "output/order"),
        extents
      )
    case .partial: throw OnnxError("output \(name.quoted) is not supported")
    case .padded, .gated, .constant, .stored:
      throw OnnxError("output \(name.quoted) does not depend on the input")
    case .unknown, nil: return (last, TensorInterface(builder.shape(last)).extents)
    }
  }

  private func evaluate(_ node: NodeReader) throws {
    let inputs = try node.proto.input.map { name -> Value? in
      if name.isEmpty { return nil }
      guard let value = values[name] else {
        throw OnnxError(
          "reads \(name.quoted), which is no input, no initializer and no earlier node's output")
      }
      return value
    }
    // Its cause has been reported.
    if inputs.contains(where: { if case .unknown? = $0 { true } else { false } }) {
      for name in node.proto.output { values[name] = .unknown }
      return
    }
    let call = OperatorCall(node: node, inputs: inputs, importer: self)
    let results = try OperatorTable.evaluate(call)
    for (index, name) in node.proto.output.enumerated() where !name.isEmpty {
      guard index < results.count else {
        if plan.isRead(name) {
          throw OnnxError("output \(index) (\(name.quoted)) is not supported")
        }
        continue
      }
      values[name] = results[index]
    }
  }

  /// The operator that alone reads a result, nil if there are several, or the caller reads it.
  func soleReader(of name: String) -> Onnx_NodeProto? {
    isFolding ? nil : plan.soleReader(of: name)
  }

  /// All operators that read a result; nil if the caller does, too.
  func readers(of name: String) -> [Onnx_NodeProto]? {
    isFolding ? nil : plan.readers(of: name)
  }

  /// The operator that computes a result.
  func producer(of name: String) -> Onnx_NodeProto? { plan.producer(of: name) }

  /// The numbers of a name, if they are known by now.
  func value(named name: String) -> Value? { parent?.value(named: name) ?? values[name] }

  func append(
    _ operation: Operation, _ inputs: [Int], name: String,
    parameters: NodeParameters = NodeParameters()
  ) throws -> Int {
    last = try builder.add(operation, inputs, name: name, parameters: .given(parameters))
    return last
  }

  /// Decodes a tensor of the file, once however many nodes read it.
  func decode(_ tensor: Onnx_TensorProto) throws -> Constant {
    if let parent { return try parent.decode(tensor) }
    if let constant = decoded[tensor.name] { return constant }
    // As whole numbers or doubles; 32 bits are decoded by way of another array.
    try claim(try Constant.count(tensor.dims.map(Int.init)))
    let constant = try Constant(tensor, external: external)
    // What is really there may be worked on, several times and by every node that reads it.
    let readers = plan.readerCount(of: tensor.name)
    allow(8 * max(readers, 1), times: constant.count)
    try spend(constant.count)
    if readers > 1 { decoded[tensor.name] = constant }
    return constant
  }

  /// Numbers of a constant that is all one number; models without weights (onnx's own of the
  /// published networks) have theirs so.
  ///
  /// - Throws: `OnnxError` above a gigabyte of floats.
  func fill(_ count: Int) throws {
    if let parent { return try parent.fill(count) }
    let limit = 1 << 28
    guard count <= limit - filled else {
      throw OnnxError("fills more than \(limit) elements with one number")
    }
    filled += count
    try claim(count)
    // A fully connected layer puts its weights into its own order.
    allow(3, times: count)
  }

  private func allow(_ factor: Int, times count: Int) {
    let (product, overflow) = factor.multipliedReportingOverflow(by: count)
    let (sum, isTooLarge) = allowance.addingReportingOverflow(product)
    // 16 GiB of floats, whatever the file's size.
    allowance = overflow || isTooLarge ? 1 << 32 : min(sum, 1 << 32)
  }

  /// Counts elements before they are worked on, so that small files cannot ask for much.
  ///
  /// - Throws: `OnnxError` where they are more than the model's size explains.
  func spend(_ elements: Int) throws {
    if let parent { return try parent.spend(elements) }
    let (sum, overflow) = spent.addingReportingOverflow(elements)
    guard !overflow, sum <= allowance else {
      throw OnnxError("takes more than the \(allowance) elements that a model of this size may")
    }
    spent = sum
    try claim(elements)
  }

  private func claim(_ elements: Int) throws {
    try MemoryBudget.claim(
      bytes: 8 * Double(elements), for: "a tensor of \(elements) elements")
  }
}
