import Networks

/// Local response normalisation as torch exports its own `nn.LocalResponseNorm`: squares, the
/// channels as a dimension of space with zeros around them, an average over windows of it, and
/// `x / (k + alpha · average)^beta`.
///
/// What is between the square and the quotient has no counterpart in the graph and stays a name until
/// the quotient is reached, which looks back and checks every number.
struct TorchResponseNormalization {
  /// Of the tensor that is normalised.
  let name: String

  /// The square where all this begins; nil for other products.
  init?(squaring call: OperatorCall) {
    let proto = call.node.proto
    guard proto.input.count == 2, proto.input[0] == proto.input[1],
      let square = proto.output.first,
      let shape = call.importer.soleReader(of: square),
      ["Reshape", "Unsqueeze"].contains(shape.opType), shape.input.first == square,
      let volume = shape.output.first, let pad = call.importer.soleReader(of: volume),
      pad.opType == "Pad", pad.input.first == volume, let padded = pad.output.first,
      let pool = call.importer.soleReader(of: padded), pool.opType == "AveragePool",
      Self.window(pool) != nil
    else { return nil }
    name = proto.input[0]
  }

  /// What reads a part of it, but for the quotient, is a part as well.
  static func part(of call: OperatorCall) -> [Value]? {
    guard call.node.proto.opType != "Div" else { return nil }
    for case .partial(let part)? in call.inputs {
      return call.node.proto.output.map { _ in .partial(part) }
    }
    return nil
  }

  /// The window's length along the channels of an average over three dimensions; nil for others.
  private static func window(_ pool: Onnx_NodeProto) -> Int? {
    func ints(_ name: String) -> [Int]? {
      pool.attribute.first { $0.name == name }.map { $0.ints.map(Int.init) }
    }
    guard let kernel = ints("kernel_shape"), kernel.count == 3, kernel[1] == 1, kernel[2] == 1,
      kernel[0] % 2 == 1, 1...4095 ~= kernel[0],
      ints("strides")?.allSatisfy({ $0 == 1 }) ?? true,
      ints("pads")?.allSatisfy({ $0 == 0 }) ?? true,
      ints("dilations")?.allSatisfy({ $0 == 1 }) ?? true,
      pool.attribute.first(where: { $0.name == "auto_pad" })?.s.elementsEqual("NOTSET".utf8)
        ?? true
    else { return nil }
    return kernel[0]
  }

  /// The quotient: everything is checked, then it is one node.
  ///
  /// - Throws: `OnnxError` where what is in between is something else.
  func normalized(_ call: OperatorCall, _ dividend: Value) throws -> Value {
    let refusal = OnnxError(
      "divides by an average over windows of channels that is no local response normalisation")
    let proto = call.node.proto
    guard case .tensor(let tensor) = dividend, proto.input.count == 2, proto.input[0] == name else {
      throw refusal
    }
    let (beta, sum) = try operand(call, "Pow", proto.input[1], refusal)
    let (k, product) = try operand(call, "Add", sum, refusal)
    let (alpha, average) = try operand(call, "Mul", product, refusal)
    let extents = tensor.view.extents
    guard extents.count == 4 else { throw refusal }
    let pool = try pool(call, average, extents, refusal)
    guard let size = Self.window(pool), let padded = pool.input.first,
      let pad = call.importer.producer(of: padded), pad.opType == "Pad",
      try isBorder(call, pad, of: size / 2), let volume = pad.input.first,
      let shape = call.importer.producer(of: volume),
      try isVolume(call, shape, extents), let square = shape.input.first,
      let multiplication = call.importer.producer(of: square), multiplication.opType == "Mul",
      multiplication.input.elementsEqual([name, name])
    else { throw refusal }
    let node = try call.plain(tensor)
    return try call.append(
      .localResponseNormalization(
        size: size, alpha: Double(alpha) / Double(size), beta: Double(beta), k: Double(k)), [node])
  }

  /// The known number and the other operand of an operator.
  private func operand(
    _ call: OperatorCall, _ type: String, _ name: String, _ refusal: OnnxError
  ) throws -> (Float, String) {
    guard let producer = call.importer.producer(of: name), producer.opType == type,
      producer.input.count == 2
    else { throw refusal }
    for (number, other) in [(1, 0), (0, 1)] where type != "Pow" || number == 1 {
      if let value = call.importer.value(named: producer.input[number]),
        let constant = try call.constant(value, "operand"), constant.count == 1
      {
        return (constant.floats[0], producer.input[other])
      }
    }
    throw refusal
  }

  /// The pool behind what only gives its result the image's shape again.
  private func pool(
    _ call: OperatorCall, _ name: String, _ extents: [Int], _ refusal: OnnxError
  ) throws -> Onnx_NodeProto {
    var name = name
    for _ in 0..<4 {
      guard let producer = call.importer.producer(of: name) else { throw refusal }
      switch producer.opType {
      case "AveragePool": return producer
      case "Squeeze", "Reshape", "Identity":
        if producer.opType == "Reshape" {
          guard let shape = try constant(call, producer, 1), Self.fits(shape, extents) else {
            throw refusal
          }
        }
        guard let input = producer.input.first else { throw refusal }
        name = input
      case "If":
        // The branches drop the dimension if it is 1, which it is, and else nothing.
        guard let inner = Self.captured(producer) else { throw refusal }
        name = inner
      default: throw refusal
      }
    }
    throw refusal
  }

  /// The name outside that the branch for "yes" drops a dimension of.
  private static func captured(_ node: Onnx_NodeProto) -> String? {
    let branch = node.attribute.first { $0.name == "then_branch" }?.g
    guard let last = branch?.node.last, last.opType == "Squeeze",
      branch?.node.dropLast().allSatisfy({ $0.opType == "Constant" }) == true
    else { return nil }
    return last.input.first
  }

  private func constant(_ call: OperatorCall, _ node: Onnx_NodeProto, _ index: Int) throws -> [Int]?
  {
    guard index < node.input.count, let value = call.importer.value(named: node.input[index])
    else { return nil }
    return try call.constant(value, "operand")?.ints()
  }

  /// Extents, one of which may be left open.
  private static func fits(_ shape: [Int], _ extents: [Int]) -> Bool {
    shape.count == extents.count && shape.count { $0 == -1 } <= 1
      && zip(shape, extents).allSatisfy { $0 == -1 || $0 == $1 }
  }

  /// Zeros in front of and behind the channels.
  private func isBorder(_ call: OperatorCall, _ pad: Onnx_NodeProto, of size: Int) throws -> Bool {
    let mode = pad.attribute.first { $0.name == "mode" }?.s
    guard mode == nil || mode?.elementsEqual("constant".utf8) == true else { return false }
    if pad.input.count > 2, !pad.input[2].isEmpty {
      guard let value = call.importer.value(named: pad.input[2]),
        try call.constant(value, "value")?.scalar == 0
      else { return false }
    }
    let pads =
      try pad.attribute.first { $0.name == "pads" }.map { $0.ints.map(Int.init) }
      ?? constant(call, pad, 1)
    return pads == [0, 0, size, 0, 0, 0, 0, size, 0, 0] && pad.input.count < 4
  }

  /// The image with a dimension of 1 in front of its channels.
  private func isVolume(_ call: OperatorCall, _ shape: Onnx_NodeProto, _ extents: [Int]) throws
    -> Bool
  {
    if shape.opType == "Unsqueeze" {
      let axes =
        try shape.attribute.first { $0.name == "axes" }.map { $0.ints.map(Int.init) }
        ?? constant(call, shape, 1)
      return axes == [1]
    }
    guard shape.opType == "Reshape", let wanted = try constant(call, shape, 1) else { return false }
    return Self.fits(wanted, [extents[0], 1] + extents.dropFirst())
  }
}
