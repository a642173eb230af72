import Convolution

/// "Aggregated Residual Transformations for Deep Neural Networks", S. Xie, R. Girshick, P. Dollár,
/// Z. Tu, K. He, CVPR 2017, table 1: ResNets whose 3×3 convolutions have groups.
enum ResNeXt: Architecture {
  static let family = "ResNeXt"
  static let networks = [
    definition("resnext50", [3, 4, 6, 3], groups: 32, width: 4),
    definition("resnext101-32x8d", [3, 4, 23, 3], groups: 32, width: 8),
  ]

  /// - Parameter width: channels of a group in the first stage.
  private static func definition(_ name: String, _ blocks: [Int], groups: Int, width: Int)
    -> NetworkDefinition
  {
    NetworkDefinition(name, hasShortcuts: true) { b, options in
      ResNet.imageNet(b, blocks, shortcut: options.shortcut ?? .b) { stage in
        ResNet.Inner(channels: groups * width << stage, groups: groups)
      }
    }
  }
}
