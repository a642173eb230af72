import Convolution

/// The expected mean square of a node's values, from which the scale of the parameters follows.
///
/// Networks here are not trained; their weights are seeded noise. To keep the values of every node
/// near 1 without running the network, the mean square is carried through the graph: weights of
/// variance `1 / (fan-in * mean square of the input)` give outputs of variance 1 (He et al. 2015
/// for a rectified input, whose mean square is ½), and the last normalisation of a residual branch
/// is damped by `1 / √(number of branches)` so that even 600 of them add up to no more than 1.
/// Only `+ - * / √` are used, so that all machines get the same parameters to the last bit.
public struct Moment: Sendable, Equatable {
  /// Mean of the squares.
  public var square: Double
  /// Whether values are spread around 0: a rectifier then takes half of the mean square away.
  public var centred: Bool
  /// The factor on a residual branch's last batch normalisation or convolution, else 1.
  var damping = 1.0

  public init(square: Double, centred: Bool) {
    self.square = square
    self.centred = centred
  }

  static func propagated(through nodes: [Node], problems: [ConvolutionProblem?]) -> [Moment] {
    let dampings = dampings(of: nodes)
    var result: [Moment] = []
    result.reserveCapacity(nodes.count)
    for node in nodes {
      var moment = after(
        node.operation, inputs: node.inputs.map { (result[$0], nodes[$0].shape) },
        damping: dampings[node.id])
      moment.damping = dampings[node.id]
      result.append(moment)
    }
    return result
  }

  /// The share of a kernel's taps that fall on the input and not on its padding.
  static func coverage(_ problem: ConvolutionProblem) -> Double {
    func axis(
      _ input: Int, _ output: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ padding: Int
    ) -> Double {
      var hits = 0
      for y in 0..<output {
        for r in 0..<kernel where 0..<input ~= y * stride + r * dilation - padding { hits += 1 }
      }
      return Double(max(hits, 1)) / Double(output * kernel)
    }
    return axis(
      problem.input.height, problem.output.height, problem.kernel.height, problem.stride.height,
      problem.dilation.height, problem.paddingTop)
      * axis(
        problem.input.width, problem.output.width, problem.kernel.width, problem.stride.width,
        problem.dilation.width, problem.paddingLeft)
  }

  private static func dampings(of nodes: [Node]) -> [Double] {
    var result = [Double](repeating: 1, count: nodes.count)
    let branches = nodes.filter { $0.operation == .add }.map { $0.inputs[0] }
    for branch in branches {
      switch nodes[branch].operation {
      case .batchNormalization, .convolution:
        result[branch] = 1 / Double(branches.count).squareRoot()
      default: break
      }
    }
    return result
  }

  private static func after(
    _ operation: Operation, inputs: [(moment: Moment, shape: TensorShape)], damping: Double
  ) -> Moment {
    guard let x = inputs.first?.moment else { return Moment(square: 1, centred: true) }
    switch operation {
    case .input, .constant: return Moment(square: 1, centred: true)
    case .convolution(let attributes) where attributes.weights == .identity: return x
    case .convolution, .fullyConnected, .batchNormalization:
      return Moment(square: damping * damping, centred: true)
    case .activation(.relu), .activation(.relu6):
      return Moment(square: x.centred ? x.square / 2 : x.square, centred: false)
    case .activation(.tanh):
      return Moment(square: x.square / (1 + 1.5 * x.square), centred: x.centred)
    case .activation(.none), .dropout: return x
    case .add:
      let y = inputs[1].moment
      return Moment(square: x.square + y.square, centred: x.centred && y.centred)
    case .scale(let factor):
      return Moment(square: x.square * Double(factor) * Double(factor), centred: x.centred)
    case .concatenation:
      let channels = inputs.reduce(0) { $0 + $1.shape.channels }
      let sum = inputs.reduce(0) { $0 + $1.moment.square * Double($1.shape.channels) }
      return Moment(
        square: sum / Double(channels), centred: inputs.allSatisfy { $0.moment.centred })
    case .extended(let operation):
      return operation.definition.moment(
        inputs: inputs.map(\.moment), shapes: inputs.map(\.shape))
    }
  }
}
