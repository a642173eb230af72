import Convolution

/// The rules of every operation: what it needs, what shape it gives, what it costs.
extension Operation {
  /// How many inputs the operation takes.
  var arity: ClosedRange<Int> {
    switch self {
    case .input, .constant: 0...0
    case .add: 2...2
    case .concatenation: 1...4096
    case .extended(let operation): operation.definition.arity
    case .convolution, .batchNormalization, .activation, .fullyConnected, .scale, .dropout: 1...1
    }
  }

  /// - Parameter inputs: shapes of the inputs, `arity` many.
  /// - Throws: `GraphError` without the node's name, which the builder adds.
  func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    guard arity.contains(inputs.count) else {
      throw GraphError("takes \(arity.lowerBound) inputs, not \(inputs.count)")
    }
    if case .constant(let shape) = self { return shape }
    if case .extended(let operation) = self {
      return try operation.definition.outputShape(inputs: inputs)
    }
    guard let first = inputs.first else { throw GraphError("an input's shape is given, not found") }
    switch self {
    case .input, .constant, .extended: return first
    case .convolution, .fullyConnected:
      guard let problem = try problem(input: first) else { return first }
      return problem.outputShape
    case .batchNormalization, .activation, .scale, .dropout: return first
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
      case .input, .batchNormalization, .activation, .add, .scale, .concatenation, .dropout,
        .constant, .extended:
        return nil
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
    case .input, .batchNormalization, .activation, .add, .scale, .concatenation, .dropout,
      .constant, .extended:
      false
    }
  }

  /// Learned parameters: weights and biases, batch normalisation's scale and shift (its statistics
  /// are not learned and not counted).
  func parameterCount(problem: ConvolutionProblem?, output: TensorShape) -> Int {
    switch self {
    case .convolution, .fullyConnected:
      (problem?.weightCount ?? 0) + (hasBias ? output.channels : 0)
    case .batchNormalization: 2 * output.channels
    case .extended(let operation): operation.definition.channelParameters.count * output.channels
    case .constant: output.count
    case .input, .activation, .add, .scale, .concatenation, .dropout: 0
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

extension TensorShape {
  /// `n×c×h×w`
  var text: String { "\(batch)×\(channels)×\(height)×\(width)" }
}
