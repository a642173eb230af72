import Convolution

/// "Gradient-Based Learning Applied to Document Recognition", Y. LeCun, L. Bottou, Y. Bengio,
/// P. Haffner, Proc. IEEE 1998, section II.B.
///
/// As commonly built today: max pooling in place of the trainable subsampling, C3 connected to all
/// maps of S2, a softmax in place of the RBF layer.
enum LeNet: Architecture {
  static let family = "LeNet"
  static let networks = [
    NetworkDefinition("lenet5", channels: 1, resolution: 32, classes: 10) { b, _ in body(b) }
  ]

  private static func body(_ b: GraphBuilder) -> Int {
    var x = b.input
    for maps in [6, 16] {
      x = b.activation(b.convolution(x, maps, kernel: 5, padding: .valid), .tanh)
      x = b.maxPool(x, kernel: 2, stride: 2)
    }
    for units in [120, 84] { x = b.activation(b.fullyConnected(x, units), .tanh) }
    return b.softmax(b.fullyConnected(x, b.classes))
  }
}
