import Convolution
import Networks

/// Normalisations: batch, local response, softmax.
enum NormalizationOperators {
  static func batch(_ call: OperatorCall) throws -> [Value] {
    guard try !call.node.flag("training_mode") else {
      throw OnnxError("training_mode is set; a network for inference is needed")
    }
    guard try call.node.flag("spatial", true) else {
      throw OnnxError("spatial is 0; one number per channel is needed")
    }
    let epsilon = try call.node.float("epsilon", 1e-5)
    var tensor = try call.runtime()
    let shape = call.shape(tensor)
    if tensor.view.rank < 2 || tensor.view.axis(ofDimension: 1, in: shape) != .channels {
      tensor.node = try call.plain(tensor, ranks: 2...4)
      tensor.view = AxisView(call.shape(tensor), rank: tensor.view.rank)
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
    guard axis == 1 else { throw OnnxError("axis is \(axis); the channels' is supported") }
    let shape = call.shape(tensor)
    guard tensor.view.isInOrder(of: shape), tensor.view.startsWithBatch(shape) else {
      throw OnnxError("normalises over dimensions that were moved about")
    }
    let flat = try call.importer.append(
      .reshape(channels: extents.dropFirst().reduce(1, *), height: 1, width: 1), [tensor.node],
      name: call.node.name + "/flat")
    let result = try call.importer.append(operation, [flat], name: call.node.name)
    let view = AxisView(call.importer.builder.shape(result), rank: 2)
    return [.tensor(Runtime(node: result, view: view.reshaped(extents) ?? view))]
  }

  private static func softmax(
    _ call: OperatorCall, _ operation: Operation, _ tensor: Runtime, _ axis: Int
  ) throws -> Value {
    if tensor.view.axis(ofDimension: axis, in: call.shape(tensor)) == .channels {
      return try call.appendElementwise(operation, tensor)
    }
    guard axis == 1 else {
      throw OnnxError(
        "normalises over dimension \(axis) of \(Constant.text(tensor.view.extents)); the channels' "
          + "is supported")
    }
    return try call.append(
      operation, [try call.plain(tensor, ranks: 2...4)], rank: tensor.view.rank)
  }
}
