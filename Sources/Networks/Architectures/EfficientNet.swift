import Convolution

/// "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", M. Tan, Q. Le,
/// ICML 2019: table 1, scaled as in section 3.3.
enum EfficientNet: Architecture {
  static let family = "EfficientNet"
  static let networks = scales.map { name, width, depth, resolution in
    NetworkDefinition(name, resolution: resolution) { b, _ in body(b, width, depth) }
  }

  /// Factors of channels and of layers, height and width of the input.
  private static let scales: [(String, width: Double, depth: Double, resolution: Int)] = [
    ("efficientnet-b0", 1, 1, 224), ("efficientnet-b1", 1, 1.1, 240),
    ("efficientnet-b2", 1.1, 1.2, 260), ("efficientnet-b3", 1.2, 1.4, 300),
    ("efficientnet-b4", 1.4, 1.8, 380),
  ]

  /// Expansion t, kernel k, output channels c, layers n, stride s of the first.
  private static let stages = [
    (t: 1, k: 3, c: 16, n: 1, s: 1), (t: 6, k: 3, c: 24, n: 2, s: 2),
    (t: 6, k: 5, c: 40, n: 2, s: 2),
    (t: 6, k: 3, c: 80, n: 3, s: 2), (t: 6, k: 5, c: 112, n: 3, s: 1),
    (t: 6, k: 5, c: 192, n: 4, s: 2), (t: 6, k: 3, c: 320, n: 1, s: 1),
  ]

  private static func body(_ b: GraphBuilder, _ width: Double, _ depth: Double) -> Int {
    func scaled(_ channels: Int) -> Int {
      WidthMultiplier.roundedToEight(Double(channels) * width)
    }
    var x = b.function(b.convBn(b.input, scaled(32), kernel: 3, stride: 2), .silu)
    for (index, stage) in stages.enumerated() {
      for layer in 0..<Int((Double(stage.n) * depth).rounded(.up)) {
        x = b.scope("stage\(index + 1).\(layer)") {
          block(
            b, x, expansion: stage.t, kernel: Kernel(stage.k), channels: scaled(stage.c),
            stride: layer == 0 ? stage.s : 1)
        }
      }
    }
    x = b.function(b.convBn(x, 4 * b.shape(x).channels, kernel: 1), .silu)
    return b.classifier(x, dropout: true)
  }

  /// A bottleneck of MobileNetV2 with a gate, whose inner layer is a quarter of the block's input.
  private static func block(
    _ b: GraphBuilder, _ x: Int, expansion: Int, kernel: Kernel, channels: Int, stride: Int
  ) -> Int {
    let input = b.shape(x).channels
    let hidden = input * expansion
    var y = x
    if expansion != 1 { y = b.function(b.convBn(y, hidden, kernel: 1), .silu) }
    y = b.function(
      b.convBn(y, hidden, kernel: kernel, stride: stride, groups: hidden), .silu)
    y = SqueezeAndExcitation(channels: input / 4, gate: .sigmoid, inner: .silu).append(to: b, y)
    y = b.convBn(y, channels, kernel: 1)
    return stride == 1 && input == channels ? b.add(y, shortcut: x) : y
  }
}
