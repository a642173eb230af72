import Convolution

extension ElementwiseFunction: GraphOperation {
  public var signature: String {
    let text =
      switch self {
      case .leakyRelu(let slope): "leakyRelu(slope: \(slope))"
      case .clip(let low, let high): "clip(low: \(low), high: \(high))"
      case .sigmoid: "sigmoid"
      case .hardSigmoid(let slope, let shift): "hardSigmoid(slope: \(slope), shift: \(shift))"
      case .hardSwish: "hardSwish"
      case .silu: "silu"
      case .elu(let alpha): "elu(alpha: \(alpha))"
      case .exponential: "exponential"
      case .squareRoot: "squareRoot"
      case .absolute: "absolute"
      }
    return "function(Convolution.ElementwiseFunction.\(text))"
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] { inputs[0].values.map { self($0) } }

  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment {
    switch self {
    case .sigmoid, .hardSigmoid: Moment(square: 1, centred: false)
    default: inputs[0]
    }
  }
}

/// `x`, or `slope * x` where `x < 0`, a slope per channel (He et al. 2015, PReLU).
public struct ParametricRelu: GraphOperation {
  public init() {}

  public var label: String { "prelu" }
  public var signature: String { "parametricRelu" }
  public var channelParameters: Set<ChannelParameter> { [.slope] }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    Interpreter.perPlane(inputs[0].values, output) { plane, channel in
      let slope = Double(parameters.slopes[channel])
      for i in plane.indices where plane[i] < 0 { plane[i] *= slope }
    }
  }
}

extension Operation {
  public static func function(_ function: ElementwiseFunction) -> Self { .of(function) }
  public static var parametricRelu: Self { .of(ParametricRelu()) }
}
