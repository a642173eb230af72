import Convolution
import Networks

/// Functions of one element.
enum FunctionOperators {
  static func relu(_ call: OperatorCall) throws -> [Value] {
    try elementwise(call, .activation(.relu))
  }

  static func tanh(_ call: OperatorCall) throws -> [Value] {
    try elementwise(call, .activation(.tanh))
  }

  static func leakyRelu(_ call: OperatorCall) throws -> [Value] {
    try elementwise(call, .function(.leakyRelu(slope: try call.node.float("alpha", 0.01))))
  }

  static func elu(_ call: OperatorCall) throws -> [Value] {
    try elementwise(call, .function(.elu(alpha: try call.node.float("alpha", 1))))
  }

  static func exponential(_ call: OperatorCall) throws -> [Value] {
    try elementwise(call, .function(.exponential))
  }

  static func squareRoot(_ call: OperatorCall) throws -> [Value] {
    try elementwise(call, .function(.squareRoot))
  }

  static func absolute(_ call: OperatorCall) throws -> [Value] {
    try elementwise(call, .function(.absolute))
  }

  static func negative(_ call: OperatorCall) throws -> [Value] {
    try elementwise(call, .scale(-1))
  }

  static func hardSwish(_ call: OperatorCall) throws -> [Value] {
    try elementwise(call, .function(.hardSwish))
  }

  static func swish(_ call: OperatorCall) throws -> [Value] {
    guard try call.node.float("alpha", 1) == 1 else {
      throw OnnxError("alpha must be 1")
    }
    return try elementwise(call, .function(.silu))
  }

  /// `x * sigmoid(x)` is one function: if nobody else reads the factor, the product computes it.
  static func sigmoid(_ call: OperatorCall) throws -> [Value] {
    try gate(call, .sigmoid, whole: .silu)
  }

  static func hardSigmoid(_ call: OperatorCall) throws -> [Value] {
    let slope = try call.node.float("alpha", 0.2)
    let shift = try call.node.float("beta", 0.5)
    let isSwish = abs(slope - 1 / 6) < 1e-6 && shift == 0.5
    return try gate(
      call, .hardSigmoid(slope: slope, shift: shift), whole: isSwish ? .hardSwish : nil)
  }

  private static func gate(
    _ call: OperatorCall, _ function: ElementwiseFunction, whole: ElementwiseFunction?
  ) throws -> [Value] {
    let proto = call.node.proto
    if let whole, let name = proto.output.first, let input = proto.input.first,
      let reader = call.importer.soleReader(of: name), reader.opType == "Mul",
      reader.input == [input, name] || reader.input == [name, input]
    {
      return [.gated(try call.runtime(), whole)]
    }
    return try elementwise(call, .function(function))
  }

  /// Limits were attributes before operator set 11.
  static func clip(_ call: OperatorCall) throws -> [Value] {
    func limit(_ name: String, _ index: Int) throws -> Float? {
      if call.opset < 11 { return call.node.has(name) ? try call.node.float(name, 0) : nil }
      guard let constant = try call.optional(index, name) else { return nil }
      guard constant.count == 1, !constant.floats[0].isNaN else {
        throw OnnxError("\(name) must be one number")
      }
      return constant.floats[0]
    }
    return [try clip(call, try call.runtime(), low: try limit("min", 1), high: try limit("max", 2))]
  }

  static func clip(_ call: OperatorCall, _ tensor: Runtime, low: Float?, high: Float?) throws
    -> Value
  {
    let end = Float.greatestFiniteMagnitude
    let (low, high) = (max(low ?? -end, -end), min(high ?? end, end))
    let operation: Operation =
      switch (low, high) {
      case (0, end): .activation(.relu)
      case (0, 6): .activation(.relu6)
      default: .function(.clip(low: low, high: high))
      }
    return try call.appendElementwise(operation, tensor)
  }

  /// One slope, or one per channel.
  static func parametricRelu(_ call: OperatorCall) throws -> [Value] {
    let tensor = try call.runtime()
    let slope = try call.constant(1, "slope")
    if slope.count == 1 {
      return try elementwise(call, .function(.leakyRelu(slope: slope.floats[0])))
    }
    try call.importer.spend(slope.count)
    guard let slopes = Broadcast.perChannel(slope, over: tensor, call.shape(tensor)) else {
      throw OnnxError("slope is \(Constant.text(slope.dims)); one number per channel is supported")
    }
    return [
      try call.appendElementwise(
        .parametricRelu, tensor, parameters: NodeParameters(slopes: slopes))
    ]
  }

  private static func elementwise(_ call: OperatorCall, _ operation: Operation) throws -> [Value] {
    [try call.appendElementwise(operation, try call.runtime())]
  }
}

extension FunctionOperators {
  private static func plain(
    _ name: String, _ attributes: [Attribute] = [],
    _ function: @escaping @Sendable (NodeReader) throws -> PlainFunction
  ) -> OperatorRow {
    OperatorRow(name, attributes) { try elementwise($0, .of(function($0.node))) }
  }

  /// Functions without a kernel.
  private static let plainRows: [OperatorRow] = [
    plain("Erf") { _ in .errorFunction }, plain("Log") { _ in .logarithm },
    plain("Sign") { _ in .sign }, plain("Floor") { _ in .floor }, plain("Ceil") { _ in .ceil },
    plain("Round") { _ in .round }, plain("Sin") { _ in .sine }, plain("Cos") { _ in .cosine },
    plain("Softplus") { _ in .softplus }, plain("Softsign") { _ in .softsign },
    plain("Mish") { _ in .mish },
    plain("Gelu", ["approximate"]) { node in
      let name = try node.text("approximate", "none")
      guard ["none", "tanh"].contains(name) else {
        throw OnnxError("approximate is \(name.quoted); none and tanh are known")
      }
      return .gelu(isApproximate: name == "tanh")
    },
    plain("Selu", ["alpha", "gamma"]) {
      .selu(alpha: try $0.float("alpha", 1.6732632), gamma: try $0.float("gamma", 1.050701))
    },
    plain("Celu", ["alpha"]) { node in
      let alpha = try node.float("alpha", 1)
      guard alpha != 0 else { throw OnnxError("alpha is 0") }
      return .celu(alpha: alpha)
    },
    plain("ThresholdedRelu", ["alpha"]) { .thresholdedRelu(alpha: try $0.float("alpha", 1)) },
  ]

  static let rows: [OperatorRow] =
    plainRows + [
      OperatorRow("Relu", [], relu),
      OperatorRow("LeakyRelu", ["alpha"], leakyRelu),
      OperatorRow("PRelu", [], parametricRelu),
      OperatorRow("Clip", [Attribute("min").before(11), Attribute("max").before(11)], clip),
      OperatorRow("Sigmoid", [], sigmoid),
      OperatorRow("HardSigmoid", ["alpha", "beta"], hardSigmoid),
      OperatorRow("HardSwish", [], hardSwish),
      OperatorRow("Swish", ["alpha"], swish),
      OperatorRow("Tanh", [], tanh),
      OperatorRow("Elu", ["alpha"], elu),
      OperatorRow("Exp", [], exponential),
      OperatorRow("Sqrt", [], squareRoot),
      OperatorRow("Abs", [], absolute),
      OperatorRow("Neg", [], negative),
    ]
}
