import Foundation

/// Arithmetic on constants, element by element, extents of 1 repeated. Whole numbers stay whole.
enum ConstantArithmetic {
  private static let unary: [String: @Sendable (Double) -> Double] = [
    "Neg": { -$0 }, "Abs": { abs($0) }, "Floor": { $0.rounded(.down) },
    "Ceil": { $0.rounded(.up) }, "Round": { $0.rounded(.toNearestOrEven) },
    "Sqrt": { $0.squareRoot() }, "Exp": { exp($0) }, "Reciprocal": { 1 / $0 },
    "Not": { $0 == 0 ? 1 : 0 },
  ]
  private static let binary: [String: @Sendable (Double, Double) -> Double] = [
    "Add": { $0 + $1 }, "Sub": { $0 - $1 }, "Mul": { $0 * $1 }, "Div": { $0 / $1 },
    "Pow": { pow($0, $1) }, "Min": { min($0, $1) }, "Max": { max($0, $1) },
    "Equal": { $0 == $1 ? 1 : 0 }, "Greater": { $0 > $1 ? 1 : 0 }, "Less": { $0 < $1 ? 1 : 0 },
    "GreaterOrEqual": { $0 >= $1 ? 1 : 0 }, "LessOrEqual": { $0 <= $1 ? 1 : 0 },
    "And": { $0 != 0 && $1 != 0 ? 1 : 0 }, "Or": { $0 != 0 || $1 != 0 ? 1 : 0 },
  ]
  /// Their results are truth values, whatever they compare.
  private static let comparisons: Set = [
    "Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "And", "Or", "Not",
  ]

  static let names = Set(unary.keys).union(binary.keys).union(["Mod"])

  static func evaluate(_ call: OperatorCall, _ inputs: [Constant?]) throws -> [Constant] {
    let type = call.node.proto.opType
    let operands = inputs.compactMap { $0 }
    if let function = unary[type], operands.count == 1 {
      return [try mapped(type, operands[0], function)]
    }
    guard operands.count >= 2, operands.count == 2 || ["Min", "Max"].contains(type) else {
      throw OnnxError("takes another number of inputs than \(operands.count)")
    }
    var result = operands[0]
    for operand in operands.dropFirst() {
      result = try combined(call, type, result, operand)
    }
    return [result]
  }

  private static func mapped(_ type: String, _ x: Constant, _ function: (Double) -> Double) throws
    -> Constant
  {
    switch x.values {
    case .floats(let values) where !comparisons.contains(type):
      return try Constant(dims: x.dims, .floats(values.map { Float(function(Double($0))) }))
    case .floats(let values):
      return try Constant(dims: x.dims, .ints(values.map { Int(function(Double($0))) }))
    case .ints(let values):
      return try Constant(dims: x.dims, .ints(values.map { try whole(function(Double($0))) }))
    }
  }

  private static func combined(_ call: OperatorCall, _ type: String, _ a: Constant, _ b: Constant)
    throws -> Constant
  {
    let dims = try Broadcast.dims(a.dims, b.dims)
    _ = try ConstantFolding.spend(call, dims)
    let (left, right) = (Broadcast.indices(a.dims, in: dims), Broadcast.indices(b.dims, in: dims))
    guard !a.isFloat, !b.isFloat else {
      guard let function = binary[type] else {
        throw OnnxError("is computed for whole numbers only")
      }
      let (x, y) = (a.floats, b.floats)
      let values = zip(left, right).map { function(Double(x[$0]), Double(y[$1])) }
      return comparisons.contains(type)
        ? try Constant(dims: dims, .ints(values.map { Int($0) }))
        : try Constant(dims: dims, .floats(values.map { Float($0) }))
    }
    let (x, y) = (try a.ints(), try b.ints())
    return try Constant(
      dims: dims, .ints(try zip(left, right).map { try whole(type, x[$0], y[$1]) }))
  }

  private static func whole(_ type: String, _ a: Int, _ b: Int) throws -> Int {
    let (value, overflow): (Int, Bool)
    switch type {
    case "Add": (value, overflow) = a.addingReportingOverflow(b)
    case "Sub": (value, overflow) = a.subtractingReportingOverflow(b)
    case "Mul": (value, overflow) = a.multipliedReportingOverflow(by: b)
    case "Div":
      guard b != 0 else { throw OnnxError("divides by 0") }
      (value, overflow) = a.dividedReportingOverflow(by: b)
    case "Mod":
      guard b != 0 else { throw OnnxError("divides by 0") }
      let (rest, isTooLarge) = a.remainderReportingOverflow(dividingBy: b)
      // The sign of the divisor, as in Python.
      (value, overflow) = (rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest, isTooLarge)
    case "Equal": return a == b ? 1 : 0
    default:
      guard let function = binary[type] else { throw OnnxError("cannot be computed") }
      return try whole(function(Double(a), Double(b)))
    }
    guard !overflow else { throw OnnxError("\(a) and \(b) give more than an integer holds") }
    return value
  }

  private static func whole(_ value: Double) throws -> Int {
    guard let whole = Int(exactly: value.rounded(.towardZero)) else {
      throw OnnxError("\(value) is no whole number")
    }
    return whole
  }
}
