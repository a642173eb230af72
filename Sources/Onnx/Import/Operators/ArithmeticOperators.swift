import Convolution
import Networks

/// Two tensors, or a tensor and a constant, element by element.
enum ArithmeticOperators {
  static func binary(_ call: OperatorCall) throws -> [Value] {
    let arithmetic: Arithmetic =
      switch call.node.proto.opType {
      case "Add": .add
      case "Sub": .subtract
      case "Mul": .multiply
      default: .divide
      }
    let (a, b) = (try call.input(0), try call.input(1))
    for value in [a, b] {
      if case .gated(let tensor, let function) = value {
        return [try call.appendElementwise(.function(function), tensor)]
      }
    }
    if arithmetic == .divide, case .partial(let part) = b {
      return [try part.normalized(call, a)]
    }
    if arithmetic == .multiply, let part = TorchResponseNormalization(squaring: call) {
      return [.partial(part)]
    }
    return [try combined(call, arithmetic, a, b)]
  }

  /// Any number of addends.
  static func sum(_ call: OperatorCall) throws -> [Value] {
    var result = try call.input(0)
    for index in call.inputs.indices.dropFirst() {
      result = try combined(call, .add, result, try call.input(index))
    }
    return [result]
  }

  /// The smallest or largest of any number of tensors; with a number it is a limit.
  static func limit(_ call: OperatorCall) throws -> [Value] {
    let isMinimum = call.node.proto.opType == "Min"
    var result = try call.input(0)
    for index in call.inputs.indices.dropFirst() {
      let other = try call.input(index)
      if let limited = try limited(call, result, other, isMinimum: isMinimum) {
        result = limited
      } else {
        result = try combined(call, isMinimum ? .minimum : .maximum, result, other)
      }
    }
    return [result]
  }

  /// nil unless one of the two is one number for all elements.
  private static func limited(
    _ call: OperatorCall, _ a: Value, _ b: Value, isMinimum: Bool
  ) throws -> Value? {
    for (value, other) in [(a, b), (b, a)] {
      guard case .tensor(let tensor) = value, let constant = try call.constant(other, "limit"),
        constant.dims.count <= tensor.view.rank, let limit = constant.scalar, !limit.isNaN,
        constant.count == 1
      else { continue }
      return try FunctionOperators.clip(
        call, tensor, low: isMinimum ? nil : limit, high: isMinimum ? limit : nil)
    }
    return nil
  }

  static func reciprocal(_ call: OperatorCall) throws -> [Value] {
    [try combined(call, .divide, .constant(Constant(dims: [], .floats([1]))), try call.input(0))]
  }

  /// A number as exponent; small whole powers and roots are products, quotients, a square root.
  static func power(_ call: OperatorCall) throws -> [Value] {
    let x = try call.runtime()
    guard let exponent = try call.constant(1, "exponent").scalar else {
      throw OnnxError("its exponent differs from element to element; one number is supported")
    }
    switch exponent {
    case 1: return [.tensor(x)]
    case 2, 3:
      let square = try tensors(call, .multiply, x, x)
      guard exponent == 3, case .tensor(let y) = square else { return [square] }
      return [try tensors(call, .multiply, y, x)]
    case 0.5: return [try call.appendElementwise(.function(.squareRoot), x)]
    case -1: return try reciprocal(call)
    default: return [try call.appendElementwise(.of(PlainFunction.power(exponent)), x)]
    }
  }

  private static func combined(
    _ call: OperatorCall, _ arithmetic: Arithmetic, _ a: Value, _ b: Value
  ) throws -> Value {
    switch (a, b) {
    case (.tensor(let a), .tensor(let b)): return try tensors(call, arithmetic, a, b)
    case (.tensor(let tensor), let other):
      guard let constant = try call.constant(other, "operand") else { break }
      return try self.constant(call, arithmetic, tensor, constant, isFirst: false)
    case (let other, .tensor(let tensor)):
      guard let constant = try call.constant(other, "operand") else { break }
      return try self.constant(call, arithmetic, tensor, constant, isFirst: true)
    default: break
    }
    throw OnnxError("combines what cannot be combined")
  }

  private static func tensors(
    _ call: OperatorCall, _ arithmetic: Arithmetic, _ a: Runtime, _ b: Runtime
  ) throws -> Value {
    let (shape, other) = (call.shape(a), call.shape(b))
    if let view = a.view.combined(with: b.view, shape, other) {
      let isPlainSum = arithmetic == .add && shape == other
      let node = try call.importer.append(
        isPlainSum ? .add : .arithmetic(arithmetic), [a.node, b.node], name: call.node.name)
      return .tensor(Runtime(node: node, view: view))
    }
    let rank = max(a.view.rank, b.view.rank)
    let operands = [a, b].map { tensor in
      Runtime(
        node: tensor.node, view: tensor.view.inserting(Set(0..<rank - tensor.view.rank)))
    }
    let extents = operands.map(\.view.extents)
    let wanted = try Broadcast.dims(extents[0], extents[1])
    guard let groups = groups(extents[0], extents[1]) else {
      throw OnnxError(
        "combines \(Constant.text(extents[0])) and \(Constant.text(extents[1])), which repeat one "
          + "another along too many dimensions in turn")
    }
    func merged(_ extents: [Int]) -> TensorShape {
      let sizes = groups.map { $0.reduce(1) { $0 * extents[$1] } }
      let all = [Int](repeating: 1, count: 4 - sizes.count) + sizes
      return TensorShape(batch: all[0], channels: all[1], height: all[2], width: all[3])
    }
    let ordered = try operands.map { try call.ordered($0, as: merged($0.view.extents)) }
    let node = try call.importer.append(
      .arithmetic(arithmetic), ordered.map(\.node), name: call.node.name)
    guard let view = AxisView(call.importer.builder.shape(node), extents: wanted) else {
      throw OnnxError("\(Constant.text(wanted)) cannot be laid out")
    }
    return .tensor(Runtime(node: node, view: view))
  }

  /// Neighbouring dimensions that are repeated alike, so that they are one; nil where more than four
  /// are left.
  private static func groups(_ a: [Int], _ b: [Int]) -> [[Int]]? {
    var result: [[Int]] = []
    var last: (Bool, Bool)?
    for dim in a.indices where a[dim] > 1 || b[dim] > 1 {
      let kind = (a[dim] > 1, b[dim] > 1)
      if let last, last == kind {
        result[result.count - 1].append(dim)
      } else {
        result.append([dim])
      }
      last = kind
    }
    return result.count <= 4 ? result : nil
  }

  private static func constant(
    _ call: OperatorCall, _ arithmetic: Arithmetic, _ tensor: Runtime, _ constant: Constant,
    isFirst: Bool
  ) throws -> Value {
    let shape = call.shape(tensor)
    // A number is written out per channel, but not for a flattened image.
    if constant.dims.count <= tensor.view.rank, constant.count > 1 || shape.channels < 1 << 16,
      let values = Broadcast.perChannel(constant, over: tensor, shape),
      let affine = affine(arithmetic, values, isFirst: isFirst)
    {
      // Folded into the weights in front of it where there are some.
      return try call.appendElementwise(
        .batchNormalization(epsilon: 0), tensor, parameters: affine)
    }
    let second = try call.materialized(constant)
    return isFirst
      ? try tensors(call, arithmetic, second, tensor)
      : try tensors(call, arithmetic, tensor, second)
  }

  /// The same as a scale and a shift per channel; nil where it is none.
  private static func affine(_ arithmetic: Arithmetic, _ values: [Float], isFirst: Bool)
    -> NodeParameters?
  {
    let ones = [Float](repeating: 1, count: values.count)
    let zeros = [Float](repeating: 0, count: values.count)
    let (scale, shift): ([Float], [Float])
    switch arithmetic {
    case .maximum, .minimum: return nil
    case .add: (scale, shift) = (ones, values)
    case .subtract where isFirst: (scale, shift) = (ones.map { -$0 }, values)
    case .subtract: (scale, shift) = (ones, values.map { -$0 })
    case .multiply: (scale, shift) = (values, zeros)
    case .divide:
      guard !isFirst, values.allSatisfy({ (1 / $0).isNormal }) else { return nil }
      (scale, shift) = (values.map { 1 / $0 }, zeros)
    }
    return NodeParameters(scale: scale, shift: shift, mean: zeros, variance: ones)
  }
}

extension ArithmeticOperators {
  static let rows: [OperatorRow] = [
    OperatorRow("Reciprocal", [], reciprocal),
    OperatorRow("Pow", [], power),
    OperatorRow("Add", [], binary),
    OperatorRow("Sub", [], binary),
    OperatorRow("Mul", [], binary),
    OperatorRow("Div", [], binary),
    OperatorRow("Sum", [], sum),
    OperatorRow("Min", [], limit),
    OperatorRow("Max", [], limit),
  ]
}
