import Convolution

/// "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
/// C. Szegedy, S. Ioffe, V. Vanhoucke, A. Alemi, AAAI 2017, section 3.2, in the authors'
/// TensorFlow version that all frameworks ship (Inception-v3's stem, 10 + 20 + 10 blocks).
///
/// A block's last 1×1 convolution has a bias and no batch normalisation; its output is scaled
/// before it is added (section 3.3).
enum InceptionResNetV2: Architecture {
  static let family = "Inception"
  static let networks = [
    NetworkDefinition("inceptionresnetv2", resolution: 299) { b, _ in body(b) }
  ]

  private static func body(_ b: GraphBuilder) -> Int {
    var x = b.chain(b.input, .halving(32), .init(32, 3, padding: .valid), [64, 3])
    x = b.maxPool(x, kernel: 3, stride: 2)
    x = b.chain(x, [80], .init(192, 3, padding: .valid))
    x = b.maxPool(x, kernel: 3, stride: 2)
    x = b.scope("mixed5") {
      b.concatenation([
        b.chain(x, [96]), b.chain(x, [48], [64, 5]), b.chain(x, [64], [96, 3], [96, 3]),
        b.pooledProjection(x, 64, countIncludesPadding: false),
      ])
    }
    for index in 0..<10 { x = b.scope("block35.\(index)") { block35(b, x) } }
    x = b.scope("mixed6") {
      b.concatenation([
        b.chain(x, .halving(384)), b.chain(x, [256], [256, 3], .halving(384)),
        b.maxPool(x, kernel: 3, stride: 2),
      ])
    }
    for index in 0..<20 { x = b.scope("block17.\(index)") { block17(b, x) } }
    x = b.scope("mixed7") {
      b.concatenation([
        b.chain(x, [256], .halving(384)), b.chain(x, [256], .halving(288)),
        b.chain(x, [256], [288, 3], .halving(320)), b.maxPool(x, kernel: 3, stride: 2),
      ])
    }
    for index in 0..<10 { x = b.scope("block8.\(index)") { block8(b, x, last: index == 9) } }
    return b.classifier(b.chain(x, [1536]), dropout: true)
  }

  private static func block35(_ b: GraphBuilder, _ x: Int) -> Int {
    let y = residual(
      b, x, [b.chain(x, [32]), b.chain(x, [32], [32, 3]), b.chain(x, [32], [48, 3], [64, 3])],
      scale: 0.17)
    return b.relu(y)
  }

  private static func block17(_ b: GraphBuilder, _ x: Int) -> Int {
    let y = residual(
      b, x, [b.chain(x, [192]), b.chain(x, [128], .init(160, [1, 7]), .init(192, [7, 1]))],
      scale: 0.1)
    return b.relu(y)
  }

  /// The last block is neither scaled nor rectified.
  private static func block8(_ b: GraphBuilder, _ x: Int, last: Bool) -> Int {
    let y = residual(
      b, x, [b.chain(x, [192]), b.chain(x, [192], .init(224, [1, 3]), .init(256, [3, 1]))],
      scale: last ? 1 : 0.2)
    return last ? y : b.relu(y)
  }

  private static func residual(_ b: GraphBuilder, _ x: Int, _ branches: [Int], scale: Float)
    -> Int
  {
    let y = b.convolution(b.concatenation(branches), b.shape(x).channels, kernel: 1)
    return b.add(scale == 1 ? y : b.scale(y, by: scale), shortcut: x)
  }
}
