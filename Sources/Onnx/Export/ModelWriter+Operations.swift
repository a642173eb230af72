import Convolution
import Networks

// Operations that are nodes of ONNX; each is one extension, and nothing else names it.

extension PoolAttributes: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    let input = writer.graph.nodes[node.inputs[0]].shape
    var attributes: [Onnx_AttributeProto] = [
      .ints("kernel_shape", kernel.sides), .ints("strides", stride.sides),
      .ints("pads", padding.sides),
    ]
    // Said only where it changes something: engines differ in windows that start in the padding.
    let floor = Extent(
      (input.height + padding.top + padding.bottom - kernel.height) / stride.height + 1,
      (input.width + padding.left + padding.right - kernel.width) / stride.width + 1)
    if node.shape.extent != floor { attributes.append(.int("ceil_mode", 1)) }
    guard kind == .average else {
      return writer.append("MaxPool", node, [], attributes, spatial: true)
    }
    attributes.append(.int("count_include_pad", countIncludesPadding ? 1 : 0))
    return writer.append("AveragePool", node, [], attributes, spatial: true)
  }
}

extension GlobalAveragePool: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    writer.append("GlobalAveragePool", node, spatial: true)
  }
}

extension LocalResponseNormalization: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    // ONNX divides alpha by the size.
    writer.append(
      "LRN", node, [],
      [
        .int("size", size), .float("alpha", alpha * Double(size)), .float("beta", beta),
        .float("bias", k),
      ], spatial: true)
  }
}

extension Softmax: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    writer.append("Softmax", node, [], [.int("axis", 1)])
  }
}

extension LogSoftmax: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    writer.append("LogSoftmax", node, [], [.int("axis", 1)])
  }
}

/// Every so many-th pixel is a maximum over one; the new channels are padding.
extension Subsample: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    let input = writer.graph.nodes[node.inputs[0]].shape
    var name = writer.inputs(node, spatial: true).names[0]
    if stride > 1 {
      name = writer.target.append(
        "MaxPool", "\(node.name)/pixels", inputs: [name],
        [.ints("kernel_shape", [1, 1]), .ints("strides", [stride, stride])])
    }
    if channels > input.channels {
      let pads = writer.target.constant(
        "\(node.name)/pads", [0, 0, 0, 0, 0, Int64(channels - input.channels), 0, 0])
      name = writer.target.append("Pad", node.name, inputs: [name, pads])
    }
    return ModelWriter.Value(name: name)
  }
}
