import Convolution

/// Where a node's numbers come from. Readers ask `Graph.parameters(of:seed:)` and need not know.
public enum ParameterSource: Sendable {
  /// Noise from the node's name and a seed, scaled to the network (see `Moment`).
  case seeded
  /// These numbers, whatever the seed: an imported model's.
  case given(NodeParameters)
}

extension NodeParameters {
  /// Checks that there are as many numbers of every kind as the operation takes.
  ///
  /// - Throws: `GraphError` without the node's name, which the builder adds.
  func check(_ operation: Operation, problem: ConvolutionProblem?, output: TensorShape) throws {
    let channels = output.channels
    var (weights, bias, normalisation, slopes, values) = (0, 0, 0, 0, 0)
    var statistics = 0
    switch operation {
    case .convolution, .fullyConnected:
      weights = problem?.weightCount ?? 0
      bias = operation.hasBias ? channels : 0
    case .batchNormalization: (normalisation, statistics) = (channels, channels)
    case .extended(let operation) where operation.definition.hasScaleAndShift:
      normalisation = channels
    case .parametricRelu: slopes = channels
    case .constant: values = output.count
    default: break
    }
    for (what, numbers, count) in [
      ("weights", self.weights, weights), ("biases", self.bias, bias),
      ("scales", scale, normalisation), ("shifts", shift, normalisation),
      ("means", mean, statistics), ("variances", variance, statistics),
      ("slopes", self.slopes, slopes), ("values", self.values, values),
    ] where numbers.count != count {
      throw GraphError("is given \(numbers.count) \(what); it takes \(count)")
    }
  }
}
