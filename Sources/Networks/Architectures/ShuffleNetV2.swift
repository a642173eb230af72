import Convolution

/// "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design", N. Ma, X. Zhang,
/// H.-T. Zheng, J. Sun, ECCV 2018, table 5 and figure 3 (c, d).
enum ShuffleNetV2: Architecture {
  static let family = "ShuffleNetV2"
  static let networks = [
    definition("shufflenetv2", first: 116),
    definition("shufflenetv2-0.5", first: 48), definition("shufflenetv2-1.0", first: 116),
    definition("shufflenetv2-1.5", first: 176),
    definition("shufflenetv2-2.0", first: 244, last: 2048),
  ]

  /// - Parameters:
  ///   - first: channels of the first stage, doubled in each that follows.
  ///   - last: of the last convolution.
  private static func definition(_ name: String, first: Int, last: Int = 1024) -> NetworkDefinition
  {
    NetworkDefinition(name) { b, _ in
      var x = b.convBnRelu(b.input, 24, kernel: 3, stride: 2)
      x = b.maxPool(x, kernel: 3, stride: 2, padding: 1)
      for (stage, units) in [4, 8, 4].enumerated() {
        for unit in 0..<units {
          x = b.scope("stage\(stage + 2).\(unit)") {
            unit == 0 ? reducing(b, x, first << stage) : plain(b, x)
          }
        }
      }
      return b.classifier(b.convBnRelu(x, last, kernel: 1))
    }
  }

  /// Half of the channels pass.
  private static func plain(_ b: GraphBuilder, _ x: Int) -> Int {
    let half = b.shape(x).channels / 2
    func part(_ first: Int) -> Int {
      b.slice(x, SliceAttributes(channels: AxisSlice(first: first, count: half)))
    }
    let passing = part(0)
    return mixed(b, passing, branch(b, part(half), half, stride: 1))
  }

  /// Half as large planes; both halves of the output are computed from all channels.
  private static func reducing(_ b: GraphBuilder, _ x: Int, _ channels: Int) -> Int {
    let input = b.shape(x).channels
    let first = b.convBnRelu(
      b.convBn(x, input, kernel: 3, stride: 2, groups: input), channels / 2, kernel: 1)
    return mixed(b, first, branch(b, x, channels / 2, stride: 2))
  }

  private static func branch(_ b: GraphBuilder, _ x: Int, _ channels: Int, stride: Int) -> Int {
    var y = b.convBnRelu(x, channels, kernel: 1)
    y = b.convBn(y, channels, kernel: 3, stride: stride, groups: channels)
    return b.convBnRelu(y, channels, kernel: 1)
  }

  private static func mixed(_ b: GraphBuilder, _ first: Int, _ second: Int) -> Int {
    b.channelShuffle(b.concatenation([first, second]), groups: 2)
  }
}
