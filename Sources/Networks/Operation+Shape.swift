import Convolution

/// The rules of every operation: what it needs, what shape it gives, what it costs.
extension Operation {
  /// How many inputs the operation takes.
  var arity: ClosedRange<Int> {
    switch self {
    case .input, .constant: 0...0
    case .add, .arithmetic: 2...2
    case .concatenation: 1...4096
    default: 1...1
    }
  }

  /// - Parameter inputs: shapes of the inputs, `arity` many.
  /// - Throws: `GraphError` without the node's name, which the builder adds.
  func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    guard arity.contains(inputs.count) else {
      throw GraphError("takes \(arity.lowerBound) inputs, not \(inputs.count)")
    }
    if case .constant(let shape) = self { return shape }
    guard let first = inputs.first else { throw GraphError("an input's shape is given, not found") }
    switch self {
    case .input, .constant: return first
    case .convolution, .fullyConnected:
      guard let problem = try problem(input: first) else { return first }
      return problem.outputShape
    case .batchNormalization, .activation, .function, .parametricRelu, .scale, .dropout, .softmax,
      .logSoftmax:
      return first
    case .localResponseNormalization(let size, _, _, _):
      guard size > 0, size % 2 == 1 else {
        throw GraphError("normalises over \(size) channels; it must be an odd number")
      }
      return first
    case .pool(let pool): return try pool.outputShape(input: first)
    case .globalAveragePool:
      return TensorShape(batch: first.batch, channels: first.channels, height: 1, width: 1)
    case .add:
      guard inputs[1] == first else {
        throw GraphError("adds \(first.text) and \(inputs[1].text); the shapes must be equal")
      }
      return first
    case .concatenation:
      var result = first
      result.channels = 0
      for shape in inputs {
        guard shape.batch == first.batch, shape.extent == first.extent else {
          throw GraphError(
            "concatenates \(first.text) and \(shape.text); all but the channels must be equal")
        }
        result.channels += shape.channels
      }
      return result
    case .subsample(let stride, let channels):
      guard stride > 0, channels >= first.channels else {
        throw GraphError(
          "subsamples \(first.text) by \(stride) to \(channels) channels; the stride must be at "
            + "least 1 and channels can only be added")
      }
      return TensorShape(
        batch: first.batch, channels: channels, height: (first.height - 1) / stride + 1,
        width: (first.width - 1) / stride + 1)
    case .arithmetic: return try first.broadcast(with: inputs[1])
    case .slice(let slice): return try slice.outputShape(input: first)
    case .pad(let pad): return try pad.outputShape(input: first)
    case .resize(let resize): return try resize.outputShape(input: first)
    case .gatherChannels(let list):
      if let channel = list.first(where: { !(0..<first.channels ~= $0) }) {
        throw GraphError("takes channel \(channel) of \(first.text)")
      }
      var result = first
      result.channels = list.count
      return result
    case .depthToSpace(let block, _): return try first.depthToSpace(block: block)
    case .reshape(let channels, let height, let width):
      return try first.reshaped(
        to: TensorShape(batch: first.batch, channels: channels, height: height, width: width))
    case .extended(let operation): return try operation.definition.outputShape(input: first)
    }
  }

  /// The convolution that a convolution or a fully connected layer is; nil for everything else.
  ///
  /// - Throws: `GraphError` when the input is too small or the numbers do not fit together.
  func problem(input: TensorShape) throws -> ConvolutionProblem? {
    do {
      switch self {
      case .convolution(let attributes):
        try attributes.checkRanges()
        let reach = Extent(
          (attributes.kernel.height - 1) * attributes.dilation.height + 1,
          (attributes.kernel.width - 1) * attributes.dilation.width + 1)
        let padding = attributes.padding
        guard input.height + padding.top + padding.bottom >= reach.height,
          input.width + padding.left + padding.right >= reach.width
        else {
          throw GraphError(
            "kernel \(reach.height)×\(reach.width) does not fit into its "
              + "\(input.height)×\(input.width) input; use a larger resolution")
        }
        return try ConvolutionProblem(
          batch: input.batch, groups: attributes.groups, inputChannels: input.channels,
          outputChannels: attributes.outputChannels, input: input.extent,
          kernel: attributes.kernel, stride: attributes.stride, dilation: attributes.dilation,
          padding: padding)
      case .fullyConnected(let outputs, _):
        return try ConvolutionProblem(
          batch: input.batch, inputChannels: input.channels, outputChannels: outputs,
          input: input.extent, kernel: input.extent, padding: .none)
      default: return nil
      }
    } catch let error as ProblemError {
      throw GraphError(error.description)
    }
  }

  /// Whether a bias is added to every output channel of a convolution or fully connected layer.
  public var hasBias: Bool {
    switch self {
    case .convolution(let attributes): attributes.bias
    case .fullyConnected(_, let bias): bias
    default: false
    }
  }

  /// Learned parameters: weights and biases, batch normalisation's scale and shift (its statistics
  /// are not learned and not counted).
  func parameterCount(problem: ConvolutionProblem?, output: TensorShape) -> Int {
    switch self {
    case .convolution, .fullyConnected:
      (problem?.weightCount ?? 0) + (hasBias ? output.channels : 0)
    case .batchNormalization: 2 * output.channels
    case .extended(let operation): operation.definition.hasScaleAndShift ? 2 * output.channels : 0
    case .parametricRelu: output.channels
    case .constant: output.count
    default: 0
    }
  }
}

extension ConvolutionAttributes {
  /// What follows multiplies these numbers.
  fileprivate func checkRanges() throws {
    let numbers = [
      kernel.height, kernel.width, stride.height, stride.width, dilation.height, dilation.width,
      groups, outputChannels,
    ]
    let sides = [padding.top, padding.left, padding.bottom, padding.right]
    guard numbers.allSatisfy({ 1...ConvolutionProblem.fieldLimit ~= $0 }),
      sides.allSatisfy({ 0...ConvolutionProblem.fieldLimit ~= $0 })
    else {
      throw GraphError(
        "channels, groups, kernel, stride and dilation must be from 1 to "
          + "\(ConvolutionProblem.fieldLimit), padding from 0")
    }
  }
}

extension PoolAttributes {
  func outputShape(input: TensorShape) throws -> TensorShape {
    func extent(_ size: Int, _ kernel: Int, _ stride: Int, _ before: Int, _ after: Int) throws
      -> Int
    {
      let limit = ConvolutionProblem.fieldLimit
      guard 1...limit ~= kernel, 1...limit ~= stride, 0..<kernel ~= before, 0..<kernel ~= after
      else {
        throw GraphError(
          "pools with kernel \(kernel), stride \(stride), padding \(before) and \(after); the "
            + "padding must be smaller than the kernel")
      }
      let room = size + before + after - kernel
      guard room >= 0 else {
        throw GraphError(
          "window \(kernel) does not fit into its \(input.height)×\(input.width) input; use a "
            + "larger resolution")
      }
      guard ceilMode else { return room / stride + 1 }
      let count = (room + stride - 1) / stride + 1
      return (count - 1) * stride >= size + before ? count - 1 : count
    }
    return TensorShape(
      batch: input.batch, channels: input.channels,
      height: try extent(input.height, kernel.height, stride.height, padding.top, padding.bottom),
      width: try extent(input.width, kernel.width, stride.width, padding.left, padding.right))
  }
}

extension TensorShape {
  /// `n×c×h×w`
  var text: String { "\(batch)×\(channels)×\(height)×\(width)" }

  fileprivate func depthToSpace(block: Int) throws -> TensorShape {
    let (square, overflow) = block.multipliedReportingOverflow(by: block)
    guard block > 0, !overflow, channels % square == 0 else {
      throw GraphError(
        "makes squares of \(block)×\(block) pixels from \(channels) channels; they must be a "
          + "multiple of the square's pixels")
    }
    // No more than the channels, so that the products stay within the elements.
    return TensorShape(
      batch: batch, channels: channels / square, height: height * block, width: width * block)
  }

  fileprivate func reshaped(to shape: TensorShape) throws -> TensorShape {
    let room = count / batch
    // Divided, not multiplied: any numbers may have been asked for.
    guard shape.channels > 0, shape.height > 0, shape.width > 0, room % shape.channels == 0,
      room / shape.channels % shape.height == 0,
      room / shape.channels / shape.height == shape.width
    else {
      throw GraphError(
        "reshapes \(text) to \(shape.text); the elements must be as many as before")
    }
    return shape
  }
}
