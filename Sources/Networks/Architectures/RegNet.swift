import Convolution

/// "Designing Network Design Spaces", I. Radosavovic, R. P. Kosaraju, R. Girshick, K. He, P. Dollár,
/// CVPR 2020, section 4: stages from a line over the blocks' index.
enum RegNet: Architecture {
  static let family = "RegNet"
  static let networks = [
    definition("regnetx-400mf", Widths(24, 24.48, 2.54, depth: 22, group: 16), hasGate: false),
    definition("regnety-400mf", Widths(48, 27.89, 2.09, depth: 16, group: 8), hasGate: true),
  ]

  /// The line's start and slope, and the step between two widths as a factor.
  private struct Widths {
    let start: Double
    let slope: Double
    let step: Double
    let depth: Int
    /// Channels of a group.
    let group: Int

    init(_ start: Double, _ slope: Double, _ step: Double, depth: Int, group: Int) {
      self.start = start
      self.slope = slope
      self.step = step
      self.depth = depth
      self.group = group
    }

    /// Widths and numbers of blocks, widths in whole groups.
    var stages: [(width: Int, blocks: Int)] {
      var result: [(width: Int, blocks: Int)] = []
      for block in 0..<depth {
        var power = 0
        // The nearest power of the step, by its logarithm.
        let wanted = (start + slope * Double(block)) / start
        while step.power(power) * step.squareRoot() < wanted { power += 1 }
        let width = Int((start * step.power(power) / 8).rounded(.toNearestOrEven)) * 8
        let whole = Int((Double(width) / Double(group)).rounded()) * group
        if result.last?.width == whole {
          result[result.count - 1].blocks += 1
        } else {
          result.append((whole, 1))
        }
      }
      return result
    }
  }

  private static func definition(_ name: String, _ widths: Widths, hasGate: Bool)
    -> NetworkDefinition
  {
    NetworkDefinition(name) { b, _ in
      var x = b.convBnRelu(b.input, 32, kernel: 3, stride: 2)
      for (stage, (width, blocks)) in widths.stages.enumerated() {
        for index in 0..<blocks {
          x = b.scope("stage\(stage + 1).\(index)") {
            block(
              b, x, width, stride: index == 0 ? 2 : 1, groups: width / widths.group,
              hasGate: hasGate)
          }
        }
      }
      return b.classifier(x)
    }
  }

  private static func block(
    _ b: GraphBuilder, _ x: Int, _ width: Int, stride: Int, groups: Int, hasGate: Bool
  ) -> Int {
    let input = b.shape(x).channels
    let around =
      stride == 1 && input == width
      ? x : b.scope("shortcut") { b.convBn(x, width, kernel: 1, stride: stride) }
    var y = b.convBnRelu(x, width, kernel: 1)
    y = b.convBnRelu(y, width, kernel: 3, stride: stride, groups: groups)
    if hasGate {
      let squeezed = Int((Double(input) / 4).rounded(.toNearestOrEven))
      y = SqueezeAndExcitation(channels: squeezed, gate: .sigmoid).append(to: b, y)
    }
    return b.relu(b.add(b.convBn(y, width, kernel: 1), shortcut: around))
  }
}

extension Double {
  fileprivate func power(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * self }
  }
}
