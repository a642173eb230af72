import Convolution
import Networks

// What only moves elements.

extension SliceAttributes: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    let slices = [(1, channels), (2, rows), (3, columns)].compactMap { axis, slice in
      slice.map { (axis: axis, slice: $0) }
    }
    guard !slices.isEmpty else { return writer.append("Identity", node) }
    let lists: [(String, [Int])] = [
      ("starts", slices.map(\.slice.first)),
      // Before the first element there is no index: -1 would be the last one.
      (
        "ends",
        slices.map {
          let end = $0.slice.first + $0.slice.count * $0.slice.step
          return end < 0 ? Int.min : end
        }
      ),
      ("axes", slices.map(\.axis)), ("steps", slices.map(\.slice.step)),
    ]
    let constants = lists.map { what, values in
      writer.target.constant("\(node.name)/\(what)", values.map(Int64.init))
    }
    return writer.append("Slice", node, constants, spatial: rows != nil || columns != nil)
  }
}

extension GatherChannels: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    let indices = writer.target.constant("\(node.name)/indices", list.map(Int64.init))
    return writer.append("Gather", node, [indices], [.int("axis", 1)])
  }
}

extension DepthToSpace: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    writer.append(
      "DepthToSpace", node, [], [.int("blocksize", block), .text("mode", order.rawValue)],
      spatial: true)
  }
}

extension Reshape: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    let shape = writer.target.constant(
      "\(node.name)/shape", node.shape.dimensions.map(Int64.init))
    var result = writer.append("Reshape", node, [shape])
    result.isFlat = false
    return result
  }
}
