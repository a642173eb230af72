import Convolution

/// "Wide Residual Networks", S. Zagoruyko, N. Komodakis, BMVC 2016, table 8: ResNets whose 3×3
/// convolutions have twice the channels.
enum WideResNet: Architecture {
  static let family = "WideResNet"
  static let networks = [
    definition("wide-resnet50", [3, 4, 6, 3]), definition("wide-resnet101", [3, 4, 23, 3]),
  ]

  private static func definition(_ name: String, _ blocks: [Int]) -> NetworkDefinition {
    NetworkDefinition(name, hasShortcuts: true) { b, options in
      ResNet.imageNet(b, blocks, shortcut: options.shortcut ?? .b) { stage in
        ResNet.Inner(channels: 128 << stage)
      }
    }
  }
}
