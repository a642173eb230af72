import Convolution

/// "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size", F. Iandola,
/// S. Han, M. Moskewicz, K. Ashraf, W. Dally, K. Keutzer, 2016 (arXiv 1602.07360), table 1; 1.1 is the
/// authors' later variant with earlier pools and a smaller first convolution.
enum SqueezeNet: Architecture {
  static let family = "SqueezeNet"
  static let networks = [
    NetworkDefinition("squeezenet1.0") { b, _ in
      body(b, first: 96, kernel: 7, pools: [3, 7])
    },
    NetworkDefinition("squeezenet1.1") { b, _ in
      body(b, first: 64, kernel: 3, pools: [2, 4])
    },
  ]

  /// Channels of the squeeze layer and of each half of the expand layer, fire2 to fire9.
  private static let fires = [
    (16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256),
  ]

  /// - Parameter pools: how many fire modules are in front of the second and third pool.
  private static func body(_ b: GraphBuilder, first: Int, kernel: Kernel, pools: [Int]) -> Int {
    func pool(_ x: Int) -> Int { b.maxPool(x, kernel: 3, stride: 2, ceilMode: true) }
    var x = pool(b.convRelu(b.input, first, kernel: kernel, stride: 2, padding: .valid))
    for (index, (squeeze, expand)) in fires.enumerated() {
      if pools.contains(index) { x = pool(x) }
      x = b.scope("fire\(index + 2)") {
        let narrow = b.convRelu(x, squeeze, kernel: 1)
        return b.concatenation([
          b.convRelu(narrow, expand, kernel: 1), b.convRelu(narrow, expand, kernel: 3),
        ])
      }
    }
    return b.softmax(b.globalAveragePool(b.convRelu(b.dropout(x), b.classes, kernel: 1)))
  }
}
