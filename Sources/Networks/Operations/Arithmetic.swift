import Convolution

/// An operation on two elements.
public enum Arithmetic: String, CaseIterable, Hashable, Sendable {
  case add
  case subtract = "sub"
  case multiply = "mul"
  case divide = "div"
  /// Not a number where one of them is none.
  case maximum = "max"
  case minimum = "min"

  public func callAsFunction(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: a.isNaN || b.isNaN ? .nan : Swift.max(a, b)
    case .minimum: a.isNaN || b.isNaN ? .nan : Swift.min(a, b)
    }
  }
}

extension Arithmetic {
  /// Whether it is a factor and a shift of one operand where the other one is known (and nothing is
  /// divided by the first).
  public var isAffine: Bool {
    switch self {
    case .add, .subtract, .multiply, .divide: true
    case .maximum, .minimum: false
    }
  }
}

extension Arithmetic: GraphOperation {
  public var label: String { rawValue }

  public var signature: String {
    let name =
      switch self {
      case .add: "add"
      case .subtract: "subtract"
      case .multiply: "multiply"
      case .divide: "divide"
      case .maximum: "maximum"
      case .minimum: "minimum"
      }
    return "arithmetic(Networks.Arithmetic.\(name))"
  }

  public var arity: ClosedRange<Int> { 2...2 }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    try inputs[0].broadcast(with: inputs[1])
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    let (a, b) = (inputs[0], inputs[1])
    return ReferenceTensor.elements(of: output) { n, c, y, x in
      self(a.repeated(n, c, y, x), b.repeated(n, c, y, x))
    }
  }

  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment {
    let (x, y) = (inputs[0], inputs[1])
    return switch self {
    case .add, .subtract:
      Moment(square: x.square + y.square, centred: x.centred && y.centred)
    case .multiply: Moment(square: x.square * y.square, centred: x.centred)
    case .divide: Moment(square: x.square / y.square, centred: x.centred)
    case .maximum, .minimum: Moment(square: Swift.max(x.square, y.square), centred: false)
    }
  }
}

extension Operation {
  /// Two inputs; where an extent of one is 1, its elements are repeated along that axis.
  public static func arithmetic(_ arithmetic: Arithmetic) -> Self { .of(arithmetic) }
}

extension ReferenceTensor {
  /// Extents of 1 are repeated.
  fileprivate func repeated(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Double {
    value(
      shape.batch == 1 ? 0 : n, shape.channels == 1 ? 0 : c, shape.height == 1 ? 0 : y,
      shape.width == 1 ? 0 : x)
  }
}

extension TensorShape {
  /// The shape of an operation on this and another tensor: extents of 1 are repeated.
  ///
  /// - Throws: `GraphError` where two extents differ and neither is 1.
  func broadcast(with other: TensorShape) throws -> TensorShape {
    func extent(_ a: Int, _ b: Int) throws -> Int {
      guard a == b || a == 1 || b == 1 else {
        throw GraphError(
          "combines \(text) and \(other.text); extents must be equal or 1")
      }
      return a == 1 ? b : a
    }
    return TensorShape(
      batch: try extent(batch, other.batch), channels: try extent(channels, other.channels),
      height: try extent(height, other.height), width: try extent(width, other.width))
  }
}
