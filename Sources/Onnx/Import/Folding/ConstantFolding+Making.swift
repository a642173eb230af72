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
    let count = try spend(call, dims)
    return try value.picking([Int](repeating: 0, count: count), dims: dims)
  }

  static func range(_ call: OperatorCall, _ inputs: [Constant?]) throws -> Constant {
    let numbers = try inputs.compactMap { $0 }.map { constant in
      guard constant.count == 1 else { throw OnnxError("takes single numbers") }
      return constant
    }
    guard numbers.count == 3 else { throw OnnxError("takes start, limit and step") }
    guard numbers.allSatisfy({ !$0.isFloat }) else {
      throw OnnxError("whole numbers are supported")
    }
    let (start, limit, step) = try (
      numbers[0].ints()[0], numbers[1].ints()[0], numbers[2].ints()[0]
    )
    let bound = 1 << 32
    guard step != 0, [start, limit, step].allSatisfy({ -bound...bound ~= $0 }) else {
      throw OnnxError("counts from \(start) to \(limit) in steps of \(step)")
    }
    let count = max((limit - start + step - step.signum()) / step, 0)
    _ = try spend(call, [count])
    return Constant((0..<count).map { start + $0 * step })
  }

  /// Between whole numbers and floats; finer differences are not kept.
  static func cast(_ call: OperatorCall, _ constant: Constant) throws -> Constant {
    guard let target = try call.node.int("to") else { throw OnnxError("has no target type") }
    switch Onnx_TensorProto.DataType(rawValue: target) ?? .undefined {
    case .float, .double, .float16, .bfloat16:
      return try Constant(dims: constant.dims, .floats(constant.floats))
    case .bool:
      return try Constant(dims: constant.dims, .ints(constant.floats.map { $0 == 0 ? 0 : 1 }))
    case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16, .uint8:
      guard case .floats(let values) = constant.values else { return constant }
      return try Constant(
        dims: constant.dims,
        .ints(
          values.map {
            guard let value = Int(exactly: $0.rounded(.towardZero)) else {
              throw OnnxError("\($0) is no whole number")
            }
            return value
          }))
    default: throw OnnxError("casts to type \(target)")
    }
  }

  static func expand(_ call: OperatorCall, _ constant: Constant) throws -> Constant {
    let dims = try Broadcast.dims(constant.dims, try call.constant(1, "shape").ints())
    _ = try spend(call, dims)
    return try constant.picking(Broadcast.indices(constant.dims, in: dims), dims: dims)
  }
}
