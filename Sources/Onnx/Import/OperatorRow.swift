/// One operator of ONNX: what it is called, its attributes, and the function that imports it. Rows
/// stand with their functions in `Operators/`.
struct OperatorRow: Sendable {
  typealias Function = @Sendable (OperatorCall) throws -> [Value]

  let name: String
  let attributes: [Attribute]
  /// For at least one input that is computed.
  let function: Function

  init(_ name: String, _ attributes: [Attribute], _ function: @escaping Function) {
    self.name = name
    self.attributes = attributes
    self.function = function
  }
}

/// An attribute of an operator, up to the last operator set that is read.
///
/// An attribute that no row has is refused, whatever its value: it would change what the operator
/// computes, and nobody would ask for it. What is there is read by the operator's function, unless
/// the row says that it changes nothing in a network that is run.
struct Attribute: Sendable, ExpressibleByStringLiteral {
  let name: String
  /// The operator sets that have it.
  private(set) var opsets = ModelFile.opsets
  /// Whether it only has to do with training, other element types, or outputs that are refused.
  private(set) var isWithoutEffect = false

  init(_ name: String) { self.name = name }
  init(stringLiteral name: String) { self.name = name }

  func since(_ opset: Int) -> Self {
    var result = self
    result.opsets = opset...opsets.upperBound
    return result
  }

  /// Up to the operator set before.
  func before(_ opset: Int) -> Self {
    var result = self
    result.opsets = opsets.lowerBound...opset - 1
    return result
  }

  var withoutEffect: Self {
    var result = self
    result.isWithoutEffect = true
    return result
  }

  static let window: [Attribute] = ["auto_pad", "kernel_shape", "pads", "strides"]
  static let reduction: [Attribute] = [
    "keepdims", Attribute("axes").before(18), Attribute("noop_with_empty_axes").since(18),
  ]
}
