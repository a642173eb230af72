import Convolution

/// "Deep Residual Learning for Image Recognition", K. He, X. Zhang, S. Ren, J. Sun, CVPR 2016
/// (arXiv 1512.03385): table 1 for ImageNet, section 4.2 for CIFAR-10.
///
/// Bottlenecks have their stride in the 3×3 convolution ("v1.5"), as all frameworks ship them.
enum ResNet: Architecture {
  static let family = "ResNet"

  static let networks =
    imageNetDepths.map { name, blocks, bottleneck in
      NetworkDefinition(name, hasShortcuts: true) { b, options in
        imageNet(b, blocks, bottleneck: bottleneck, shortcut: options.shortcut ?? .b)
      }
    }
    + ["plain18": [2, 2, 2, 2], "plain34": [3, 4, 6, 3]].sorted { $0.key < $1.key }
    .map { name, blocks in
      NetworkDefinition(name) { b, _ in imageNet(b, blocks, bottleneck: false, shortcut: nil) }
    }
    + [20, 56, 110, 1202].map { depth in
      NetworkDefinition("resnet\(depth)", resolution: 32, classes: 10, hasShortcuts: true) {
        cifar($0, depth: depth, shortcut: $1.shortcut ?? .a)
      }
    }

  /// Blocks in conv2_x to conv5_x.
  private static let imageNetDepths: [(String, blocks: [Int], bottleneck: Bool)] = [
    ("resnet18", [2, 2, 2, 2], false),
    ("resnet34", [3, 4, 6, 3], false),
    ("resnet50", [3, 4, 6, 3], true),
    ("resnet101", [3, 4, 23, 3], true),
    ("resnet152", [3, 8, 36, 3], true),
  ]

  private static func imageNet(
    _ b: GraphBuilder, _ blocks: [Int], bottleneck: Bool, shortcut: Shortcut?
  ) -> Int {
    var x = b.convBnRelu(b.input, 64, kernel: 7, stride: 2)
    x = b.maxPool(x, kernel: 3, stride: 2, padding: 1)
    for (stage, count) in blocks.enumerated() {
      for index in 0..<count {
        let block = Block(
          width: 64 << stage, expansion: bottleneck ? 4 : 1,
          stride: stage > 0 && index == 0 ? 2 : 1, shortcut: shortcut)
        x = b.scope("layer\(stage + 1).\(index)") { block.append(to: b, x) }
      }
    }
    return b.classifier(x)
  }

  /// 6n + 2 layers: three stages of n basic blocks.
  private static func cifar(_ b: GraphBuilder, depth: Int, shortcut: Shortcut) -> Int {
    var x = b.convBnRelu(b.input, 16, kernel: 3)
    for stage in 0..<3 {
      for index in 0..<(depth - 2) / 6 {
        let block = Block(
          width: 16 << stage, expansion: 1, stride: stage > 0 && index == 0 ? 2 : 1,
          shortcut: shortcut)
        x = b.scope("layer\(stage + 1).\(index)") { block.append(to: b, x) }
      }
    }
    return b.classifier(x)
  }
}

/// A residual block: two 3×3 convolutions, or 1×1, 3×3, 1×1 with four times the channels.
private struct Block {
  let width: Int
  let expansion: Int
  let stride: Int
  /// nil in a plain network.
  let shortcut: Shortcut?

  func append(to b: GraphBuilder, _ x: Int) -> Int {
    let channels = width * expansion
    // First, so that the branch's last convolution can add it as soon as it is done.
    let around = shortcut.map { self.around(b, x, channels, $0) }
    var y: Int
    if expansion == 1 {
      y = b.convBnRelu(x, width, kernel: 3, stride: stride)
      y = b.convBn(y, width, kernel: 3)
    } else {
      y = b.convBnRelu(x, width, kernel: 1)
      y = b.convBnRelu(y, width, kernel: 3, stride: stride)
      y = b.convBn(y, channels, kernel: 1)
    }
    return b.relu(around.map { b.add(y, shortcut: $0) } ?? y)
  }

  private func around(_ b: GraphBuilder, _ x: Int, _ channels: Int, _ shortcut: Shortcut) -> Int {
    let changes = stride != 1 || b.shape(x).channels != channels
    return switch shortcut {
    case .c: project(b, x, channels)
    case .b where changes: project(b, x, channels)
    case .a where changes: b.subsample(x, stride: stride, channels: channels)
    case .a, .b: x
    }
  }

  private func project(_ b: GraphBuilder, _ x: Int, _ channels: Int) -> Int {
    b.scope("shortcut") { b.convBn(x, channels, kernel: 1, stride: stride) }
  }
}
