import Convolution

/// "Deep Residual Learning for Image Recognition", K. He, X. Zhang, S. Ren, J. Sun, CVPR 2016
/// (arXiv 1512.03385): table 1 for ImageNet, section 4.2 for CIFAR-10.
///
/// Bottlenecks have their stride in the 3×3 convolution ("v1.5"), as all frameworks ship them.
enum ResNet: Architecture {
  static let family = "ResNet"

  static let networks = residual + plain + small

  private static let residual: [NetworkDefinition] = imageNetDepths.map {
    name, blocks, bottleneck in
    NetworkDefinition(name, hasShortcuts: true) { b, options in
      imageNet(
        b, blocks, shortcut: options.shortcut ?? .b,
        inner: bottleneck ? { Inner(channels: 64 << $0) } : nil)
    }
  }

  private static let plain: [NetworkDefinition] = imageNetDepths.prefix(2).map { name, blocks, _ in
    NetworkDefinition("plain\(name.dropFirst("resnet".count))") { b, _ in
      imageNet(b, blocks, shortcut: nil)
    }
  }

  private static let small: [NetworkDefinition] = [20, 56, 110, 1202].map { depth in
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

  /// The 3×3 convolution of a bottleneck.
  struct Inner {
    let channels: Int
    var groups = 1
  }

  /// - Parameters:
  ///   - blocks: of each stage.
  ///   - shortcut: nil in a plain network.
  ///   - inner: by stage, of bottlenecks; nil for basic blocks.
  static func imageNet(
    _ b: GraphBuilder, _ blocks: [Int], shortcut: Shortcut?, inner: ((_ stage: Int) -> Inner)? = nil
  ) -> Int {
    var x = b.convBnRelu(b.input, 64, kernel: 7, stride: 2)
    x = b.maxPool(x, kernel: 3, stride: 2, padding: 1)
    for (stage, count) in blocks.enumerated() {
      for index in 0..<count {
        let block = Block(
          channels: 64 << stage, inner: inner?(stage), stride: stage > 0 && index == 0 ? 2 : 1,
          shortcut: shortcut)
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
          channels: 16 << stage, inner: nil, stride: stage > 0 && index == 0 ? 2 : 1,
          shortcut: shortcut)
        x = b.scope("layer\(stage + 1).\(index)") { block.append(to: b, x) }
      }
    }
    return b.classifier(x)
  }
}

/// A residual block: two 3×3 convolutions, or 1×1, 3×3, 1×1 with four times the channels.
private struct Block {
  /// Of a basic block; a bottleneck has four times as many.
  let channels: Int
  /// nil in a basic block.
  let inner: ResNet.Inner?
  let stride: Int
  /// nil in a plain network.
  let shortcut: Shortcut?

  func append(to b: GraphBuilder, _ x: Int) -> Int {
    let channels = inner == nil ? self.channels : 4 * self.channels
    // First, so that the branch's last convolution can add it as soon as it is done.
    let around = shortcut.map { self.around(b, x, channels, $0) }
    var y: Int
    if let inner {
      y = b.convBnRelu(x, inner.channels, kernel: 1)
      y = b.convBnRelu(y, inner.channels, kernel: 3, stride: stride, groups: inner.groups)
      y = b.convBn(y, channels, kernel: 1)
    } else {
      y = b.convBnRelu(x, channels, kernel: 3, stride: stride)
      y = b.convBn(y, channels, kernel: 3)
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
