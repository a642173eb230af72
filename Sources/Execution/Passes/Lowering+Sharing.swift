import Convolution
import Networks

/// Values that need no memory of their own.
extension Lowering {
  /// Whether a node's value is some whole blocks of its input's channels.
  func isView(_ id: Int, vectorWidth: Int) -> Bool {
    guard case .rearrange(.slice(let slice)) = nodes[id].kind, slice.rows == nil,
      slice.columns == nil, let channels = slice.channels, channels.step == 1
    else { return false }
    let end = channels.first + channels.count
    // A part-filled last block has to be the input's own, so that zeros follow.
    return channels.first % vectorWidth == 0
      && (end % vectorWidth == 0 || end == nodes[nodes[id].inputs[0]].shape.channels)
  }

  /// Whether a function may overwrite its input: nobody else reads it or shares its memory.
  func overwritesInput(_ id: Int, consumers: [[Int]], vectorWidth: Int) -> Bool {
    switch nodes[id].kind {
    case .function, .parametricRelu: break
    default: return false
    }
    let input = nodes[id].inputs[0]
    return consumers[input] == [id] && nodes[input].isComputed
      && nodes[input].kind != .concatenation && !isView(input, vectorWidth: vectorWidth)
  }
}
