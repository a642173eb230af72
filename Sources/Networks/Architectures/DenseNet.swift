import Convolution

/// "Densely Connected Convolutional Networks", G. Huang, Z. Liu, L. van der Maaten,
/// K. Weinberger, CVPR 2017, table 1 (DenseNet-BC, compression ½).
enum DenseNet: Architecture {
  static let family = "DenseNet"
  static let networks = depths.map { name, growth, layers in
    NetworkDefinition(name) { b, _ in body(b, growth: growth, layers) }
  }

  /// Channels that every layer adds, layers in the four blocks.
  private static let depths: [(String, growth: Int, layers: [Int])] = [
    ("densenet121", 32, [6, 12, 24, 16]),
    ("densenet169", 32, [6, 12, 32, 32]),
    ("densenet201", 32, [6, 12, 48, 32]),
    ("densenet161", 48, [6, 12, 36, 24]),
    ("densenet264", 32, [6, 12, 64, 48]),
  ]

  private static func body(_ b: GraphBuilder, growth: Int, _ layers: [Int]) -> Int {
    var x = b.convBnRelu(b.input, 2 * growth, kernel: 7, stride: 2)
    x = b.maxPool(x, kernel: 3, stride: 2, padding: 1)
    for (block, count) in layers.enumerated() {
      for layer in 0..<count {
        x = b.scope("block\(block + 1).\(layer)") {
          var y = b.convolution(bnRelu(b, x), 4 * growth, kernel: 1, bias: false)
          y = b.convolution(bnRelu(b, y), growth, kernel: 3, bias: false)
          return b.concatenation([x, y])
        }
      }
      guard block + 1 < layers.count else { break }
      x = b.scope("transition\(block + 1)") {
        let y = b.convolution(bnRelu(b, x), b.shape(x).channels / 2, kernel: 1, bias: false)
        return b.averagePool(y, kernel: 2, stride: 2)
      }
    }
    return b.classifier(bnRelu(b, x))
  }

  private static func bnRelu(_ b: GraphBuilder, _ x: Int) -> Int {
    b.relu(b.batchNormalization(x))
  }
}
