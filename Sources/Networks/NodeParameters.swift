import Convolution

/// The numbers of one node. Arrays that the operation does not have are empty.
public struct NodeParameters: Sendable, Equatable {
  /// `[outputChannels][inputChannels / groups][kernel height][kernel width]`; of a fully connected
  /// layer `[outputs][channels][height][width]` of its input.
  public var weights: [Float] = []
  /// One per output channel.
  public var bias: [Float] = []
  /// Batch normalisation, one per channel.
  public var scale: [Float] = []
  public var shift: [Float] = []
  public var mean: [Float] = []
  public var variance: [Float] = []
  /// A parametric rectifier's, one per channel.
  public var slopes: [Float] = []
  /// A constant's, planar `[batch][channels][height][width]`.
  public var values: [Float] = []

  public init(
    weights: [Float] = [], bias: [Float] = [], scale: [Float] = [], shift: [Float] = [],
    mean: [Float] = [], variance: [Float] = [], slopes: [Float] = [], values: [Float] = []
  ) {
    self.weights = weights
    self.bias = bias
    self.scale = scale
    self.shift = shift
    self.mean = mean
    self.variance = variance
    self.slopes = slopes
    self.values = values
  }
}

extension Graph {
  /// The numbers of a node: those that were given, or seeded ones, which are the same for the same
  /// seed and node name on every machine.
  ///
  /// Seeded ones are scaled so that the values of every node stay near 1 (see `Moment`). They are
  /// made anew on every call; VGG's first fully connected layer (103 million weights) takes about
  /// 0.3 s.
  public func parameters(of node: Node, seed: UInt64) -> NodeParameters {
    switch sources[node.id] {
    case .given(let parameters): parameters
    case .seeded: seededParameters(of: node, seed: seed)
    }
  }

  private func seededParameters(of node: Node, seed: UInt64) -> NodeParameters {
    func draw(_ what: String, _ count: Int, _ deviation: Double, centre: Float = 0) -> [Float] {
      SeededValues(seed: seed, name: "\(node.name)/\(what)")
        .uniform(count: count, deviation: deviation, centre: centre)
    }
    var result = NodeParameters()
    let channels = node.shape.channels
    switch node.operation {
    case .convolution(let attributes) where attributes.weights == .identity:
      result.weights = identityWeights(of: node)
      if attributes.bias { result.bias = [Float](repeating: 0, count: channels) }
    case .convolution, .fullyConnected:
      guard let problem = problem(of: node) else { break }
      let gain =
        Double(problem.reductionLength) * Moment.coverage(problem)
        * moments[node.inputs[0]].square
      let damping = moments[node.id].damping
      result.weights = draw("weights", problem.weightCount, damping / gain.squareRoot())
      if node.operation.hasBias { result.bias = draw("bias", channels, 0.05 * damping) }
    case .batchNormalization:
      // The statistics that the incoming values would have, a little off as a trained network's
      // are for a single image.
      let square = moments[node.inputs[0]].square
      let damping = moments[node.id].damping
      result.scale = draw("scale", channels, 0.05 * damping, centre: Float(damping))
      result.shift = draw("shift", channels, 0.05 * damping)
      result.mean = draw("mean", channels, 0.05 * square.squareRoot())
      result.variance = draw("variance", channels, 0.05 * square, centre: Float(square))
    case .extended(let operation):
      let kinds = operation.definition.channelParameters
      if kinds.contains(.scale) { result.scale = draw("scale", channels, 0.05, centre: 1) }
      if kinds.contains(.shift) { result.shift = draw("shift", channels, 0.05) }
      if kinds.contains(.slope) { result.slopes = draw("slopes", channels, 0.05, centre: 0.25) }
    // Never near 0: somebody may divide by it.
    case .constant: result.values = draw("values", node.shape.count, 0.25, centre: 1)
    case .input, .activation, .add, .scale, .concatenation, .dropout: break
    }
    return result
  }

  /// Noise of variance 1 for the first input, planar `[batch][channels][height][width]`.
  public func seededInput(seed: UInt64) -> [Float] { seededInput(0, seed: seed) }

  /// The same for every input.
  public func seededInputs(seed: UInt64) -> [[Float]] {
    inputs.indices.map { seededInput($0, seed: seed) }
  }

  private func seededInput(_ index: Int, seed: UInt64) -> [Float] {
    SeededValues(seed: seed, name: index == 0 ? "input" : "input/\(index)")
      .uniform(count: nodes[inputs[index].node].shape.count, deviation: 1)
  }

  private func identityWeights(of node: Node) -> [Float] {
    guard let problem = problem(of: node) else { return [] }
    var weights = [Float](repeating: 0, count: problem.weightCount)
    let centre =
      problem.kernel.height / 2 * problem.kernel.width + problem.kernel.width / 2
    for channel in 0..<problem.outputChannels {
      let source = channel % problem.inputChannelsPerGroup
      weights[(channel * problem.inputChannelsPerGroup + source) * problem.kernel.count + centre] =
        1
    }
    return weights
  }
}
