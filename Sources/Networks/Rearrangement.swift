import Convolution

/// An operation that only moves elements: where every element of the output comes from.
///
/// Output `(n, c, y, x)` is input `(n, channels[phase][c], rows[y], columns[x])`, where the phase
/// is `(y % block) * block + x % block`; it is `fill` where one of them is nil. All operations but
/// depth to space have a block of 1 and thus one phase.
package struct Rearrangement: Sendable, Equatable {
  package var block = 1
  /// For every phase the input channel of every output channel.
  package var channels: [[Int?]]
  /// The input row of every output row.
  package var rows: [Int?]
  /// The input column of every output column.
  package var columns: [Int?]
  package var fill: Float = 0
}

extension Operation {
  /// The identity for operations that are more than that. The input must have passed `outputShape`.
  package func rearrangement(input: TensorShape) -> Rearrangement {
    var result = Rearrangement(
      channels: [Array(0..<input.channels)], rows: Array(0..<input.height),
      columns: Array(0..<input.width))
    switch self {
    case .slice(let slice):
      result.channels = [slice.channels.map(\.indices) ?? result.channels[0]]
      result.rows = slice.rows?.indices ?? result.rows
      result.columns = slice.columns?.indices ?? result.columns
    case .gatherChannels(let list): result.channels = [list]
    case .pad(let pad):
      result.channels = [pad.indices(input.channels, pad.channelsBefore, pad.channelsBehind)]
      result.rows = pad.indices(input.height, pad.space.top, pad.space.bottom)
      result.columns = pad.indices(input.width, pad.space.left, pad.space.right)
      if case .constant(let value) = pad.mode { result.fill = value }
    case .resize(let resize):
      guard case .nearest(let rounding) = resize.mode else { break }
      result.rows = resize.rows.nearest(input.height, rounding, resize.coordinates)
      result.columns = resize.columns.nearest(input.width, rounding, resize.coordinates)
    case .depthToSpace(let block, let order):
      let count = input.channels / (block * block)
      result.block = block
      result.channels = (0..<block * block).map { phase in
        (0..<count).map { c in
          order == .depthFirst ? phase * count + c : c * block * block + phase
        }
      }
      result.rows = (0..<input.height * block).map { $0 / block }
      result.columns = (0..<input.width * block).map { $0 / block }
    default: break
    }
    return result
  }
}
