import Convolution
import Networks

/// Joining and choosing along an axis, mostly the channels.
enum ChannelOperators {
  static func concatenation(_ call: OperatorCall) throws -> [Value] {
    guard let given = try call.node.int("axis") else { throw OnnxError("has no axis") }
    var tensors: [Runtime] = []
    for index in call.inputs.indices { tensors.append(try operand(call, index)) }
    guard let first = tensors.first else { throw OnnxError("has no inputs") }
    let axis = try call.dimension(given, of: first.view.rank)
    guard tensors.allSatisfy({ $0.view.rank == first.view.rank }) else {
      throw OnnxError("its inputs have different numbers of dimensions")
    }
    let isMoved = !tensors.allSatisfy { $0.view.isPlain(call.shape($0)) }
    // Channels last, say: all inputs have their dimensions moved in the same way.
    if isMoved,
      tensors.allSatisfy({
        $0.view.emptying([axis]) == first.view.emptying([axis])
          && $0.view.axis(ofDimension: axis, in: call.shape($0)) == .channels
      })
    {
      let node = try call.importer.append(
        .concatenation, tensors.map(\.node), name: call.node.name)
      let view = first.view.fitted(
        from: call.shape(first), to: call.importer.builder.shape(node))
      return [.tensor(Runtime(node: node, view: view))]
    }
    guard axis == 1, !isMoved, first.view.rank != 3 else {
      let moved = try tensors.map { try call.copied($0, along: axis) }
      let node = try call.importer.append(
        .concatenation, moved.map(\.node), name: call.node.name)
      return [.tensor(Runtime(node: node, view: try call.view(node, of: moved[0], along: axis)))]
    }
    let nodes = try tensors.map { try call.plain($0, ranks: 2...4) }
    return [try call.append(.concatenation, nodes, rank: first.view.rank)]
  }

  /// Constants become nodes.
  private static func operand(_ call: OperatorCall, _ index: Int) throws -> Runtime {
    let value = try call.input(index)
    guard let constant = try call.constant(value, "input \(index)") else {
      return try call.runtime(index)
    }
    return try call.materialized(constant)
  }

  /// Equal parts, or the sizes given as an attribute or, from operator set 13 on, an input.
  static func split(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let axis = try call.dimension(try call.node.int("axis", 0), of: tensor.view.rank)
    let sizes = try splitSizes(call, extent: tensor.view.extents[axis])
    try call.importer.spend(sizes.reduce(0, +))
    var first = 0
    return try sizes.map { size in
      defer { first += size }
      return .tensor(try select(call, tensor, axis, Array(first..<first + size)))
    }
  }

  static func splitSizes(_ call: OperatorCall, extent: Int) throws -> [Int] {
    let outputs = call.node.proto.output.count
    if let sizes = try call.list("split", input: 1, since: 13) {
      guard sizes.count == outputs, sizes.allSatisfy({ 1...extent ~= $0 }),
        sizes.reduce(0, +) == extent
      else {
        throw OnnxError(
          "splits \(extent) into \(sizes.prefix(8)); the parts must be positive, \(outputs) many and "
            + "add up")
      }
      return sizes
    }
    let part = (extent + outputs - 1) / max(outputs, 1)
    let last = extent - part * (outputs - 1)
    guard outputs > 0, last > 0 else {
      throw OnnxError("splits \(extent) into \(outputs) parts")
    }
    return [Int](repeating: part, count: outputs - 1) + [last]
  }

  static func slice(_ call: OperatorCall) throws -> [Value] {
    var tensor = try call.runtime()
    for cut in try slices(call, extents: tensor.view.extents) {
      tensor = try select(call, tensor, cut.axis, cut.indices)
    }
    return [.tensor(tensor)]
  }

  /// Per axis the chosen indices, in the words of the format: ends are clamped, -1 is the last.
  static func slices(_ call: OperatorCall, extents: [Int]) throws -> [(axis: Int, indices: [Int])] {
    guard let starts = try call.list("starts", input: 1, since: 10),
      let ends = try call.list("ends", input: 2, since: 10), starts.count == ends.count
    else { throw OnnxError("starts and ends must be constants of one length") }
    let axes = try call.list("axes", input: 3, since: 10) ?? Array(starts.indices)
    let steps =
      call.opset < 10 ? nil : try call.optional(4, "steps").map { try $0.ints() }
    guard axes.count == starts.count, (steps ?? starts).count == starts.count else {
      throw OnnxError("starts, ends, axes and steps must be of one length")
    }
    return try axes.indices.map { i in
      let axis = try call.dimension(axes[i], of: extents.count)
      let extent = extents[axis]
      let step = steps?[i] ?? 1
      guard step != 0 else { throw OnnxError("a step of 0") }
      try call.importer.spend(extent)
      func place(_ index: Int) -> Int {
        index < 0 ? index.addingReportingOverflow(extent).0 : index
      }
      let range = step > 0 ? 0...extent : -1...max(extent - 1, -1)
      let start = min(max(place(starts[i]), max(range.lowerBound, 0)), range.upperBound)
      let end = min(max(place(ends[i]), range.lowerBound), range.upperBound)
      return (
        axis, Array(stride(from: start, to: end, by: min(max(step, -extent - 1), extent + 1)))
      )
    }
  }

  /// Chosen indices of an axis; a single number drops the dimension.
  static func gather(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let axis = try call.dimension(try call.node.int("axis", 0), of: tensor.view.rank)
    let list = try call.constant(1, "indices")
    let extent = tensor.view.extents[axis]
    guard list.dims.count <= 1, list.count <= 1 << 16 else {
      throw OnnxError("indices are \(Constant.text(list.dims)); a number or a list is supported")
    }
    let indices = try list.ints().map { try call.index($0, of: extent) }
    let chosen = try select(call, tensor, axis, indices)
    guard list.dims.isEmpty else { return [.tensor(chosen)] }
    return [.tensor(Runtime(node: chosen.node, view: chosen.view.dropping([axis])))]
  }

  /// The tensor's elements with these indices along a dimension.
  static func select(
    _ call: OperatorCall, _ tensor: Runtime, _ dimension: Int, _ indices: [Int]
  ) throws -> Runtime {
    let shape = call.shape(tensor)
    let extent = tensor.view.extents[dimension]
    try call.importer.spend(extent + indices.count)
    guard !indices.isEmpty else { throw OnnxError("chooses nothing of \(extent)") }
    if indices == Array(0..<extent) { return tensor }
    let axis = tensor.view.axis(ofDimension: dimension, in: shape)
    func append(_ operation: Operation) throws -> Runtime {
      let node = try call.importer.append(operation, [tensor.node], name: call.node.name)
      let new = call.importer.builder.shape(node)
      let view = tensor.view.fitted(from: shape, to: new)
      return Runtime(
        node: node, view: axis.map { view.spanning($0, of: new, dimension: dimension) } ?? view)
    }
    let range = run(indices)
    switch (axis, range) {
    case (.channels, let range?): return try append(.slice(SliceAttributes(channels: range)))
    case (.channels, nil): return try append(.gatherChannels(indices))
    case (.height, let range?): return try append(.slice(SliceAttributes(rows: range)))
    case (.width, let range?): return try append(.slice(SliceAttributes(columns: range)))
    default: break
    }
    if let (view, index) = tensor.view.narrowed(dimension, to: indices.count),
      zip(indices, indices.dropFirst()).allSatisfy(<)
    {
      let places = Dictionary(uniqueKeysWithValues: indices.enumerated().map { ($1, $0) })
      let channels = (0..<shape.channels).filter { places[index($0)] != nil }
      let node = try call.importer.append(
        .gatherChannels(channels), [tensor.node], name: call.node.name)
      return Runtime(node: node, view: view)
    }
    let moved = try call.copied(tensor, along: dimension)
    let operation: Operation =
      range.map { .slice(SliceAttributes(channels: $0)) } ?? .gatherChannels(indices)
    let node = try call.importer.append(operation, [moved.node], name: call.node.name)
    return Runtime(node: node, view: try call.view(node, of: moved, along: dimension))
  }

  /// nil unless the indices are evenly spaced.
  private static func run(_ indices: [Int]) -> AxisSlice? {
    let step = indices.count > 1 ? indices[1] - indices[0] : 1
    guard step != 0, zip(indices, indices.dropFirst()).allSatisfy({ $1 - $0 == step }) else {
      return nil
    }
    return AxisSlice(first: indices[0], count: indices.count, step: step)
  }
}

extension ChannelOperators {
  static let rows: [OperatorRow] = [
    OperatorRow("Concat", ["axis"], concatenation),
    OperatorRow(
      "Split", ["axis", Attribute("split").before(13), Attribute("num_outputs").since(18)], split),
    OperatorRow(
      "Slice",
      [Attribute("starts").before(10), Attribute("ends").before(10), Attribute("axes").before(10)],
      slice),
    OperatorRow("Gather", ["axis"], gather),
  ]
}
