import Foundation

/// Arithmetic on constants, element by element, extents of 1 repeated, as the element type has it:
/// floats are computed in Double and rounded once, whole numbers are exact and then wrap.
enum ConstantArithmetic {
  private static let unary: [String: @Sendable (Double) -> Double] = [
    "Floor": { $0.rounded(.down) }, "Ceil": { $0.rounded(.up) },
    "Round": { $0.rounded(.toNearestOrEven) }, "Sqrt": { $0.squareRoot() }, "Exp": { exp($0) },
    "Reciprocal": { 1 / $0 }, "Neg": { -$0 }, "Abs": { abs($0) }, "Log": { log($0) },
    "Erf": { erf($0) }, "Sign": { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 },
  ]
  private static let binary: [String: @Sendable (Double, Double) -> Double] = [
    "Add": { $0 + $1 }, "Sub": { $0 - $1 }, "Mul": { $0 * $1 }, "Div": { $0 / $1 },
    "Pow": { pow($0, $1) },
    "Min": { $0.isNaN || $1.isNaN ? .nan : min($0, $1) },
    "Max": { $0.isNaN || $1.isNaN ? .nan : max($0, $1) },
  ]
  private static let remainder: @Sendable (Double, Double) -> Double = { fmod($0, $1) }
  private static let comparisons: [String: @Sendable (Double, Double) -> Bool] = [
    "Equal": { $0 == $1 }, "Greater": { $0 > $1 }, "Less": { $0 < $1 },
    "GreaterOrEqual": { $0 >= $1 }, "LessOrEqual": { $0 <= $1 },
  ]
  private static let wholeComparisons: [String: @Sendable (Int, Int) -> Bool] = [
    "Equal": { $0 == $1 }, "Greater": { $0 > $1 }, "Less": { $0 < $1 },
    "GreaterOrEqual": { $0 >= $1 }, "LessOrEqual": { $0 <= $1 },
    "And": { $0 != 0 && $1 != 0 }, "Or": { $0 != 0 || $1 != 0 },
  ]

  static let names = Set(unary.keys).union(binary.keys).union(wholeComparisons.keys)
    .union(["Mod", "Not"])

  static func evaluate(_ call: OperatorCall, _ inputs: [Constant?]) throws -> [Constant] {
    let type = call.node.proto.opType
    let operands = inputs.compactMap { $0 }
    guard operands.count == inputs.count, let first = operands.first else {
      throw OnnxError("lacks an input")
    }
    if type == "Not" || unary[type] != nil {
      guard operands.count == 1 else { throw count(operands) }
      return [try mapped(type, first)]
    }
    guard operands.count == 2 || ["Min", "Max"].contains(type) else { throw count(operands) }
    let isRemainder = try type == "Mod" && call.node.flag("fmod")
    return [
      try operands.dropFirst().reduce(first) {
        try combined(call, type, $0, $1, isRemainder: isRemainder)
      }
    ]
  }

  private static func count(_ operands: [Constant]) -> OnnxError {
    OnnxError("takes another number of inputs than \(operands.count)")
  }

  private static func mapped(_ type: String, _ x: Constant) throws -> Constant {
    guard case .ints(let values) = x.values else {
      guard let function = unary[type] else { throw OnnxError("takes truth values") }
      return try Constant(dims: x.dims, rounding: x.doubles.map(function), to: x.type)
    }
    let results =
      switch type {
      case "Not": values.map { $0 == 0 ? 1 : 0 }
      case "Neg":
        try values.map { try wrapped($0, 0, x.type) { $1.subtractingReportingOverflow($0) } }
      case "Abs":
        try values.map {
          try $0 < 0 ? wrapped($0, 0, x.type) { $1.subtractingReportingOverflow($0) } : $0
        }
      case "Sign": values.map { $0.signum() }
      // Nothing changes.
      case "Floor", "Ceil", "Round": values
      default: throw OnnxError("is computed for floats only")
      }
    return try Constant(dims: x.dims, .ints(results), type: x.type)
  }

  private static func combined(
    _ call: OperatorCall, _ type: String, _ a: Constant, _ b: Constant, isRemainder: Bool
  ) throws -> Constant {
    let dims = try Broadcast.dims(a.dims, b.dims)
    _ = try ConstantFolding.spend(call, dims)
    let (left, right) = (Broadcast.indices(a.dims, in: dims), Broadcast.indices(b.dims, in: dims))
    // The exponent may be of another type.
    guard a.type == b.type || type == "Pow" else {
      throw OnnxError("combines \(a.type) and \(b.type); both must be of one type")
    }
    if case .ints(let x) = a.values, case .ints(let y) = b.values {
      if let function = wholeComparisons[type] {
        return try Constant(
          dims: dims, .ints(zip(left, right).map { function(x[$0], y[$1]) ? 1 : 0 }), type: .bool)
      }
      return try Constant(
        dims: dims,
        .ints(
          try zip(left, right).map {
            try whole(type, x[$0], y[$1], a.type, isRemainder: isRemainder)
          }), type: a.type)
    }
    let (x, y) = (a.doubles, b.doubles)
    if let function = comparisons[type] {
      return try Constant(
        dims: dims, .ints(zip(left, right).map { function(x[$0], y[$1]) ? 1 : 0 }), type: .bool)
    }
    guard a.type.isFloat, let function = isRemainder ? remainder : binary[type] else {
      throw OnnxError(
        type == "Mod" ? "of floats needs fmod" : "is computed for whole numbers only")
    }
    return try Constant(
      dims: dims, rounding: zip(left, right).map { function(x[$0], y[$1]) }, to: a.type)
  }

  private static func whole(
    _ type: String, _ a: Int, _ b: Int, _ element: ElementType, isRemainder: Bool
  ) throws -> Int {
    switch type {
    case "Add": return try wrapped(a, b, element) { $0.addingReportingOverflow($1) }
    case "Sub": return try wrapped(a, b, element) { $0.subtractingReportingOverflow($1) }
    case "Mul": return try wrapped(a, b, element) { $0.multipliedReportingOverflow(by: $1) }
    case "Min": return min(a, b)
    case "Max": return max(a, b)
    case "Div":
      guard b != 0 else { throw OnnxError("divides by 0") }
      return try wrapped(a, b, element) { $0.dividedReportingOverflow(by: $1) }
    case "Mod":
      guard b != 0 else { throw OnnxError("divides by 0") }
      let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
      // With fmod the sign of the dividend, as in C; else of the divisor, as in Python.
      return !isRemainder && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    case "Pow":
      guard b >= 0 else { throw OnnxError("raises a whole number to \(b)") }
      var (result, base, rest) = (1, a, b)
      while rest > 0 {
        if rest & 1 == 1 {
          result = try wrapped(result, base, element) { $0.multipliedReportingOverflow(by: $1) }
        }
        rest >>= 1
        if rest > 0 {
          base = try wrapped(base, base, element) { $0.multipliedReportingOverflow(by: $1) }
        }
      }
      return result
    default: throw OnnxError("cannot be computed for whole numbers")
    }
  }

  /// Narrow types wrap; what 64 bits do not hold is refused, for it is no shape that anybody meant.
  private static func wrapped(
    _ a: Int, _ b: Int, _ type: ElementType, _ function: (Int, Int) -> (Int, Bool)
  ) throws -> Int {
    let (value, overflow) = function(a, b)
    guard !overflow, let result = type.wrapped(value) else {
      throw OnnxError("\(a) and \(b) give more than an integer holds")
    }
    return result
  }
}
