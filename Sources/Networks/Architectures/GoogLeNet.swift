import Convolution

/// "Going Deeper with Convolutions", C. Szegedy et al., CVPR 2015, table 1; without the auxiliary
/// classifiers, which only serve training.
///
/// - `googlenet`: as in the paper, with biases and local response normalisation.
/// - `googlenet-bn`: with batch normalisation and 3×3 where the paper has 5×5, as TensorFlow and
///   torchvision ship it.
/// - `googlenet-d2l`: as in "Dive into Deep Learning", section 8.4: grey 96×96 input, no
///   normalisation, 10 classes.
enum GoogLeNet: Architecture {
  static let family = "GoogLeNet"
  static let networks = [
    NetworkDefinition("googlenet") { b, _ in body(b, .paper) },
    NetworkDefinition("googlenet-bn") { b, _ in body(b, .batchNormalized) },
    NetworkDefinition("googlenet-d2l", channels: 1, resolution: 96, classes: 10) { b, _ in
      body(b, .d2l)
    },
  ]

  private enum Version { case paper, batchNormalized, d2l }

  /// Output channels of the four branches; before 3×3 and 5×5 the channels of the 1×1 reduction.
  private static let stages: [[(one: Int, three: (Int, Int), five: (Int, Int), pool: Int)]] = [
    [
      (64, (96, 128), (16, 32), 32),
      (128, (128, 192), (32, 96), 64),
    ],
    [
      (192, (96, 208), (16, 48), 64),
      (160, (112, 224), (24, 64), 64),
      (128, (128, 256), (24, 64), 64),
      (112, (144, 288), (32, 64), 64),
      (256, (160, 320), (32, 128), 128),
    ],
    [
      (256, (160, 320), (32, 128), 128),
      (384, (192, 384), (48, 128), 128),
    ],
  ]

  private static func body(_ b: GraphBuilder, _ version: Version) -> Int {
    func layer(_ x: Int, _ channels: Int, kernel: Int, stride: Int = 1) -> Int {
      version == .batchNormalized
        ? b.convBnRelu(x, channels, kernel: Kernel(kernel), stride: stride, epsilon: 1e-3)
        : b.convRelu(x, channels, kernel: Kernel(kernel), stride: stride)
    }
    func normalized(_ x: Int) -> Int {
      // Over 5 channels with alpha 1e-4 / 5, as the authors' Caffe model.
      version == .paper ? b.localResponseNormalization(x, alpha: 2e-5, k: 1) : x
    }
    func halved(_ x: Int, kernel: Int = 3) -> Int {
      version == .d2l
        ? b.maxPool(x, kernel: 3, stride: 2, padding: 1)
        : b.maxPool(x, kernel: Kernel(kernel), stride: 2, ceilMode: true)
    }
    let largest = version == .batchNormalized ? 3 : 5

    var x = normalized(halved(layer(b.input, 64, kernel: 7, stride: 2)))
    x = halved(normalized(layer(layer(x, 64, kernel: 1), 192, kernel: 3)))
    for (stage, blocks) in stages.enumerated() {
      for (index, block) in blocks.enumerated() {
        let letter = ["a", "b", "c", "d", "e"][index]
        x = b.scope("inception\(stage + 3)\(letter)") {
          b.concatenation([
            layer(x, block.one, kernel: 1),
            layer(layer(x, block.three.0, kernel: 1), block.three.1, kernel: 3),
            layer(layer(x, block.five.0, kernel: 1), block.five.1, kernel: largest),
            layer(b.maxPool(x, kernel: 3, stride: 1, padding: 1), block.pool, kernel: 1),
          ])
        }
      }
      // The shipped network has a 2×2 window in front of the last stage.
      switch stage {
      case 0: x = halved(x)
      case 1: x = halved(x, kernel: version == .batchNormalized ? 2 : 3)
      default: break
      }
    }
    return b.classifier(x, dropout: version != .d2l)
  }
}
