import Convolution
import Foundation

/// `x[c] / (k + alpha * Σ x[i]²)^beta` summed over the `size` channels around `c` that exist, as
/// written in the AlexNet paper (Krizhevsky et al. 2012, section 3.3): `alpha` is *not* divided by
/// `size`.
public struct LocalResponseNormalization: GraphOperation {
  public let size: Int
  public let alpha: Double
  public let beta: Double
  public let k: Double

  public init(size: Int, alpha: Double, beta: Double, k: Double) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.k = k
  }

  public var label: String { "lrn" }
  public var signature: String {
    "localResponseNormalization(size: \(size), alpha: \(alpha), beta: \(beta), k: \(k))"
  }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    guard size > 0, size % 2 == 1 else {
      throw GraphError("normalises over \(size) channels; it must be an odd number")
    }
    return inputs[0]
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    inputs[0].mapPixels { channels in
      let x = channels
      for c in x.indices {
        let around = max(c - size / 2, 0)...min(c + size / 2, x.count - 1)
        let squares = around.reduce(0.0) { $0 + x[$1] * x[$1] }
        channels[c] = x[c] / pow(k + alpha * squares, beta)
      }
    }
  }

  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment {
    // k is 1 or 2 and beta 3/4: k^(2 beta) = k√k.
    Moment(
      square: beta == 0 ? inputs[0].square : inputs[0].square / (k * k.squareRoot()),
      centred: inputs[0].centred)
  }
}

extension Operation {
  public static func localResponseNormalization(
    size: Int, alpha: Double, beta: Double, k: Double
  ) -> Self {
    .of(LocalResponseNormalization(size: size, alpha: alpha, beta: beta, k: k))
  }
}
