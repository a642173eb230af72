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
    var (weights, bias, scales, shifts, statistics, slopes, values) = (0, 0, 0, 0, 0, 0, 0)
    switch operation {
    case .convolution, .fullyConnected:
      weights = problem?.weightCount ?? 0
      bias = operation.hasBias ? channels : 0
    case .batchNormalization: (scales, shifts, statistics) = (channels, channels, channels)
    case .extended(let operation):
      let kinds = operation.definition.channelParameters
      scales = kinds.contains(.scale) ? channels : 0
      shifts = kinds.contains(.shift) ? channels : 0
      slopes = kinds.contains(.slope) ? channels : 0
    case .constant: values = output.count
    case .input, .activation, .add, .scale, .concatenation, .dropout: break
    }
    for (what, numbers, count) in [
      ("weights", self.weights, weights), ("biases", self.bias, bias),
      ("scales", scale, scales), ("shifts", shift, shifts),
      ("means", mean, statistics), ("variances", variance, statistics),
      ("slopes", self.slopes, slopes), ("values", self.values, values),
    ] where numbers.count != count {
      throw GraphError("is given \(numbers.count) \(what); it takes \(count)")
    }
  }
}
