import Convolution
import Networks

/// Transposed convolutions as convolutions.
///
/// With a stride of s, the output's pixels fall into s × s classes: those that are r pixels behind a
/// multiple of s see the taps r, r + s, r + 2s, … of the kernel and no others. Each class is a
/// convolution of its own over the input, of `⌈kernel / s⌉` taps, and all of them together one with
/// s × s times as many channels, which then become squares of pixels (Shi et al. 2016, "Is the
/// deconvolution layer the same as a convolutional layer?"). What the padding takes away is cut off.
/// So they are tuned as any convolution is; a kernel of 2×2 with a stride of 2 is a 1×1.
enum TransposedConvolution {
  /// One dimension of space.
  private struct Side {
    /// Taps of the kernel with dilations filled up, and of every class.
    let reach: Int
    let taps: Int
    let stride: Int
    let dilation: Int
    /// Zeros around the input.
    let before: Int
    let behind: Int
    /// First of the joined classes' pixels that remain, and how many.
    let first: Int
    let size: Int

    init(
      input: Int, kernel: Int, stride: Int, dilation: Int, pads: (Int, Int), output: Int
    ) throws {
      self.stride = stride
      self.dilation = dilation
      reach = (kernel - 1) * dilation + 1
      guard reach <= Windows.reachLimit else {
        throw OnnxError("a kernel of \(kernel) with dilation \(dilation) is too wide")
      }
      guard 1...ConvolutionProblem.fieldLimit ~= output else {
        throw OnnxError("gives \(output) pixels")
      }
      taps = (reach + stride - 1) / stride
      // Whole rows of classes that are cut off need not be computed.
      let dropped = min(pads.0 / stride, taps - 1)
      before = taps - 1 - dropped
      first = pads.0 - dropped * stride
      size = output
      let rows = (first + output + stride - 1) / stride
      behind = max(rows - input - before + taps - 1, 0)
      guard behind <= Windows.reachLimit else { throw OnnxError("gives \(output) pixels") }
    }

    /// The kernel's index of a class's tap; nil where there is none.
    func tap(_ index: Int, class phase: Int) -> Int? {
      let place = phase + (taps - 1 - index) * stride
      return place < reach && place % dilation == 0 ? place / dilation : nil
    }
  }

  static func convolution(_ call: OperatorCall) throws -> [Value] {
    var tensor = try call.runtime()
    let weights = try call.constant(1, "weights")
    guard 3...4 ~= weights.dims.count else {
      throw OnnxError(
        "weights are \(Constant.text(weights.dims)); convolutions over one or two dimensions of "
          + "space are supported")
    }
    let rank = weights.dims.count
    tensor.node = try call.plain(tensor, ranks: rank...rank)
    let input = call.shape(tensor)
    if let given = try call.node.ints("kernel_shape"), given != Array(weights.dims.dropFirst(2)) {
      throw OnnxError("kernel_shape and weights of \(Constant.text(weights.dims)) disagree")
    }
    let groups = try call.node.int("group", 1)
    guard groups > 0, weights.dims[0] == input.channels, input.channels % groups == 0,
      weights.count > 0
    else {
      throw OnnxError(
        "weights of \(Constant.text(weights.dims)) in \(groups) groups do not fit "
          + "\(input.channels) channels")
    }
    let sides = try sides(call, input, kernel: Array(weights.dims.dropFirst(2)))
    let channels = weights.dims[1] * groups
    let bias = try call.optional(2, "bias")
    guard bias == nil || bias?.count == channels else {
      throw OnnxError("bias is \(Constant.text(bias?.dims ?? [])); \(channels) are needed")
    }
    return [
      try appended(
        call, tensor.node, sides, groups: groups, channels: channels,
        weights: try classes(call, weights, groups: groups, sides), bias: bias?.floats, rank: rank)
    ]
  }

  private static func sides(_ call: OperatorCall, _ input: TensorShape, kernel: [Int]) throws
    -> (rows: Side, columns: Side)
  {
    let count = kernel.count
    func list(_ name: String, _ standard: Int, _ range: ClosedRange<Int>) throws -> [Int] {
      guard let values = try call.node.ints(name) else {
        return [Int](repeating: standard, count: count)
      }
      guard values.count == count, values.allSatisfy({ range ~= $0 }) else {
        throw OnnxError(
          "\(name) is \(values.prefix(8)); a number from \(range.lowerBound) to "
            + "\(range.upperBound) per dimension of space is needed")
      }
      return values
    }
    let strides = try list("strides", 1, 1...64)
    let dilations = try list("dilations", 1, 1...Windows.reachLimit)
    let additions = try list("output_padding", 0, 0...Windows.reachLimit)
    let mode = try call.node.text("auto_pad", "NOTSET")
    guard ["NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(mode) else {
      throw OnnxError(
        "auto_pad is \(mode.quoted); NOTSET, SAME_UPPER, SAME_LOWER and VALID are known")
    }
    let given = try call.node.ints("pads") ?? [Int](repeating: 0, count: 2 * count)
    guard given.count == 2 * count, given.allSatisfy({ 0...Windows.reachLimit ~= $0 }) else {
      throw OnnxError("pads is \(given.prefix(8)); two numbers per dimension of space are needed")
    }
    let shape = try call.node.ints("output_shape").map { Array($0.suffix(count)) }
    guard shape == nil || shape?.count == count else {
      throw OnnxError("output_shape must have a number per dimension of space")
    }
    func side(_ dim: Int, _ size: Int) throws -> Side {
      let (stride, dilation) = (strides[dim], dilations[dim])
      guard 1...Windows.reachLimit ~= kernel[dim] else { throw OnnxError("kernel \(kernel)") }
      let full = stride * (size - 1) + additions[dim] + (kernel[dim] - 1) * dilation + 1
      var pads = mode == "NOTSET" || mode.isEmpty ? (given[dim], given[dim + count]) : (0, 0)
      let isSame = mode.hasPrefix("SAME")
      if let wanted = shape?[dim] ?? (isSame ? size * stride : nil) {
        let total = full - wanted
        guard total >= 0 else { throw OnnxError("output_shape \(wanted) is more than \(full)") }
        let half = total / 2
        pads = mode == "SAME_UPPER" ? (half, total - half) : (total - half, half)
      }
      return try Side(
        input: size, kernel: kernel[dim], stride: stride, dilation: dilation, pads: pads,
        output: full - pads.0 - pads.1)
    }
    guard count == 2 else { return (try side1(), try side(0, input.width)) }
    return (try side(0, input.height), try side(1, input.width))
  }

  /// The one row of a signal.
  private static func side1() throws -> Side {
    try Side(input: 1, kernel: 1, stride: 1, dilation: 1, pads: (0, 0), output: 1)
  }

  /// The weights of all classes, `[channel][row class][column class][input][row tap][column tap]`.
  private static func classes(
    _ call: OperatorCall, _ weights: Constant, groups: Int, _ sides: (rows: Side, columns: Side)
  ) throws -> [Float] {
    let (rows, columns) = sides
    let inputs = weights.dims[0] / groups
    let outputs = weights.dims[1]
    let kernel = Extent(weights.dims.count == 3 ? 1 : weights.dims[2], weights.dims.last ?? 1)
    let phases = rows.stride * columns.stride
    try call.importer.fill(
      outputs * groups * phases * inputs * rows.taps * columns.taps)
    let values = weights.floats
    var result: [Float] = []
    result.reserveCapacity(outputs * groups * phases * inputs * rows.taps * columns.taps)
    for channel in 0..<outputs * groups {
      let (group, output) = channel.quotientAndRemainder(dividingBy: outputs)
      for phase in 0..<phases {
        let (y, x) = phase.quotientAndRemainder(dividingBy: columns.stride)
        for input in 0..<inputs {
          let plane = ((group * inputs + input) * outputs + output) * kernel.height
          for row in 0..<rows.taps {
            for column in 0..<columns.taps {
              guard let r = rows.tap(row, class: y), let s = columns.tap(column, class: x) else {
                result.append(0)
                continue
              }
              result.append(values[(plane + r) * kernel.width + s])
            }
          }
        }
      }
    }
    return result
  }

  private static func appended(
    _ call: OperatorCall, _ node: Int, _ sides: (rows: Side, columns: Side), groups: Int,
    channels: Int, weights: [Float], bias: [Float]?, rank: Int
  ) throws -> Value {
    let (rows, columns) = sides
    let phases = rows.stride * columns.stride
    let attributes = ConvolutionAttributes(
      outputChannels: channels * phases, kernel: Extent(rows.taps, columns.taps),
      padding: Halo(
        top: rows.before, left: columns.before, bottom: rows.behind, right: columns.behind),
      groups: groups, bias: bias != nil)
    let name = call.node.name
    var id = try call.importer.append(
      .convolution(attributes), [node], name: name,
      parameters: NodeParameters(
        weights: weights,
        bias: bias?.flatMap { [Float](repeating: $0, count: phases) } ?? []))
    var shape = call.importer.builder.shape(id)
    if rows.stride == columns.stride, phases > 1 {
      id = try call.importer.append(
        .depthToSpace(block: rows.stride, order: .columnFirst), [id], name: name + "/squares")
    } else if phases > 1 {
      id = try call.importer.append(
        .of(squares(shape, channels, rows.stride, columns.stride)), [id], name: name + "/squares")
    }
    shape = call.importer.builder.shape(id)
    func cut(_ side: Side, _ size: Int) -> AxisSlice? {
      side.first == 0 && side.size == size ? nil : AxisSlice(first: side.first, count: side.size)
    }
    let slice = SliceAttributes(
      rows: cut(rows, shape.height), columns: cut(columns, shape.width))
    if slice.rows != nil || slice.columns != nil {
      id = try call.importer.append(.slice(slice), [id], name: name + "/crop")
    }
    let view = AxisView(call.importer.builder.shape(id))
    return .tensor(Runtime(node: id, view: rank == 3 ? view.dropping([2]) : view))
  }

  /// Channels that become rectangles of pixels.
  private static func squares(_ shape: TensorShape, _ channels: Int, _ rows: Int, _ columns: Int)
    -> Permutation
  {
    Permutation(
      shape: TensorShape(
        batch: shape.batch, channels: channels, height: shape.height * rows,
        width: shape.width * columns),
      parts: [
        AxisPart(axis: .batch, size: shape.batch),
        AxisPart(axis: .channels, size: channels, stride: rows * columns),
        AxisPart(axis: .height, size: shape.height),
        AxisPart(axis: .channels, size: rows, stride: columns),
        AxisPart(axis: .width, size: shape.width),
        AxisPart(axis: .channels, size: columns, stride: 1),
      ])
  }
}

extension TransposedConvolution {
  static let rows: [OperatorRow] = [
    OperatorRow(
      "ConvTranspose",
      Attribute.window + ["dilations", "group", "output_padding", "output_shape"], convolution)
  ]
}
