extension ConstantFolding {
  /// One of the attributes that hold the number or numbers.
  static func constant(_ call: OperatorCall) throws -> Constant {
    if let tensor = try call.node.tensor("value") {
      return try Constant(tensor, external: call.importer.external)
    }
    if let list = try call.node.ints("value_ints") { return Constant(list) }
    if let list = try call.node.floats("value_floats") {
      return try Constant(dims: [list.count], .floats(list))
    }
    if let value = try call.node.int("value_int") { return Constant(value) }
    guard call.node.has("value_float") else {
      throw OnnxError("has no value; a dense tensor, or numbers, are supported")
    }
    return try Constant(dims: [], .floats([try call.node.float("value_float", 0)]))
  }

  static func ofShape(_ call: OperatorCall, _ shape: Constant) throws -> Constant {
    let dims = try shape.ints()
    let value =
      try call.node.tensor("value").map { try Constant($0, external: call.importer.external) }
      ?? Constant(dims: [1], .floats([0]))
    guard value.count == 1, dims.count <= 16 else {
      throw OnnxError("needs one value, and at most 16 dimensions")
    }
    let count = try Constant.count(dims)
    try call.importer.fill(count)
    let values: Constant.Values =
      switch value.values {
      case .ints(let values): .ints([Int](repeating: values[0], count: count))
      case .floats(let values): .floats([Float](repeating: values[0], count: count))
      case .doubles(let values): .doubles([Double](repeating: values[0], count: count))
      }
    return try Constant(dims: dims, values, type: value.type)
  }

  /// `start + i * step` while that is before `limit`.
  static func range(_ call: OperatorCall, _ inputs: [Constant?]) throws -> Constant {
    let numbers = try inputs.compactMap { $0 }.map { constant in
      guard constant.count == 1 else { throw OnnxError("takes single numbers") }
      return constant
    }
    guard numbers.count == 3 else { throw OnnxError("takes start, limit and step") }
    let type = numbers[0].type
    guard numbers.allSatisfy({ $0.type == type }) else {
      throw OnnxError("takes numbers of one type")
    }
    let values = numbers.map { $0.doubles[0] }
    let (start, limit, step) = (values[0], values[1], values[2])
    let bound = Double(1 << 32)
    guard step != 0, values.allSatisfy({ -bound...bound ~= $0 }) else {
      throw OnnxError("counts from \(start) to \(limit) in steps of \(step)")
    }
    let count = max(((limit - start) / step).rounded(.up), 0)
    guard count <= Double(Constant.countLimit) else { throw OnnxError("counts \(count) numbers") }
    _ = try spend(call, [Int(count)])
    let list = (0..<Int(count)).map { start + Double($0) * step }
    guard !type.isFloat else { return try Constant(dims: [list.count], rounding: list, to: type) }
    return try Constant(dims: [list.count], .ints(list.map { Int($0) }), type: type)
  }

  /// To floats by rounding, to whole numbers by cutting off the fraction; between whole numbers as
  /// C does it. A number that the type does not hold has no defined result and is refused.
  static func cast(_ call: OperatorCall, _ constant: Constant) throws -> Constant {
    guard let target = try call.node.int("to") else { throw OnnxError("has no target type") }
    guard let type = Onnx_TensorProto.DataType(rawValue: target).flatMap(ElementType.init) else {
      throw OnnxError("casts to type \(target)")
    }
    if type == constant.type { return constant }
    if type.isFloat {
      return try Constant(dims: constant.dims, rounding: constant.doubles, to: type)
    }
    let numbers: [Int]
    switch constant.values {
    case .ints(let values):
      numbers = try values.map { value in
        guard let result = type.wrapped(value) else {
          throw OnnxError("\(value) is not held by \(type)")
        }
        return result
      }
    case .floats, .doubles:
      numbers = try constant.doubles.map { value in
        if type == .bool { return value == 0 ? 0 : 1 }
        guard let whole = Int(exactly: value.rounded(.towardZero)), type.wrapped(whole) == whole
        else { throw OnnxError("\(value) is not held by \(type)") }
        return whole
      }
    }
    return try Constant(dims: constant.dims, .ints(numbers), type: type)
  }

  static func expand(_ call: OperatorCall, _ constant: Constant) throws -> Constant {
    let dims = try Broadcast.dims(constant.dims, try call.constant(1, "shape").ints())
    _ = try spend(call, dims)
    return try constant.picking(Broadcast.indices(constant.dims, in: dims), dims: dims)
  }
}
