import Convolution
import Foundation

/// A function of one element that networks have too rarely, or in too small layers, for a kernel.
public enum PlainFunction: Hashable, Sendable {
  case errorFunction
  case logarithm
  case sign
  case floor
  case ceil
  /// Halves to the even number.
  case round
  case sine
  case cosine
  /// `ln(1 + e^x)`
  case softplus
  /// `x / (1 + |x|)`
  case softsign
  /// `x · tanh(ln(1 + e^x))` (Misra 2019).
  case mish
  /// `x · Φ(x)` (Hendrycks and Gimpel 2016), or its approximation by the hyperbolic tangent.
  case gelu(isApproximate: Bool)
  /// `gamma · x`, or `gamma · alpha · (e^x - 1)` where `x ≤ 0` (Klambauer et al. 2017).
  case selu(alpha: Float, gamma: Float)
  /// `max(x, 0) + min(alpha · (e^(x / alpha) - 1), 0)` (Barron 2017).
  case celu(alpha: Float)
  /// `x` above the threshold, else 0.
  case thresholdedRelu(alpha: Float)
  /// `x^exponent`
  case power(Float)

  /// The function itself.
  public func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .errorFunction: return erf(x)
    case .logarithm: return log(x)
    case .sign: return x > 0 ? 1 : x < 0 ? -1 : x
    case .floor: return x.rounded(.down)
    case .ceil: return x.rounded(.up)
    case .round: return x.rounded(.toNearestOrEven)
    case .sine: return sin(x)
    case .cosine: return cos(x)
    case .softplus: return Self.softplus(x)
    case .softsign: return x / (1 + abs(x))
    case .mish: return x * tanh(Self.softplus(x))
    case .gelu(false): return x * 0.5 * erfc(-x / 2.0.squareRoot())
    case .gelu(true):
      return x * 0.5 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .selu(let alpha, let gamma):
      return Double(gamma) * (x > 0 ? x : Double(alpha) * expm1(x))
    case .celu(let alpha):
      return x > 0 ? x : Double(alpha) * expm1(x / Double(alpha))
    case .thresholdedRelu(let alpha): return x > Double(alpha) ? x : x.isNaN ? x : 0
    case .power(let exponent): return pow(x, Double(exponent))
    }
  }

  /// Without overflow for large `x`.
  private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
}

extension PlainFunction: GraphOperation {
  public var label: String {
    switch self {
    case .errorFunction: "erf"
    case .logarithm: "log"
    case .sign: "sign"
    case .floor: "floor"
    case .ceil: "ceil"
    case .round: "round"
    case .sine: "sin"
    case .cosine: "cos"
    case .softplus: "softplus"
    case .softsign: "softsign"
    case .mish: "mish"
    case .gelu: "gelu"
    case .selu: "selu"
    case .celu: "celu"
    case .thresholdedRelu: "thresholdedrelu"
    case .power: "pow"
    }
  }

  public var signature: String {
    switch self {
    case .gelu(let isApproximate): "gelu(\(isApproximate))"
    case .selu(let alpha, let gamma): "selu(\(alpha), \(gamma))"
    case .celu(let alpha): "celu(\(alpha))"
    case .thresholdedRelu(let alpha): "thresholdedrelu(\(alpha))"
    case .power(let exponent): "pow(\(exponent))"
    case .errorFunction, .logarithm, .sign, .floor, .ceil, .round, .sine, .cosine, .softplus,
      .softsign, .mish:
      label
    }
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] { inputs[0].values.map { self($0) } }
}
