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
    case .tensor, .padded, .gated, .unknown: return nil
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
    if tensor.view.isPlain(shape) { return tensor.node }
    if tensor.view.isChannelOrder(shape) {
      try importer.spend(shape.channels)
      let order = tensor.view.channelOrder
      return try importer.append(.gatherChannels(order), [tensor.node], name: node.name + "/order")
    }
    guard tensor.view.isInOrder(of: shape), tensor.view.startsWithBatch(shape),
      extents.count <= 4
    else {
      throw OnnxError(
        "its input is \(Constant.text(extents)) out of \(shape.batch)×\(shape.channels)×"
          + "\(shape.height)×\(shape.width) with dimensions moved about; only moves that cancel, "
          + "flatten or reorder channels are supported")
    }
    let wanted = extents.dropFirst() + [1, 1, 1]
    return try importer.append(
      .reshape(channels: wanted[1], height: wanted[2], width: wanted[3]), [tensor.node],
      name: node.name + "/shape")
  }

  /// Appends a node and gives its value with batch, channels, height and width as dimensions.
  func append(
    _ operation: Operation, _ inputs: [Int], rank: Int = 4,
    parameters: NodeParameters = NodeParameters()
  ) throws -> Value {
    let id = try importer.append(operation, inputs, name: node.name, parameters: parameters)
    return .tensor(Runtime(node: id, view: AxisView(importer.builder.shape(id), rank: rank)))
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
