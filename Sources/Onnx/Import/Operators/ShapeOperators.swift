import Convolution
import Networks

/// Operators that only name dimensions anew. They cost nothing while they cancel or flatten.
enum ShapeOperators {
  static func flatten(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let rank = tensor.view.rank
    let axis = try call.node.int("axis", 1)
    guard (-rank...rank).contains(axis) else { throw OnnxError("axis \(axis)") }
    let extents = tensor.view.extents
    let split = axis < 0 ? axis + rank : axis
    return [
      try reshaped(
        call, tensor,
        [extents.prefix(split).reduce(1, *), extents.dropFirst(split).reduce(1, *)])
    ]
  }

  static func reshape(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let wanted = try newExtents(call, try call.constant(1, "shape"), old: tensor.view.extents)
    return [try reshaped(call, tensor, wanted)]
  }

  /// 0 is the old extent (without `allowzero`), -1 what is left.
  static func newExtents(_ call: OperatorCall, _ shape: Constant, old: [Int]) throws -> [Int] {
    guard shape.count <= 16 else { throw OnnxError("reshapes to \(shape.count) dimensions") }
    let keepsZero = try call.node.flag("allowzero")
    var wanted = try shape.ints()
    for (index, extent) in wanted.enumerated() where extent == 0 && !keepsZero {
      guard index < old.count else { throw OnnxError("keeps dimension \(index), there is none") }
      wanted[index] = old[index]
    }
    let count = try Constant.count(old)
    if let open = wanted.firstIndex(of: -1) {
      wanted[open] = 1
      let others = try Constant.count(wanted)
      guard others > 0, count % others == 0 else { throw mismatch(old, wanted) }
      wanted[open] = count / others
    }
    guard try Constant.count(wanted) == count else { throw mismatch(old, wanted) }
    return wanted
  }

  private static func mismatch(_ old: [Int], _ new: [Int]) -> OnnxError {
    OnnxError("reshapes \(Constant.text(old)) to \(Constant.text(new))")
  }

  private static func reshaped(_ call: OperatorCall, _ tensor: Runtime, _ extents: [Int]) throws
    -> Value
  {
    if let view = tensor.view.reshaped(extents) {
      return .tensor(Runtime(node: tensor.node, view: view))
    }
    // Dimensions that cut across the old ones: a copy in the new shape.
    let shape = call.shape(tensor)
    let wanted = AxisView.shape(for: extents)
    guard let view = AxisView(wanted, extents: extents) else {
      throw OnnxError("reshapes to \(Constant.text(extents)), which cannot be laid out")
    }
    let operation: Operation =
      tensor.view.isInOrder(of: shape) && shape.batch == wanted.batch
      ? .reshape(channels: wanted.channels, height: wanted.height, width: wanted.width)
      : .extended(ExtendedOperation(Permutation(shape: wanted, parts: tensor.view.parts)))
    let node = try call.importer.append(operation, [tensor.node], name: call.node.name)
    return .tensor(Runtime(node: node, view: view))
  }

  static func squeeze(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let extents = tensor.view.extents
    let dims = try squeezed(call, extents)
    return [.tensor(Runtime(node: tensor.node, view: tensor.view.dropping(dims)))]
  }

  /// The dimensions to drop.
  static func squeezed(_ call: OperatorCall, _ extents: [Int]) throws -> Set<Int> {
    guard let axes = try call.list("axes", input: 1, since: 13) else {
      return Set(extents.indices.filter { extents[$0] == 1 })
    }
    let dims = Set(try axes.map { try call.dimension($0, of: extents.count) })
    guard dims.allSatisfy({ extents[$0] == 1 }) else {
      throw OnnxError(
        "drops dimensions \(dims.sorted()) of \(Constant.text(extents)) that are not 1")
    }
    return dims
  }

  static func unsqueeze(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let dims = try unsqueezed(call, rank: tensor.view.rank)
    return [.tensor(Runtime(node: tensor.node, view: tensor.view.inserting(dims)))]
  }

  /// The new dimensions' indices afterwards.
  static func unsqueezed(_ call: OperatorCall, rank: Int) throws -> Set<Int> {
    guard let axes = try call.list("axes", input: 1, since: 13), axes.count <= 16 else {
      throw OnnxError("needs constant axes, at most 16")
    }
    let dims = Set(try axes.map { try call.dimension($0, of: rank + axes.count) })
    guard dims.count == axes.count else { throw OnnxError("an axis is given twice") }
    return dims
  }

  static func transpose(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let order = try permutation(call, rank: tensor.view.rank)
    return [.tensor(Runtime(node: tensor.node, view: tensor.view.transposed(order)))]
  }

  /// Reversed where nothing is given.
  static func permutation(_ call: OperatorCall, rank: Int) throws -> [Int] {
    guard let order = try call.node.ints("perm") else { return (0..<rank).reversed() }
    guard order.sorted() == Array(0..<rank) else {
      throw OnnxError("perm \(order.prefix(8)) is no order of \(rank) dimensions")
    }
    return order
  }

  static func shape(_ call: OperatorCall) throws -> [Value] {
    let extents = try call.runtime().view.extents
    return [.constant(Constant(try part(call, extents)))]
  }

  /// From `start` to `end`, since operator set 15.
  static func part(_ call: OperatorCall, _ extents: [Int]) throws -> [Int] {
    func place(_ index: Int) -> Int {
      min(max(index < 0 ? index.addingReportingOverflow(extents.count).0 : index, 0), extents.count)
    }
    let start = place(try call.node.int("start", 0))
    let end = place(try call.node.int("end") ?? extents.count)
    return start < end ? Array(extents[start..<end]) : []
  }

  static func size(_ call: OperatorCall) throws -> [Value] {
    [.constant(Constant(try Constant.count(try call.runtime().view.extents)))]
  }

  /// Where nothing is repeated.
  static func expand(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let extents = tensor.view.extents
    let wanted = try Broadcast.dims(extents, try call.constant(1, "shape").ints())
    _ = try Constant.count(wanted)
    var result = tensor
    let added = wanted.count - extents.count
    if added > 0 {
      result = Runtime(node: tensor.node, view: tensor.view.inserting(Set(0..<added)))
    }
    for (dim, extent) in wanted.enumerated() where result.view.extents[dim] != extent {
      result = try ChannelOperators.select(
        call, result, dim, [Int](repeating: 0, count: extent))
    }
    return [.tensor(result)]
  }

  /// Every dimension so many times over.
  static func tile(_ call: OperatorCall) throws -> [Value] {
    var tensor = try call.runtime()
    let repeats = try call.constant(1, "repeats").ints()
    guard repeats.count == tensor.view.rank, repeats.allSatisfy({ 1...1 << 24 ~= $0 }) else {
      throw OnnxError("repeats is \(repeats.prefix(8)); a number per dimension is needed")
    }
    for (dim, count) in repeats.enumerated() where count > 1 {
      let extent = tensor.view.extents[dim]
      try call.importer.spend(extent * count)
      tensor = try ChannelOperators.select(
        call, tensor, dim, (0..<extent * count).map { $0 % extent })
    }
    return [.tensor(tensor)]
  }

  static func identity(_ call: OperatorCall) throws -> [Value] { [.tensor(try call.runtime())] }

  static func dropout(_ call: OperatorCall) throws -> [Value] {
    if call.opset >= 12, let mode = try call.optional(2, "training_mode"), mode.scalar != 0 {
      throw OnnxError("training_mode is set; a network for inference is needed")
    }
    return [try call.appendElementwise(.dropout, try call.runtime())]
  }

  static func cast(_ call: OperatorCall) throws -> [Value] {
    let type = try call.node.int("to", 1)
    guard type == Onnx_TensorProto.DataType.float.rawValue else {
      throw OnnxError("casts a computed tensor to type \(type); networks run in float32")
    }
    return try identity(call)
  }
}

extension ShapeOperators {
  static let rows: [OperatorRow] = [
    OperatorRow("Flatten", ["axis"], flatten),
    OperatorRow("Reshape", [Attribute("allowzero").since(14)], reshape),
    OperatorRow("Squeeze", [Attribute("axes").before(13)], squeeze),
    OperatorRow("Unsqueeze", [Attribute("axes").before(13)], unsqueeze),
    OperatorRow("Transpose", ["perm"], transpose),
    OperatorRow("Shape", [Attribute("start").since(15), Attribute("end").since(15)], shape),
    OperatorRow("Size", [], size),
    OperatorRow("Expand", [], expand),
    OperatorRow("Tile", [], tile),
    OperatorRow("Identity", [], identity),
    OperatorRow(
      "Dropout",
      [Attribute("ratio").before(12).withoutEffect, Attribute("seed").since(12).withoutEffect],
      dropout),
    // Rounding and saturation of types of 8 bits, which are refused.
    OperatorRow(
      "Cast",
      [
        "to", Attribute("saturate").since(19).withoutEffect,
        Attribute("round_mode").since(24).withoutEffect,
      ], cast),
  ]
}
