import Convolution

/// "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift",
/// S. Ioffe, C. Szegedy, ICML 2015, figure 5 (BN-Inception).
///
/// Channels are those of the figure's columns, whose sums for 4c and 4d (608) differ from the
/// figure's own output sizes (576); the Caffe, MXNet and PyTorch ports read them the same way.
/// Convolutions have no bias: the paper drops it in front of batch normalisation (section 3.2).
/// Ports that keep it count 11,295,240 parameters. The first layer is a dense 7×7 convolution.
enum InceptionV2: Architecture {
  static let family = "Inception"
  static let networks = [NetworkDefinition("inceptionv2") { b, _ in body(b) }]

  private enum Pool {
    case average(Int)
    case max(Int)
    case passThrough
  }

  /// Output channels: 1×1, 3×3 behind its reduction, double 3×3 behind its reduction, pool
  /// projection. Blocks that pass the pool through have stride 2 and no 1×1.
  private static let blocks: [(name: String, one: Int, (Int, Int), double: (Int, Int), Pool)] = [
    ("3a", 64, (64, 64), (64, 96), .average(32)),
    ("3b", 64, (64, 96), (64, 96), .average(64)),
    ("3c", 0, (128, 160), (64, 96), .passThrough),
    ("4a", 224, (64, 96), (96, 128), .average(128)),
    ("4b", 192, (96, 128), (96, 128), .average(128)),
    ("4c", 160, (128, 160), (128, 160), .average(128)),
    ("4d", 96, (128, 192), (160, 192), .average(128)),
    ("4e", 0, (128, 192), (192, 256), .passThrough),
    ("5a", 352, (192, 320), (160, 224), .average(128)),
    ("5b", 352, (192, 320), (192, 224), .max(128)),
  ]

  private static func body(_ b: GraphBuilder) -> Int {
    var x = b.convBnRelu(b.input, 64, kernel: 7, stride: 2)
    x = b.maxPool(x, kernel: 3, stride: 2, ceilMode: true)
    x = b.convBnRelu(b.convBnRelu(x, 64, kernel: 1), 192, kernel: 3)
    x = b.maxPool(x, kernel: 3, stride: 2, ceilMode: true)
    for (name, one, three, double, pool) in blocks {
      x = b.scope("inception\(name)") {
        let stride = one == 0 ? 2 : 1
        var branches = one == 0 ? [] : [b.convBnRelu(x, one, kernel: 1)]
        var y = b.convBnRelu(x, three.0, kernel: 1)
        branches.append(b.convBnRelu(y, three.1, kernel: 3, stride: stride))
        y = b.convBnRelu(x, double.0, kernel: 1)
        y = b.convBnRelu(y, double.1, kernel: 3)
        branches.append(b.convBnRelu(y, double.1, kernel: 3, stride: stride))
        switch pool {
        case .average(let channels):
          y = b.averagePool(x, kernel: 3, stride: 1, padding: 1)
          branches.append(b.convBnRelu(y, channels, kernel: 1))
        case .max(let channels):
          y = b.maxPool(x, kernel: 3, stride: 1, padding: 1)
          branches.append(b.convBnRelu(y, channels, kernel: 1))
        case .passThrough:
          branches.append(b.maxPool(x, kernel: 3, stride: 2, ceilMode: true))
        }
        return b.concatenation(branches)
      }
    }
    return b.classifier(x)
  }
}
