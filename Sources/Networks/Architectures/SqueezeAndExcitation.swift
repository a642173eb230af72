import Convolution

/// "Squeeze-and-Excitation Networks", J. Hu, L. Shen, G. Sun, CVPR 2018: every channel times a gate
/// that is computed from the means of all channels.
struct SqueezeAndExcitation {
  /// Between the two layers.
  let channels: Int
  let gate: ElementwiseFunction
  /// Between the two layers, in place of a rectifier.
  var inner: ElementwiseFunction?

  func append(to b: GraphBuilder, _ x: Int) -> Int {
    b.scope("se") {
      var y = b.convolution(b.globalAveragePool(x), channels, kernel: 1)
      y = inner.map { b.function(y, $0) } ?? b.relu(y)
      y = b.convolution(y, b.shape(x).channels, kernel: 1)
      return b.arithmetic(.multiply, x, b.function(y, gate))
    }
  }
}
