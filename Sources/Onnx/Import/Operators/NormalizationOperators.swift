import Convolution
import Networks

/// Normalisations: batch, local response, softmax.
enum NormalizationOperators {
  static func batch(_ call: OperatorCall) throws -> [Value] {
    if try call.node.flag("training_mode"), call.importer.isFolding { return try ownMoments(call) }
    guard try !call.node.flag("training_mode") else {
      throw OnnxError("training_mode is set; a network for inference is needed")
    }
    guard try call.node.flag("spatial", true) else {
      throw OnnxError("spatial is 0; one number per channel is needed")
    }
    let epsilon = try call.node.float("epsilon", 1e-5)
    var tensor = try call.runtime()
    let shape = call.shape(tensor)
    guard tensor.view.rank >= 2 else { throw OnnxError("its input has no channels") }
    if tensor.view.axis(ofDimension: 1, in: shape) != .channels {
      tensor = try call.along(tensor, 1)
    }
    let parameters = NodeParameters(
      scale: try call.constant(1, "scale").floats, shift: try call.constant(2, "bias").floats,
      mean: try call.constant(3, "mean").floats, variance: try call.constant(4, "variance").floats)
    guard parameters.variance.allSatisfy({ $0 + epsilon > 0 }) else {
      throw OnnxError("a variance is not positive")
    }
    return [
      try call.appendElementwise(
        .batchNormalization(epsilon: Double(epsilon)), tensor, parameters: parameters)
    ]
  }

  /// With the statistics of the values themselves, as standardised weights are written (Qiao et al.
  /// 2019): of one image the same as per channel of it.
  private static func ownMoments(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.ordered(try call.runtime())
    let shape = call.shape(tensor)
    guard shape.batch == 1 else { throw OnnxError("training_mode is set, and the batch is not 1") }
    return [try normalized(call, .groups(shape.channels), tensor, count: shape.channels)]
  }

  /// The format divides alpha by the number of channels, the graph does not.
  static func localResponse(_ call: OperatorCall) throws -> [Value] {
    guard let size = try call.node.int("size"), 1...4096 ~= size else {
      throw OnnxError("size is missing or not from 1 to 4096")
    }
    let alpha = Double(try call.node.float("alpha", 1e-4)) / Double(size)
    let beta = Double(try call.node.float("beta", 0.75))
    let k = Double(try call.node.float("bias", 1))
    let node = try call.plain(try call.runtime())
    return [
      try call.append(
        .localResponseNormalization(size: size, alpha: alpha, beta: beta, k: k), [node])
    ]
  }

  /// Over the last dimensions from the axis on; of several the numbers lie one after the other.
  static func layer(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let extents = tensor.view.extents
    let axis = try call.dimension(try call.node.int("axis", -1), of: extents.count)
    let last = Array(axis..<extents.count)
    let moved: Runtime
    if last.count == 1 {
      moved = try call.along(tensor, axis)
    } else {
      let others = Array(0..<axis).filter { axis == 0 || $0 != 0 }
      moved = try call.arranged(
        tensor, last + others, channels: last.count, hasBatch: axis != 0)
    }
    return [try normalized(call, .pixels, moved, count: call.shape(moved).channels)]
  }

  /// Per image and channel, or per image and group of channels.
  static func groups(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    guard 3...4 ~= tensor.view.rank else {
      throw OnnxError("its input is \(Constant.text(tensor.view.extents)); an image is needed")
    }
    let plain = try call.ordered(tensor)
    let channels = call.shape(plain).channels
    guard call.node.proto.opType == "GroupNormalization" else {
      return [try normalized(call, .groups(channels), plain, count: channels)]
    }
    guard let groups = try call.node.int("num_groups"), groups > 0, channels % groups == 0 else {
      throw OnnxError("num_groups must divide \(channels) channels")
    }
    // Before operator set 21 there was a number per group.
    return [
      try normalized(
        call, .groups(groups), plain, count: channels,
        repeats: call.opset < 21 ? channels / groups : 1)
    ]
  }

  private static func normalized(
    _ call: OperatorCall, _ statistics: Normalization.Statistics, _ tensor: Runtime, count: Int,
    repeats: Int = 1
  ) throws -> Value {
    func numbers(_ index: Int, _ what: String, _ standard: Float) throws -> [Float] {
      guard let constant = try call.optional(index, what) else {
        return [Float](repeating: standard, count: count)
      }
      guard constant.count * repeats == count else {
        throw OnnxError("\(what) is \(Constant.text(constant.dims)); \(count / repeats) are needed")
      }
      return constant.floats.flatMap { [Float](repeating: $0, count: repeats) }
    }
    let epsilon = try call.node.float("epsilon", 1e-5)
    guard epsilon >= 0 else { throw OnnxError("epsilon is \(epsilon)") }
    return try call.appendElementwise(
      .extended(ExtendedOperation(Normalization(statistics, epsilon: epsilon))), tensor,
      parameters: NodeParameters(
        scale: try numbers(1, "scale", 1), shift: try numbers(2, "bias", 0)))
  }

  /// Softmax and its logarithm.
  static func softmax(_ call: OperatorCall) throws -> [Value] {
    let operation: Operation = call.node.proto.opType == "Softmax" ? .softmax : .logSoftmax
    let tensor = try call.runtime()
    let rank = tensor.view.rank
    if call.opset >= 13 {
      let axis = try call.dimension(try call.node.int("axis", -1), of: rank)
      return [try softmax(call, operation, tensor, axis)]
    }
    // Over the product of all dimensions from the axis on.
    let axis = try call.dimension(try call.node.int("axis", 1), of: rank)
    let extents = tensor.view.extents
    if extents.dropFirst(axis + 1).allSatisfy({ $0 == 1 }) {
      return [try softmax(call, operation, tensor, axis)]
    }
    let moved = try call.ordered(
      tensor,
      as: TensorShape(
        batch: extents.prefix(axis).reduce(1, *),
        channels: extents.dropFirst(axis).reduce(1, *), height: 1, width: 1))
    return [try call.appendElementwise(operation, moved)]
  }

  private static func softmax(
    _ call: OperatorCall, _ operation: Operation, _ tensor: Runtime, _ axis: Int
  ) throws -> Value {
    if tensor.view.axis(ofDimension: axis, in: call.shape(tensor)) == .channels {
      return try call.appendElementwise(operation, tensor)
    }
    return try call.appendElementwise(operation, try call.copied(tensor, along: axis))
  }
}

extension NormalizationOperators {
  private static let argument: [Attribute] = [
    "axis", "keepdims", Attribute("select_last_index").since(12),
  ]

  /// The index of the largest or smallest along a dimension, as a float.
  static func argMaximum(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let axis = try call.dimension(try call.node.int("axis", 0), of: tensor.view.rank)
    let moved = try call.along(tensor, axis)
    let operation = ArgMaximum(
      isMinimum: call.node.proto.opType == "ArgMin",
      takesLast: try call.node.flag("select_last_index"))
    let node = try call.importer.append(.of(operation), [moved.node], name: call.node.name)
    let view = moved.view.emptying([axis])
    return [
      .tensor(
        Runtime(
          node: node, view: try call.node.flag("keepdims", true) ? view : view.dropping([axis])))
    ]
  }

  static let rows: [OperatorRow] = [
    OperatorRow(
      "BatchNormalization",
      [
        "epsilon", Attribute("momentum").withoutEffect, Attribute("spatial").before(9),
        Attribute("training_mode").since(14),
      ], batch),
    OperatorRow("ArgMax", argument, argMaximum),
    OperatorRow("ArgMin", argument, argMaximum),
    OperatorRow("LRN", ["alpha", "beta", "bias", "size"], localResponse),
    OperatorRow(
      "LayerNormalization", ["epsilon", Attribute("stash_type").withoutEffect] + ["axis"], layer),
    OperatorRow("InstanceNormalization", ["epsilon"], groups),
    OperatorRow(
      "GroupNormalization",
      ["num_groups", "epsilon", Attribute("stash_type").since(21).withoutEffect], groups),
    OperatorRow("Softmax", ["axis"], softmax),
    OperatorRow("LogSoftmax", ["axis"], softmax),
  ]
}
