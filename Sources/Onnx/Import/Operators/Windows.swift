import Convolution

/// The attributes that convolutions and pools share.
enum Windows {
  /// Of dilations and pads; sessions lay a border of that size around the input.
  static let reachLimit = 4096

  /// Strides or dilations: two numbers, 1 where they are not given.
  static func pair(_ call: OperatorCall, _ name: String) throws -> Extent {
    guard let values = try call.node.ints(name) else { return Extent(1) }
    guard 1...2 ~= values.count, values.allSatisfy({ 1...reachLimit ~= $0 }) else {
      throw OnnxError(
        "\(name) is \(values.prefix(8)); a number from 1 to \(reachLimit) per dimension of space "
          + "is needed")
    }
    return Extent(values.count == 2 ? values[0] : 1, values.last ?? 1)
  }

  /// `pads`, or what `auto_pad` makes of it.
  static func padding(
    _ call: OperatorCall, input: Extent, kernel: Extent, stride: Extent,
    dilation: Extent = Extent(1)
  ) throws -> Halo {
    let mode = try call.node.text("auto_pad", "NOTSET")
    switch mode {
    case "NOTSET", "": return try pads(call)
    case "VALID": return .none
    case "SAME_UPPER", "SAME_LOWER":
      let isLower = mode == "SAME_LOWER"
      let rows = try same(
        input.height, kernel.height, stride.height, dilation.height, isLower: isLower)
      let columns = try same(
        input.width, kernel.width, stride.width, dilation.width, isLower: isLower)
      return Halo(top: rows.0, left: columns.0, bottom: rows.1, right: columns.1)
    default:
      throw OnnxError(
        "auto_pad is \(mode.quoted); NOTSET, SAME_UPPER, SAME_LOWER and VALID are known")
    }
  }

  private static func pads(_ call: OperatorCall) throws -> Halo {
    guard let pads = try call.node.ints("pads") else { return .none }
    guard [2, 4].contains(pads.count), pads.allSatisfy({ 0...reachLimit ~= $0 }) else {
      throw OnnxError(
        "pads is \(pads.prefix(8)); two numbers from 0 to \(reachLimit) per dimension of space are "
          + "needed")
    }
    if pads.count == 2 { return Halo(top: 0, left: pads[0], bottom: 0, right: pads[1]) }
    return Halo(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
  }

  /// So many zeros that the output has the input's extent divided by the stride, rounded up.
  private static func same(
    _ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, isLower: Bool
  ) throws -> (Int, Int) {
    guard 1...ConvolutionProblem.fieldLimit ~= kernel else {
      throw OnnxError("kernel extent \(kernel)")
    }
    let outputs = (input + stride - 1) / stride
    guard (kernel - 1) * dilation <= reachLimit else {
      throw OnnxError("a kernel of \(kernel) with dilation \(dilation) is too wide for auto_pad")
    }
    let total = max((outputs - 1) * stride + (kernel - 1) * dilation + 1 - input, 0)
    return isLower ? (total - total / 2, total / 2) : (total / 2, total - total / 2)
  }
}
