import Convolution
import Workers

/// Output-channel blocks that one register tile computes together.
struct ColumnGroup: Sendable {
  /// First block of output channels.
  let firstBlock: Int
  /// Blocks side by side in the tile.
  let columns: Int
  /// First block of input channels that the group's outputs depend on, and how many.
  let icFirst: Int
  let icCount: Int
  /// Start of the group's weights, in floats.
  let offset: Int
}

/// How output channels are cut into column groups.
struct ColumnLayout: Sendable {
  let groups: [ColumnGroup]
  /// Floats from one input block's weights to the next, per column.
  let perBlockAndColumn: Int
  /// Floats of all groups.
  let count: Int
  let outputBlocks: Int

  /// - Parameter columnCounts: the tiles there are, in columns, descending, ending with 1. A group
  ///   takes the widest that still fits.
  init(_ problem: ConvolutionProblem, columnCounts: [Int], block: Int, vectorWidth: Int) {
    outputBlocks = (problem.outputChannels + vectorWidth - 1) / vectorWidth
    perBlockAndColumn = problem.kernel.count * block * vectorWidth
    let icBlocks = (problem.inputChannels + block - 1) / block
    var groups: [ColumnGroup] = []
    var offset = 0
    var first = 0
    while first < outputBlocks {
      let left = outputBlocks - first
      let count = columnCounts.first { $0 <= left } ?? 1
      let lastChannel = min((first + count) * vectorWidth, problem.outputChannels) - 1
      let firstGroup = first * vectorWidth / problem.outputChannelsPerGroup
      let lastGroup = lastChannel / problem.outputChannelsPerGroup
      let icFirst = firstGroup * problem.inputChannelsPerGroup / block
      let icEnd = ((lastGroup + 1) * problem.inputChannelsPerGroup + block - 1) / block
      let icCount = min(icEnd, icBlocks) - icFirst
      groups.append(
        ColumnGroup(
          firstBlock: first, columns: count, icFirst: icFirst, icCount: icCount, offset: offset))
      offset += icCount * perBlockAndColumn * count
      first += count
    }
    self.groups = groups
    count = offset
  }
}

extension ConvolutionProblem {
  /// Channels that a group's outputs depend on in the last of its input blocks, rounded up to the
  /// four that the kernels take at a time: the rest of the input's last block is zeros.
  func lastChannels(of group: ColumnGroup, block: Int) -> Int {
    let left = inputChannels - (group.icFirst + group.icCount - 1) * block
    return min(block, (left + 3) / 4 * 4)
  }
}

/// Weights in the order in which the register tiles read them:
/// `[column group][input block][kh][kw][channel in block][columns * vector width]`.
///
/// Grouped convolutions are dense ones over the range of input blocks that a column group depends
/// on, with zeros where an output does not belong to an input's group.
final class PackedWeights: Sendable {
  let layout: ColumnLayout
  let buffer: FloatBuffer

  init(_ layer: ConvolutionLayer, layout: ColumnLayout, block: Int, vectorWidth: Int) {
    self.layout = layout
    let buffer = FloatBuffer(count: layout.count)
    self.buffer = buffer
    Parallel.perform(iterations: layout.groups.count, cost: layout.count) { index in
      let group = layout.groups[index]
      Self.pack(
        layer, group, block: block, vectorWidth: vectorWidth, into: buffer.memory + group.offset)
    }
  }

  private static func pack(
    _ layer: ConvolutionLayer, _ group: ColumnGroup, block: Int, vectorWidth: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let problem = layer.problem
    let taps = problem.kernel.count
    let icPerGroup = problem.inputChannelsPerGroup
    let width = group.columns * vectorWidth
    let first = group.firstBlock * vectorWidth
    let count = min(width, problem.outputChannels - first)
    layer.weights.withUnsafeBufferPointer { weights in
      let source = weights.baseAddress!
      for lane in 0..<count {
        let k = first + lane
        let channel0 = k / problem.outputChannelsPerGroup * icPerGroup - group.icFirst * block
        for c in 0..<icPerGroup {
          let (b, inBlock) = (channel0 + c).quotientAndRemainder(dividingBy: block)
          let from = source + (k * icPerGroup + c) * taps
          let to = target + (b * taps * block + inBlock) * width + lane
          for tap in 0..<taps { to[tap * block * width] = from[tap] }
        }
      }
    }
  }
}

/// One value per output channel, padded with zeros to whole blocks; nil without bias.
func paddedBias(_ layer: ConvolutionLayer, vectorWidth: Int) -> FloatBuffer? {
  guard layer.epilogue.bias else { return nil }
  let blocks = (layer.bias.count + vectorWidth - 1) / vectorWidth
  let buffer = FloatBuffer(count: blocks * vectorWidth)
  for (k, value) in layer.bias.enumerated() { buffer.memory[k] = value }
  return buffer
}
