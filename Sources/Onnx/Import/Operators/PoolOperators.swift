import Convolution
import Networks

/// Pools: windows, whole planes, reductions.
enum PoolOperators {
  static func pool(_ call: OperatorCall) throws -> [Value] {
    let kind: PoolAttributes.Kind = call.node.proto.opType == "MaxPool" ? .max : .average
    let tensor = try call.runtime()
    let node = try call.plain(tensor, ranks: 3...4)
    guard let given = try call.node.ints("kernel_shape"), given.count == tensor.view.rank - 2 else {
      throw OnnxError("kernel_shape must have a number per dimension of space")
    }
    let extents = given.count == 2 ? given : [1, given[0]]
    guard try Windows.pair(call, "dilations") == Extent(1) else {
      throw OnnxError("dilations are not supported; they must be 1")
    }
    let kernel = Extent(extents[0], extents[1])
    let stride = try Windows.pair(call, "strides")
    let padding = try Windows.padding(
      call, input: call.importer.builder.shape(node).extent, kernel: kernel, stride: stride)
    return [
      try call.append(
        .pool(
          PoolAttributes(
            kind: kind, kernel: kernel, stride: stride, padding: padding,
            ceilMode: try call.node.flag("ceil_mode"),
            countIncludesPadding: try call.node.flag("count_include_pad"))), [node],
        rank: tensor.view.rank)
    ]
  }

  static func global(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let node = try call.plain(tensor, ranks: 3...4)
    let isAverage = call.node.proto.opType == "GlobalAveragePool"
    return [
      try call.append(
        whole(call.importer.builder.shape(node), isAverage: isAverage, rows: true, columns: true),
        [node], rank: tensor.view.rank)
    ]
  }

  /// Any reduction: the mean or the largest of the values or of a function of them, times a factor.
  static func reduction(_ call: OperatorCall) throws -> [Value] {
    let type = call.node.proto.opType
    var tensor = try call.runtime()
    func applied(_ operation: Operation, to tensor: Runtime) throws -> Runtime {
      let node = try call.importer.append(
        operation, [tensor.node], name: call.node.name + "/\(operation.label)")
      return Runtime(node: node, view: tensor.view)
    }
    switch type {
    case "ReduceMin": tensor = try applied(.scale(-1), to: tensor)
    case "ReduceL1": tensor = try applied(.function(.absolute), to: tensor)
    case "ReduceL2", "ReduceSumSquare":
      let square = try call.importer.append(
        .arithmetic(.multiply), [tensor.node, tensor.node], name: call.node.name + "/square")
      tensor = Runtime(node: square, view: tensor.view)
    default: break
    }
    guard case .tensor(var result)? = try reduce(call, tensor).first else {
      throw OnnxError("reduces what is not computed")
    }
    if type == "ReduceMin" { return [.tensor(try applied(.scale(-1), to: result))] }
    let (all, left) = (
      try Constant.count(tensor.view.extents), try Constant.count(result.view.extents)
    )
    if !["ReduceMean", "ReduceMax"].contains(type), all > left {
      result = try applied(.scale(Float(all / left)), to: result)
    }
    return [
      .tensor(type == "ReduceL2" ? try applied(.function(.squareRoot), to: result) : result)
    ]
  }

  /// The mean or the largest.
  private static func reduce(_ call: OperatorCall, _ tensor: Runtime) throws -> [Value] {
    let shape = call.shape(tensor)
    let keeps = try call.node.flag("keepdims", true)
    var given =
      try call.list("axes", input: 1, since: call.node.proto.opType == "ReduceSum" ? 13 : 18) ?? []
    if given.isEmpty {
      if try call.node.flag("noop_with_empty_axes") { return [.tensor(tensor)] }
      given = Array(0..<tensor.view.rank)
    }
    let dims = Set(try given.map { try call.dimension($0, of: tensor.view.rank) })
    let axes = dims.filter { tensor.view.extents[$0] > 1 }.map {
      tensor.view.axis(ofDimension: $0, in: shape)
    }
    guard axes.allSatisfy({ $0 == .height || $0 == .width }) else {
      return [try reduceAny(call, tensor, dims, keeps: keeps)]
    }
    let view = tensor.view.emptying(dims)
    let result = keeps ? view : view.dropping(dims)
    guard !axes.isEmpty else { return [.tensor(Runtime(node: tensor.node, view: result))] }
    let operation = whole(
      shape, isAverage: !isLargest(call), rows: axes.contains(.height),
      columns: axes.contains(.width))
    let node = try call.importer.append(operation, [tensor.node], name: call.node.name)
    return [.tensor(Runtime(node: node, view: result))]
  }

  private static func isLargest(_ call: OperatorCall) -> Bool {
    ["ReduceMax", "ReduceMin"].contains(call.node.proto.opType)
  }

  /// The same over any dimensions: a copy has them in the width.
  private static func reduceAny(
    _ call: OperatorCall, _ tensor: Runtime, _ dims: Set<Int>, keeps: Bool
  ) throws -> Value {
    let extents = tensor.view.extents
    let hasBatch = !dims.contains(0)
    let kept = extents.indices.filter { !dims.contains($0) && !(hasBatch && $0 == 0) }
    let moved = try call.arranged(
      tensor, kept + dims.sorted(), channels: kept.count, hasBatch: hasBatch)
    let operation = whole(
      call.shape(moved), isAverage: !isLargest(call), rows: false,
      columns: true)
    let node = try call.importer.append(operation, [moved.node], name: call.node.name)
    let left = extents.indices.map { dims.contains($0) ? 1 : extents[$0] }
    guard let view = AxisView(call.importer.builder.shape(node), extents: left) else {
      throw OnnxError("\(Constant.text(left)) cannot be laid out")
    }
    return .tensor(Runtime(node: node, view: keeps ? view : view.dropping(dims)))
  }

  private static func whole(_ shape: TensorShape, isAverage: Bool, rows: Bool, columns: Bool)
    -> Operation
  {
    let isPlane = (rows || shape.height == 1) && (columns || shape.width == 1)
    if isAverage && isPlane { return .globalAveragePool }
    return .pool(
      PoolAttributes(
        kind: isAverage ? .average : .max,
        kernel: Extent(rows ? shape.height : 1, columns ? shape.width : 1), stride: Extent(1)))
  }
}

extension PoolOperators {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "MaxPool",
      Attribute.window + [
        Attribute("ceil_mode").since(10), Attribute("dilations").since(10),
        Attribute("storage_order").since(8).withoutEffect,
      ], pool),
    OperatorRow(
      "AveragePool",
      Attribute.window + [
        Attribute("ceil_mode").since(10), Attribute("dilations").since(19), "count_include_pad",
      ], pool),
    OperatorRow("GlobalAveragePool", [], global),
    OperatorRow("GlobalMaxPool", [], global),
    OperatorRow("ReduceMean", Attribute.reduction, reduction),
    OperatorRow("ReduceMax", Attribute.reduction, reduction),
    OperatorRow("ReduceMin", Attribute.reduction, reduction),
    OperatorRow("ReduceL1", Attribute.reduction, reduction),
    OperatorRow("ReduceL2", Attribute.reduction, reduction),
    OperatorRow("ReduceSumSquare", Attribute.reduction, reduction),
    OperatorRow(
      "ReduceSum",
      [
        "keepdims", Attribute("axes").before(13), Attribute("noop_with_empty_axes").since(13),
      ], reduction),
  ]
}
