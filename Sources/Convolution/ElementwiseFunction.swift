import Foundation

/// A function of one element that no convolution computes in its epilogue, as ONNX defines it.
public enum ElementwiseFunction: Hashable, Sendable {
  /// `x`, or `slope * x` where `x < 0`.
  case leakyRelu(slope: Float)
  /// `min(max(x, low), high)`
  case clip(low: Float, high: Float)
  /// `1 / (1 + e^-x)`
  case sigmoid
  /// `min(max(slope * x + shift, 0), 1)`
  case hardSigmoid(slope: Float, shift: Float)
  /// `x * hardSigmoid(x)` with slope 1/6 and shift 1/2.
  case hardSwish
  /// `x * sigmoid(x)`
  case silu
  /// `x`, or `alpha * (e^x - 1)` where `x < 0`.
  case elu(alpha: Float)
  case exponential
  case squareRoot
  case absolute
}

extension ElementwiseFunction {
  /// The function itself, in Double.
  public func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .leakyRelu(let slope): x < 0 ? x * Double(slope) : x
    case .clip(let low, let high): min(max(x, Double(low)), Double(high))
    case .sigmoid: 1 / (1 + exp(-x))
    case .hardSigmoid(let slope, let shift): min(max(x * Double(slope) + Double(shift), 0), 1)
    case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
    case .silu: x / (1 + exp(-x))
    case .elu(let alpha): x < 0 ? Double(alpha) * expm1(x) : x
    case .exponential: exp(x)
    case .squareRoot: x.squareRoot()
    case .absolute: abs(x)
    }
  }

  /// Short word for names and tables.
  public var label: String {
    switch self {
    case .leakyRelu: "leakyrelu"
    case .clip: "clip"
    case .sigmoid: "sigmoid"
    case .hardSigmoid: "hardsigmoid"
    case .hardSwish: "hardswish"
    case .silu: "silu"
    case .elu: "elu"
    case .exponential: "exp"
    case .squareRoot: "sqrt"
    case .absolute: "abs"
    }
  }
}
