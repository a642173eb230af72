extension ConstantFolding {
  static func transpose(_ call: OperatorCall, _ constant: Constant) throws -> Constant {
    let order = try ShapeOperators.permutation(call, rank: constant.dims.count)
    let strides = Constant.strides(constant.dims)
    let dims = order.map { constant.dims[$0] }
    return try constant.picking(
      indices(dims, steps: order.map { strides[$0] }), dims: dims)
  }

  static func concatenation(_ call: OperatorCall, _ inputs: [Constant?]) throws -> Constant {
    let parts = inputs.compactMap { $0 }
    let first = try first(inputs)
    let axis = try call.dimension(try call.node.int("axis", 0), of: first.dims.count)
    var dims = first.dims
    dims[axis] = 0
    for part in parts {
      guard part.dims.count == dims.count, part.type == first.type,
        dims.indices.allSatisfy({ $0 == axis || part.dims[$0] == dims[$0] })
      else { throw OnnxError("joins constants that do not fit together") }
      dims[axis] += part.dims[axis]
    }
    _ = try spend(call, dims)
    let rows = dims.prefix(axis).reduce(1, *)
    func joined<Element>(_ lists: [[Element]]) -> [Element] {
      var result: [Element] = []
      for row in 0..<rows {
        for list in lists {
          let length = list.count / rows
          result += list[row * length..<(row + 1) * length]
        }
      }
      return result
    }
    let values: Constant.Values =
      switch first.values {
      case .ints: .ints(joined(try parts.map { try $0.ints() }))
      case .floats: .floats(joined(parts.map(\.floats)))
      case .doubles: .doubles(joined(parts.map(\.doubles)))
      }
    return try Constant(dims: dims, values, type: first.type)
  }

  static func split(_ call: OperatorCall, _ constant: Constant) throws -> [Constant] {
    let axis = try call.dimension(try call.node.int("axis", 0), of: constant.dims.count)
    guard constant.dims[axis] > 0 else { throw OnnxError("splits nothing") }
    var first = 0
    return try ChannelOperators.splitSizes(call, extent: constant.dims[axis]).map { size in
      defer { first += size }
      return try taking(constant, axis, Array(first..<first + size))
    }
  }

  static func slice(_ call: OperatorCall, _ constant: Constant) throws -> Constant {
    var result = constant
    for cut in try ChannelOperators.slices(call, extents: constant.dims) {
      result = try taking(result, cut.axis, cut.indices)
    }
    return result
  }

  static func gather(_ call: OperatorCall, _ constant: Constant) throws -> Constant {
    let axis = try call.dimension(try call.node.int("axis", 0), of: constant.dims.count)
    let list = try call.constant(1, "indices")
    let dims = constant.dims.prefix(axis) + list.dims + constant.dims.dropFirst(axis + 1)
    _ = try spend(call, Array(dims))
    let indices = try list.ints().map { try call.index($0, of: constant.dims[axis]) }
    return try taking(constant, axis, indices).reshaped(Array(dims))
  }

  /// Elements where the condition holds, else those of the other tensor.
  static func choice(_ call: OperatorCall, _ inputs: [Constant?]) throws -> Constant {
    let parts = inputs.compactMap { $0 }
    guard parts.count == 3 else { throw OnnxError("takes three inputs") }
    let dims = try Broadcast.dims(try Broadcast.dims(parts[0].dims, parts[1].dims), parts[2].dims)
    _ = try spend(call, dims)
    let places = parts.map { Broadcast.indices($0.dims, in: dims) }
    let isChosen = parts[0].floats
    func chosen<Element>(_ a: [Element], _ b: [Element]) -> [Element] {
      places[0].indices.map { isChosen[places[0][$0]] != 0 ? a[places[1][$0]] : b[places[2][$0]] }
    }
    guard parts[1].type == parts[2].type else {
      throw OnnxError("chooses between \(parts[1].type) and \(parts[2].type)")
    }
    let values: Constant.Values =
      switch parts[1].values {
      case .ints: .ints(chosen(try parts[1].ints(), try parts[2].ints()))
      case .floats: .floats(chosen(parts[1].floats, parts[2].floats))
      case .doubles: .doubles(chosen(parts[1].doubles, parts[2].doubles))
      }
    return try Constant(dims: dims, values, type: parts[1].type)
  }

  static func tile(_ call: OperatorCall, _ constant: Constant) throws -> Constant {
    let repeats = try call.constant(1, "repeats").ints()
    guard repeats.count == constant.dims.count, repeats.allSatisfy({ 0...1 << 24 ~= $0 }) else {
      throw OnnxError("repeats is \(repeats.prefix(8)); a number per dimension is needed")
    }
    var result = constant
    for (axis, count) in repeats.enumerated() where count != 1 {
      let extent = result.dims[axis]
      var dims = result.dims
      dims[axis] = try Constant.count([extent, count])
      _ = try spend(call, dims)
      result = try taking(result, axis, (0..<dims[axis]).map { $0 % extent })
    }
    return result
  }

  private static func taking(_ constant: Constant, _ axis: Int, _ chosen: [Int]) throws -> Constant
  {
    var dims = constant.dims
    dims[axis] = chosen.count
    let inner = constant.dims.dropFirst(axis + 1).reduce(1, *)
    let outer = constant.dims.prefix(axis).reduce(1, *)
    let extent = constant.dims[axis]
    _ = try Constant.count(dims)
    return try constant.picking(
      (0..<outer).flatMap { row in
        chosen.flatMap { index in
          let start = (row * extent + index) * inner
          return start..<start + inner
        }
      }, dims: dims)
  }

  /// Offsets of a tensor's elements, row by row, where a dimension's neighbours are `steps` apart.
  private static func indices(_ dims: [Int], steps: [Int]) -> [Int] {
    zip(dims, steps).reduce([0]) { offsets, axis in
      offsets.flatMap { offset in (0..<axis.0).map { offset + $0 * axis.1 } }
    }
  }
}

/// A sum, product or the like over elements, for each kind of numbers.
struct Fold {
  let start: Double
  let wholeStart: Int
  let float: @Sendable (Double, Double) -> Double
  let whole: @Sendable (Int, Int) -> (Int, Bool)

  static let product = Fold(
    start: 1, wholeStart: 1, float: { $0 * $1 }, whole: { $0.multipliedReportingOverflow(by: $1) })
  static let sum = Fold(
    start: 0, wholeStart: 0, float: { $0 + $1 }, whole: { $0.addingReportingOverflow($1) })
  static let largest = Fold(
    start: -.infinity, wholeStart: .min, float: { $0.isNaN || $1.isNaN ? .nan : max($0, $1) },
    whole: { (max($0, $1), false) })
  static let smallest = Fold(
    start: .infinity, wholeStart: .max, float: { $0.isNaN || $1.isNaN ? .nan : min($0, $1) },
    whole: { (min($0, $1), false) })
}

extension ConstantFolding {
  /// Over all elements or one or more axes.
  static func reduce(_ call: OperatorCall, _ constant: Constant, _ fold: Fold) throws -> Constant {
    let axes = try call.list(
      "axes", input: 1, since: call.node.proto.opType == "ReduceSum" ? 13 : 18)
    let rank = constant.dims.count
    if axes?.isEmpty ?? true, try call.node.flag("noop_with_empty_axes") { return constant }
    let chosen = Set(
      try (axes.flatMap { $0.isEmpty ? nil : $0 } ?? Array(0..<rank)).map {
        try call.dimension($0, of: rank)
      })
    let kept = constant.dims.enumerated().map { chosen.contains($0.offset) ? 1 : $0.element }
    let places = Broadcast.indices(kept, in: constant.dims)
    let dims =
      try call.node.flag("keepdims", true)
      ? kept : kept.enumerated().filter { !chosen.contains($0.offset) }.map(\.element)
    let count = try Constant.count(kept)
    guard case .ints(let numbers) = constant.values else {
      var values = [Double](repeating: fold.start, count: count)
      for (place, value) in zip(places, constant.doubles) {
        values[place] = fold.float(values[place], value)
      }
      return try Constant(dims: dims, rounding: values, to: constant.type)
    }
    var values = [Int](repeating: fold.wholeStart, count: count)
    for (place, value) in zip(places, numbers) {
      let (result, overflow) = fold.whole(values[place], value)
      guard !overflow, let held = constant.type.wrapped(result) else {
        throw OnnxError("gives more than an integer holds")
      }
      values[place] = held
    }
    return try Constant(dims: dims, .ints(values), type: constant.type)
  }
}
