import Convolution
import Networks

/// What a name of the model stands for.
enum Value {
  /// Numbers that are known.
  case constant(Constant)
  /// Weights of the file, decoded when asked for.
  case stored(Onnx_TensorProto)
  /// What the network computes.
  case tensor(Runtime)
  /// A tensor with zeros around its planes that the convolutions reading it take as padding.
  case padded(Runtime, Halo)
  /// The argument of a function whose factor alone this would be: a product with it follows.
  case gated(Runtime, ElementwiseFunction)
  /// What lies between a tensor and its response normalisation, as torch writes that.
  case partial(TorchResponseNormalization)
  /// The result of an operator that was not understood.
  case unknown
}

/// A tensor that is computed when the network runs.
struct Runtime: Hashable {
  /// In the graph.
  var node: Int
  var view: AxisView
}

/// One operator with its inputs: what the functions of `Operators/` and `Folding/` work on.
struct OperatorCall {
  let node: NodeReader
  /// nil for inputs that are left out.
  let inputs: [Value?]
  let importer: Importer

  var opset: Int { node.opset }

  /// - Throws: `OnnxError` naming what should be there.
  func input(_ index: Int, _ what: String = "input") throws -> Value {
    guard index < inputs.count, let value = inputs[index] else {
      throw OnnxError("has no \(what) (input \(index))")
    }
    return value
  }

  func has(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

  /// An input that is computed.
  func runtime(_ index: Int = 0) throws -> Runtime {
    guard case .tensor(let tensor) = try input(index) else {
      throw OnnxError("input \(index) is a constant; it must be computed from the network's input")
    }
    return tensor
  }

  /// An input that is known; `what` names it in messages.
  func constant(_ index: Int, _ what: String) throws -> Constant {
    guard let constant = try constant(try input(index, what), what) else {
      throw OnnxError("\(what) (input \(index)) must be a constant")
    }
    return constant
  }

  /// nil where the input is left out.
  func optional(_ index: Int, _ what: String) throws -> Constant? {
    has(index) ? try constant(index, what) : nil
  }

  /// nil for a value that is computed.
  func constant(_ value: Value, _ what: String) throws -> Constant? {
    switch value {
    case .constant(let constant): return constant
    case .stored(let tensor):
      do { return try importer.decode(tensor) } catch let error as OnnxError {
        throw OnnxError("\(what) \(tensor.name.quoted) \(error)")
      }
    case .tensor, .padded, .gated, .partial, .unknown: return nil
    }
  }

  /// Axes, pads and the like: an attribute that became an input in operator set `since`.
  func list(_ name: String, input index: Int, since: Int) throws -> [Int]? {
    if opset < since { return try node.ints(name) }
    guard let constant = try optional(index, name) else { return nil }
    guard constant.count <= 4096 else {
      throw OnnxError("\(name) has \(constant.count) elements")
    }
    return try constant.ints()
  }

  /// The tensor shape of a node of the graph.
  func shape(_ tensor: Runtime) -> TensorShape { importer.builder.shape(tensor.node) }

  /// A dimension counted from the end where negative.
  func dimension(_ index: Int, of rank: Int) throws -> Int {
    guard (-rank..<rank).contains(index) else {
      throw OnnxError("axis \(index) of a tensor with \(rank) dimensions")
    }
    return index < 0 ? index + rank : index
  }

  /// An index counted from the end where negative.
  func index(_ index: Int, of extent: Int) throws -> Int {
    guard index >= -extent, index < extent else { throw OnnxError("index \(index) of \(extent)") }
    return index < 0 ? index + extent : index
  }

  /// The node of a tensor whose dimensions are batch, channels, height and width, or the first of
  /// these with the others 1. Dimensions that were moved about are put right by another node where
  /// the graph has one for it.
  ///
  /// - Parameter ranks: that the tensor may have.
  func plain(_ tensor: Runtime, ranks: ClosedRange<Int> = 4...4) throws -> Int {
    let shape = shape(tensor)
    let extents = tensor.view.extents
    guard ranks.contains(extents.count) else {
      let wanted = Set([ranks.lowerBound, ranks.upperBound]).sorted().map(String.init)
      throw OnnxError(
        "its input is \(Constant.text(extents)); \(wanted.joined(separator: " to ")) dimensions "
          + "are supported")
    }
    if extents.count != 3, tensor.view.isPlain(shape) { return tensor.node }
    if tensor.view.isChannelOrder(shape) {
      try importer.spend(shape.channels)
      let order = tensor.view.channelOrder
      return try importer.append(.gatherChannels(order), [tensor.node], name: node.name + "/order")
    }
    return try ordered(tensor).node
  }

  /// The tensor with its elements in their own order, in the shape that its extents have in the
  /// graph (`AxisView.shape(for:)`): a copy unless it is so already.
  func ordered(_ tensor: Runtime) throws -> Runtime {
    try ordered(tensor, as: AxisView.shape(for: tensor.view.extents))
  }

  /// The same in any shape of as many elements that no dimension cuts across.
  func ordered(_ tensor: Runtime, as wanted: TensorShape) throws -> Runtime {
    let shape = shape(tensor)
    let extents = tensor.view.extents
    guard let view = AxisView(wanted, extents: extents) else {
      throw OnnxError("its input is \(Constant.text(extents)), which cannot be laid out")
    }
    if tensor.view.isInOrder(of: shape) {
      if shape == wanted { return Runtime(node: tensor.node, view: view) }
      if shape.batch == wanted.batch {
        let node = try importer.append(
          .reshape(channels: wanted.channels, height: wanted.height, width: wanted.width),
          [tensor.node], name: node.name + "/shape")
        return Runtime(node: node, view: view)
      }
    }
    let moved = try importer.append(
      .extended(ExtendedOperation(Permutation(shape: wanted, parts: tensor.view.parts))),
      [tensor.node], name: node.name + "/order")
    return Runtime(node: moved, view: view)
  }

  /// The tensor with dimensions in another order in memory (the view still has them in theirs):
  /// the first `channels` of `order` that are not the batch become the channels, the others the
  /// width.
  ///
  /// - Parameters:
  ///   - order: all dimensions but, where it leads, the batch.
  ///   - count: how many of them are channels.
  func arranged(_ tensor: Runtime, _ order: [Int], channels count: Int, hasBatch: Bool) throws
    -> Runtime
  {
    let extents = tensor.view.extents
    let all = (hasBatch ? [0] : []) + order
    let channels = order.prefix(count).reduce(1) { $0 * extents[$1] }
    let width = order.dropFirst(count).reduce(1) { $0 * extents[$1] }
    let shape = TensorShape(
      batch: hasBatch ? extents[0] : 1, channels: channels, height: 1, width: width)
    let moved = try ordered(
      Runtime(node: tensor.node, view: tensor.view.transposed(all)), as: shape)
    var places = [Int](repeating: 0, count: all.count)
    for (place, dim) in all.enumerated() { places[dim] = place }
    return Runtime(node: moved.node, view: moved.view.transposed(places))
  }

  /// The tensor with one dimension as its channels: as it is where it has it so, else a copy.
  func along(_ tensor: Runtime, _ dimension: Int) throws -> Runtime {
    if tensor.view.extents[dimension] > 1,
      tensor.view.axis(ofDimension: dimension, in: shape(tensor)) == .channels
    {
      return tensor
    }
    return try copied(tensor, along: dimension)
  }

  /// The same, always laid out alike: batch, the dimension, the others in their order.
  func copied(_ tensor: Runtime, along dimension: Int) throws -> Runtime {
    let others = (0..<tensor.view.rank).filter { $0 != dimension && ($0 != 0 || dimension == 0) }
    return try arranged(
      tensor, [dimension] + others, channels: 1, hasBatch: dimension != 0)
  }

  /// The view over a value that has another number of channels, of a tensor that `copied` laid out.
  func view(_ node: Int, of tensor: Runtime, along dimension: Int) throws -> AxisView {
    var extents = tensor.view.extents
    let shape = importer.builder.shape(node)
    extents[dimension] = shape.channels
    let others = extents.indices.filter { $0 != dimension && ($0 != 0 || dimension == 0) }
    let all = (dimension != 0 ? [0] : []) + [dimension] + others
    guard let moved = AxisView(shape, extents: all.map { extents[$0] }) else {
      throw OnnxError("\(Constant.text(extents)) cannot be laid out")
    }
    var places = [Int](repeating: 0, count: all.count)
    for (place, dim) in all.enumerated() { places[dim] = place }
    return moved.transposed(places)
  }

  /// A constant as a node of the graph.
  func materialized(_ constant: Constant) throws -> Runtime {
    guard constant.count > 0 else { throw OnnxError("works on a constant without elements") }
    try importer.spend(constant.count)
    let shape = AxisView.shape(for: constant.dims)
    let id = try importer.append(
      .constant(shape), [], name: node.name + "/constant",
      parameters: NodeParameters(values: constant.floats))
    guard let view = AxisView(shape, extents: constant.dims) else {
      throw OnnxError("\(Constant.text(constant.dims)) cannot be laid out")
    }
    return Runtime(node: id, view: view)
  }

  /// An input that is computed, or a constant as a node.
  func tensor(_ index: Int) throws -> Runtime {
    let value = try input(index)
    if let constant = try constant(value, "input \(index)") { return try materialized(constant) }
    return try runtime(index)
  }

  /// Appends a node and gives its value with batch, channels, height and width as dimensions; of
  /// three the last is the width.
  func append(
    _ operation: Operation, _ inputs: [Int], rank: Int = 4,
    parameters: NodeParameters = NodeParameters()
  ) throws -> Value {
    let id = try importer.append(operation, inputs, name: node.name, parameters: parameters)
    let view = AxisView(importer.builder.shape(id), rank: rank == 3 ? 4 : rank)
    return .tensor(Runtime(node: id, view: rank == 3 ? view.dropping([2]) : view))
  }

  /// Appends a node that works on every element, wherever its dimensions are.
  func appendElementwise(
    _ operation: Operation, _ tensor: Runtime, parameters: NodeParameters = NodeParameters()
  ) throws -> Value {
    let id = try importer.append(
      operation, [tensor.node], name: node.name, parameters: parameters)
    return .tensor(Runtime(node: id, view: tensor.view))
  }
}
