import Convolution

/// "Searching for MobileNetV3", A. Howard, M. Sandler, G. Chu, L.-C. Chen, B. Chen, M. Tan, W. Wang,
/// Y. Zhu, R. Pang, V. Vasudevan, Q. Le, H. Adam, ICCV 2019, tables 1 and 2.
enum MobileNetV3: Architecture {
  static let family = "MobileNetV3"
  static let networks = [
    NetworkDefinition("mobilenetv3-small") { b, _ in body(b, small, last: 1024) },
    NetworkDefinition("mobilenetv3-large") { b, _ in body(b, large, last: 1280) },
  ]

  /// A row of the tables: kernel, expansion size, output channels, whether it has a gate and the
  /// hard swish, stride.
  private struct Bottleneck {
    let kernel: Int
    let hidden: Int
    let channels: Int
    let hasGate: Bool
    let isSwish: Bool
    let stride: Int

    init(_ kernel: Int, _ hidden: Int, _ channels: Int, _ properties: String, _ stride: Int) {
      self.kernel = kernel
      self.hidden = hidden
      self.channels = channels
      hasGate = properties.contains("SE")
      isSwish = properties.contains("HS")
      self.stride = stride
    }
  }

  private static let large = [
    Bottleneck(3, 16, 16, "RE", 1), Bottleneck(3, 64, 24, "RE", 2), Bottleneck(3, 72, 24, "RE", 1),
    Bottleneck(5, 72, 40, "SE RE", 2), Bottleneck(5, 120, 40, "SE RE", 1),
    Bottleneck(5, 120, 40, "SE RE", 1), Bottleneck(3, 240, 80, "HS", 2),
    Bottleneck(3, 200, 80, "HS", 1), Bottleneck(3, 184, 80, "HS", 1),
    Bottleneck(3, 184, 80, "HS", 1), Bottleneck(3, 480, 112, "SE HS", 1),
    Bottleneck(3, 672, 112, "SE HS", 1), Bottleneck(5, 672, 160, "SE HS", 2),
    Bottleneck(5, 960, 160, "SE HS", 1), Bottleneck(5, 960, 160, "SE HS", 1),
  ]

  private static let small = [
    Bottleneck(3, 16, 16, "SE RE", 2), Bottleneck(3, 72, 24, "RE", 2),
    Bottleneck(3, 88, 24, "RE", 1), Bottleneck(5, 96, 40, "SE HS", 2),
    Bottleneck(5, 240, 40, "SE HS", 1), Bottleneck(5, 240, 40, "SE HS", 1),
    Bottleneck(5, 120, 48, "SE HS", 1), Bottleneck(5, 144, 48, "SE HS", 1),
    Bottleneck(5, 288, 96, "SE HS", 2), Bottleneck(5, 576, 96, "SE HS", 1),
    Bottleneck(5, 576, 96, "SE HS", 1),
  ]

  /// - Parameter last: channels of the layer before the classifier's last.
  private static func body(_ b: GraphBuilder, _ bottlenecks: [Bottleneck], last: Int) -> Int {
    var x = activated(b, b.input, 16, kernel: 3, stride: 2, isSwish: true)
    for (index, bottleneck) in bottlenecks.enumerated() {
      x = b.scope("bneck\(index + 1)") { block(b, x, bottleneck) }
    }
    x = activated(b, x, 6 * b.shape(x).channels, kernel: 1, isSwish: true)
    x = b.function(b.fullyConnected(b.globalAveragePool(x), last), .hardSwish)
    return b.softmax(b.fullyConnected(b.dropout(x), b.classes))
  }

  private static func block(_ b: GraphBuilder, _ x: Int, _ row: Bottleneck) -> Int {
    let input = b.shape(x).channels
    var y = x
    if row.hidden != input {
      y = activated(b, y, row.hidden, kernel: 1, isSwish: row.isSwish)
    }
    y = activated(
      b, y, row.hidden, kernel: Kernel(row.kernel), stride: row.stride, groups: row.hidden,
      isSwish: row.isSwish)
    if row.hasGate {
      let squeezed = WidthMultiplier.roundedToEight(Double(row.hidden) / 4)
      y = SqueezeAndExcitation(
        channels: squeezed, gate: .hardSigmoid(slope: 1.0 / 6, shift: 0.5)
      ).append(to: b, y)
    }
    y = b.convBn(y, row.channels, kernel: 1, epsilon: 1e-3)
    return row.stride == 1 && input == row.channels ? b.add(y, shortcut: x) : y
  }

  private static func activated(
    _ b: GraphBuilder, _ x: Int, _ channels: Int, kernel: Kernel, stride: Int = 1, groups: Int = 1,
    isSwish: Bool
  ) -> Int {
    let y = b.convBn(
      x, channels, kernel: kernel, stride: stride, groups: groups, epsilon: 1e-3)
    return isSwish ? b.function(y, .hardSwish) : b.relu(y)
  }
}
