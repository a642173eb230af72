import Convolution

/// "A ConvNet for the 2020s", Z. Liu, H. Mao, C.-Y. Wu, C. Feichtenhofer, T. Darrell, S. Xie,
/// CVPR 2022, table 9, with the layer scale of its training recipe.
enum ConvNeXt: Architecture {
  static let family = "ConvNeXt"
  static let networks = [definition("convnext-tiny", [3, 3, 9, 3], first: 96)]

  /// - Parameter first: channels of the first stage, doubled in each that follows.
  private static func definition(_ name: String, _ blocks: [Int], first: Int) -> NetworkDefinition {
    NetworkDefinition(name) { b, _ in
      var x = b.convolution(b.input, first, kernel: 4, stride: 4, padding: .valid)
      x = normalized(b, x)
      for (stage, count) in blocks.enumerated() {
        if stage > 0 {
          x = b.convolution(
            normalized(b, x), first << stage, kernel: 2, stride: 2, padding: .valid)
        }
        for index in 0..<count {
          x = b.scope("stage\(stage + 1).\(index)") { block(b, x) }
        }
      }
      x = normalized(b, b.globalAveragePool(x))
      return b.softmax(b.fullyConnected(x, b.classes))
    }
  }

  private static func block(_ b: GraphBuilder, _ x: Int) -> Int {
    let channels = b.shape(x).channels
    var y = b.convolution(x, channels, kernel: 7, groups: channels)
    y = b.convolution(normalized(b, y), 4 * channels, kernel: 1)
    y = b.convolution(
      b.append(.of(PlainFunction.gelu(isApproximate: false)), [y]), channels, kernel: 1)
    let scale = b.append(
      .constant(TensorShape(channels: channels, height: 1, width: 1)), [], name: "scale")
    return b.add(b.arithmetic(.multiply, y, scale), shortcut: x)
  }

  private static func normalized(_ b: GraphBuilder, _ x: Int) -> Int {
    b.append(.of(Normalization(.pixels, epsilon: 1e-6)), [x])
  }
}
