import Convolution
import Networks

/// Convolutions and products with weights.
enum DenseOperators {
  static func convolution(_ call: OperatorCall) throws -> [Value] {
    var (tensor, border) = (try source(call).tensor, try source(call).border)
    let weights = try call.constant(1, "weights")
    guard 3...4 ~= weights.dims.count else {
      throw OnnxError(
        "weights are \(Constant.text(weights.dims)); convolutions over one or two dimensions of "
          + "space are supported")
    }
    let rank = weights.dims.count
    tensor.node = try call.plain(tensor, ranks: rank...rank)
    let input = call.shape(tensor)
    let kernel = Extent(rank == 3 ? 1 : weights.dims[2], weights.dims[rank - 1])
    if let given = try call.node.ints("kernel_shape"), given != Array(weights.dims.dropFirst(2)) {
      throw OnnxError("kernel_shape and weights of \(Constant.text(weights.dims)) disagree")
    }
    let groups = try call.node.int("group", 1)
    guard groups > 0, input.channels % groups == 0, weights.dims[1] == input.channels / groups
    else {
      throw OnnxError(
        "weights of \(Constant.text(weights.dims)) in \(groups) groups do not fit "
          + "\(input.channels) channels")
    }
    let dilation = try Windows.pair(call, "dilations")
    let stride = try Windows.pair(call, "strides")
    let padded = Extent(
      input.height + border.top + border.bottom, input.width + border.left + border.right)
    let padding = try Windows.padding(
      call, input: padded, kernel: kernel, stride: stride, dilation: dilation)
    border.top += padding.top
    border.left += padding.left
    border.bottom += padding.bottom
    border.right += padding.right
    let bias = try call.optional(2, "bias")
    let attributes = ConvolutionAttributes(
      outputChannels: weights.dims[0], kernel: kernel, stride: stride, padding: border,
      dilation: dilation, groups: groups, bias: bias != nil)
    return [
      try call.append(
        .convolution(attributes), [tensor.node], rank: rank,
        parameters: NodeParameters(weights: weights.floats, bias: bias?.floats ?? []))
    ]
  }

  private static func source(_ call: OperatorCall) throws -> (tensor: Runtime, border: Halo) {
    if case .padded(let tensor, let halo) = try call.input(0) { return (tensor, halo) }
    return (try call.runtime(), .none)
  }

  /// `alpha * A * B + beta * C` with constant B and C.
  static func gemm(_ call: OperatorCall) throws -> [Value] {
    guard try !call.node.flag("transA") else {
      throw OnnxError("transA is set; the input's rows must be the images")
    }
    let matrix = try call.constant(1, "weights")
    let isTransposed = try call.node.flag("transB")
    let alpha = try call.node.float("alpha", 1)
    let beta = try call.node.float("beta", 1)
    var bias: [Float] = []
    if let c = try call.optional(2, "bias") {
      let outputs = try outputs(matrix, isTransposed: isTransposed)
      guard c.count == 1 || c.count == outputs && (c.dims.last ?? 1) == outputs else {
        throw OnnxError("bias is \(Constant.text(c.dims)); \(outputs) are needed")
      }
      bias = c.floats.map { $0 * beta }
      if c.count == 1 { bias = Array(repeating: bias[0], count: outputs) }
    }
    return [
      try fullyConnected(
        call, try call.runtime(), matrix, isTransposed: isTransposed, factor: alpha, bias: bias)
    ]
  }

  /// A constant that is added right behind becomes the bias, when the sum is reached.
  static func matrixProduct(_ call: OperatorCall) throws -> [Value] {
    guard let matrix = try call.constant(try call.input(1, "weights"), "weights") else {
      throw OnnxError(
        "multiplies two computed tensors, as attention does; weights (input 1) must be a constant")
    }
    let tensor = try call.runtime()
    guard tensor.view.rank > 2 else {
      return [
        try fullyConnected(call, tensor, matrix, isTransposed: false, factor: 1, bias: [])
      ]
    }
    return [try pointwise(call, tensor, matrix)]
  }

  /// A product of the last dimension, which is the channels of a 1×1 convolution.
  private static func pointwise(_ call: OperatorCall, _ tensor: Runtime, _ matrix: Constant) throws
    -> Value
  {
    let outputs = try outputs(matrix, isTransposed: false)
    let inputs = matrix.dims[0]
    let last = tensor.view.rank - 1
    guard tensor.view.extents[last] == inputs else {
      throw OnnxError(
        "multiplies \(Constant.text(tensor.view.extents)) with \(inputs)×\(outputs); the last "
          + "dimension must fit")
    }
    try call.importer.spend(matrix.count)
    let moved = try call.along(tensor, last)
    let values = matrix.floats
    let weights = (0..<outputs).flatMap { o in (0..<inputs).map { values[$0 * outputs + o] } }
    let node = try call.importer.append(
      .convolution(
        ConvolutionAttributes(outputChannels: outputs, kernel: Extent(1), bias: false)),
      [moved.node], name: call.node.name, parameters: NodeParameters(weights: weights))
    let view = moved.view.fitted(
      from: call.shape(moved), to: call.importer.builder.shape(node))
    return .tensor(Runtime(node: node, view: view))
  }

  private static func outputs(_ matrix: Constant, isTransposed: Bool) throws -> Int {
    guard matrix.dims.count == 2 else {
      throw OnnxError("weights are \(Constant.text(matrix.dims)); a matrix is needed")
    }
    return matrix.dims[isTransposed ? 0 : 1]
  }

  private static func fullyConnected(
    _ call: OperatorCall, _ tensor: Runtime, _ matrix: Constant, isTransposed: Bool,
    factor: Float, bias: [Float]
  ) throws -> Value {
    let outputs = try outputs(matrix, isTransposed: isTransposed)
    let inputs = matrix.dims[isTransposed ? 1 : 0]
    let extents = tensor.view.extents
    guard extents.count == 2, extents[1] == inputs else {
      throw OnnxError(
        "multiplies \(Constant.text(extents)) with \(inputs)×\(outputs); two dimensions that fit "
          + "are needed")
    }
    var node = tensor.node
    try call.importer.spend(2 * matrix.count)
    // Where every row of the matrix lies in the flattened image.
    let shape = call.shape(tensor)
    let order: [Int]
    if tensor.view.startsWithBatch(shape) {
      order = tensor.view.imageOrder(shape)
    } else {
      node = try call.plain(tensor, ranks: 2...2)
      order = Array(0..<inputs)
    }
    let values = matrix.floats
    var weights = [Float](repeating: 0, count: values.count)
    for (row, place) in order.enumerated() {
      for output in 0..<outputs {
        let value = isTransposed ? values[output * inputs + row] : values[row * outputs + output]
        weights[output * inputs + place] = value * factor
      }
    }
    return try call.append(
      .fullyConnected(outputs: outputs, bias: !bias.isEmpty), [node], rank: 2,
      parameters: NodeParameters(weights: weights, bias: bias))
  }
}

extension DenseOperators {
  static let rows: [OperatorRow] = [
    OperatorRow("Conv", Attribute.window + ["dilations", "group"], convolution),
    OperatorRow("Gemm", ["alpha", "beta", "transA", "transB"], gemm),
    OperatorRow("MatMul", [], matrixProduct),
  ]
}
