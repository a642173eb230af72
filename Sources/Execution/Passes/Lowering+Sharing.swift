import Convolution
import Networks

/// Values that need no memory of their own.
extension Lowering {
  /// Where a node's value is some whole blocks of its input's channels: which; nil elsewhere.
  func view(_ id: Int, vectorWidth: Int) -> AxisSlice? {
    guard let slice = nodes[id].definition(as: SliceAttributes.self), slice.rows == nil,
      slice.columns == nil, let channels = slice.channels, channels.step == 1
    else { return nil }
    let end = channels.first + channels.count
    // A part-filled last block has to be the input's own, so that zeros follow.
    guard channels.first % vectorWidth == 0,
      end % vectorWidth == 0 || end == nodes[nodes[id].inputs[0]].shape.channels
    else { return nil }
    return channels
  }

  /// Whether a function may overwrite its input: nobody else reads it or shares its memory.
  func overwritesInput(_ id: Int, consumers: [[Int]], vectorWidth: Int) -> Bool {
    guard case .operation(let operation) = nodes[id].kind,
      let definition = operation.definition as? any ExecutableOperation,
      definition.overwritesInput
    else { return false }
    let input = nodes[id].inputs[0]
    return consumers[input] == [id] && nodes[input].isComputed
      && nodes[input].kind != .concatenation && view(input, vectorWidth: vectorWidth) == nil
  }
}
