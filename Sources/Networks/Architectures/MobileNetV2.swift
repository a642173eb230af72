import Convolution

/// "MobileNetV2: Inverted Residuals and Linear Bottlenecks", M. Sandler, A. Howard, M. Zhu,
/// A. Zhmoginov, L.-C. Chen, CVPR 2018, table 2.
enum MobileNetV2: Architecture {
  static let family = "MobileNetV2"
  static let networks =
    [definition("mobilenetv2", alpha: 1)]
    + ["0.35", "0.5", "0.75", "1.0", "1.3", "1.4"].compactMap {
      unlisted(named: "mobilenetv2-\($0)")
    }

  /// Any `mobilenetv2-α` with a width multiplier from 0.1 to 4.
  static func unlisted(named name: String) -> NetworkDefinition? {
    WidthMultiplier.parse(name, prefix: "mobilenetv2-").map { definition(name, alpha: $0) }
  }

  /// Expansion t, output channels c, repetitions n, stride s of the first.
  private static let bottlenecks = [
    (t: 1, c: 16, n: 1, s: 1), (t: 6, c: 24, n: 2, s: 2), (t: 6, c: 32, n: 3, s: 2),
    (t: 6, c: 64, n: 4, s: 2), (t: 6, c: 96, n: 3, s: 1), (t: 6, c: 160, n: 3, s: 2),
    (t: 6, c: 320, n: 1, s: 1),
  ]

  private static func definition(_ name: String, alpha: Double) -> NetworkDefinition {
    NetworkDefinition(name) { b, _ in body(b, alpha) }
  }

  private static func body(_ b: GraphBuilder, _ alpha: Double) -> Int {
    func width(_ channels: Int) -> Int {
      WidthMultiplier.roundedToEight(Double(channels) * alpha)
    }
    var x = b.convBnRelu(b.input, width(32), kernel: 3, stride: 2, activation: .relu6)
    var index = 1
    for (t, c, n, s) in bottlenecks {
      for repetition in 0..<n {
        x = b.scope("block\(index)") {
          bottleneck(b, x, expansion: t, channels: width(c), stride: repetition == 0 ? s : 1)
        }
        index += 1
      }
    }
    // The last layer is not made narrower (section 6.1).
    x = b.convBnRelu(
      x, WidthMultiplier.roundedToEight(1280 * max(1, alpha)), kernel: 1, activation: .relu6)
    return b.classifier(x, dropout: true)
  }

  private static func bottleneck(
    _ b: GraphBuilder, _ x: Int, expansion: Int, channels: Int, stride: Int
  ) -> Int {
    let input = b.shape(x).channels
    let hidden = input * expansion
    var y = x
    if expansion != 1 { y = b.convBnRelu(y, hidden, kernel: 1, activation: .relu6) }
    y = b.convBnRelu(
      y, hidden, kernel: 3, stride: stride, groups: hidden, activation: .relu6)
    y = b.convBn(y, channels, kernel: 1)
    return stride == 1 && input == channels ? b.add(y, shortcut: x) : y
  }
}
