import Convolution

/// "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
/// A. Howard et al. 2017 (arXiv 1704.04861), table 1; width multiplier α in section 3.3.
enum MobileNetV1: Architecture {
  static let family = "MobileNetV1"
  static let networks =
    [definition("mobilenetv1", alpha: 1)]
    + ["0.25", "0.5", "0.75", "1.0"].compactMap { unlisted(named: "mobilenetv1-\($0)") }

  /// Any `mobilenetv1-α` with a width multiplier from 0.1 to 4.
  static func unlisted(named name: String) -> NetworkDefinition? {
    WidthMultiplier.parse(name, prefix: "mobilenetv1-").map { definition(name, alpha: $0) }
  }

  /// Output channels and stride of the depthwise separable layers.
  private static let layers = [
    (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1),
    (512, 1), (512, 1), (1024, 2), (1024, 1),
  ]

  private static func definition(_ name: String, alpha: Double) -> NetworkDefinition {
    NetworkDefinition(name) { b, _ in body(b, alpha) }
  }

  private static func body(_ b: GraphBuilder, _ alpha: Double) -> Int {
    func width(_ channels: Int) -> Int { Int(Double(channels) * alpha) }
    var x = b.convBnRelu(b.input, width(32), kernel: 3, stride: 2)
    for (index, (channels, stride)) in layers.enumerated() {
      x = b.scope("layer\(index + 1)") {
        let input = b.shape(x).channels
        let y = b.convBnRelu(x, input, kernel: 3, stride: stride, groups: input)
        return b.convBnRelu(y, width(channels), kernel: 1)
      }
    }
    return b.classifier(x, dropout: true)
  }
}
