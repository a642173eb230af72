import Convolution
import Networks

/// One function per operation that is more than a node of the same name.
extension ModelWriter {
  mutating func convolution(
    _ node: Node, _ attributes: ConvolutionAttributes, _ parameters: NodeParameters
  ) -> Value {
    let channels = graph.nodes[node.inputs[0]].shape.channels
    let kernel = attributes.kernel
    let weights = constant(
      node, "weights", parameters.weights,
      shape: [
        attributes.outputChannels, channels / attributes.groups, kernel.height, kernel.width,
      ])
    return append(
      "Conv", node, [weights] + bias(node, parameters),
      [
        .ints("kernel_shape", kernel.sides), .ints("strides", attributes.stride.sides),
        .ints("pads", attributes.padding.sides), .ints("dilations", attributes.dilation.sides),
        .int("group", attributes.groups),
      ], spatial: true)
  }

  /// A product with the flattened input.
  mutating func fullyConnected(_ node: Node, _ parameters: NodeParameters) -> Value {
    var x = values[node.inputs[0]]
    if !x.isFlat {
      x.name = target.append(
        "Flatten", "\(node.name)/flatten", inputs: [x.name], [.int("axis", 1)])
    }
    let outputs = node.shape.channels
    let weights = constant(
      node, "weights", parameters.weights, shape: [outputs, parameters.weights.count / outputs])
    let name = target.append(
      "Gemm", node.name, inputs: [x.name, weights] + bias(node, parameters), [.int("transB", 1)])
    return Value(name: name, isFlat: true)
  }

  mutating func activation(_ node: Node, _ function: Activation) -> Value {
    switch function {
    case .none: return values[node.inputs[0]]
    case .relu: return append("Relu", node)
    case .relu6:
      let bounds = [("lower", 0), ("upper", 6)].map {
        constant(node, $0.0, [Float($0.1)], shape: [])
      }
      return append("Clip", node, bounds)
    case .tanh: return append("Tanh", node)
    }
  }

  mutating func pool(_ node: Node, _ pool: PoolAttributes) -> Value {
    let input = graph.nodes[node.inputs[0]].shape
    var attributes: [Onnx_AttributeProto] = [
      .ints("kernel_shape", pool.kernel.sides), .ints("strides", pool.stride.sides),
      .ints("pads", pool.padding.sides),
    ]
    // Said only where it changes something: engines differ in windows that start in the padding.
    let floor = Extent(
      (input.height + pool.padding.top + pool.padding.bottom - pool.kernel.height)
        / pool.stride.height + 1,
      (input.width + pool.padding.left + pool.padding.right - pool.kernel.width)
        / pool.stride.width + 1)
    if node.shape.extent != floor { attributes.append(.int("ceil_mode", 1)) }
    guard pool.kind == .average else {
      return append("MaxPool", node, [], attributes, spatial: true)
    }
    attributes.append(.int("count_include_pad", pool.countIncludesPadding ? 1 : 0))
    return append("AveragePool", node, [], attributes, spatial: true)
  }

  /// Every so many-th pixel is a maximum over one; the new channels are padding.
  mutating func subsample(_ node: Node, _ stride: Int, _ channels: Int) -> Value {
    let input = graph.nodes[node.inputs[0]].shape
    var name = inputs(node, spatial: true).names[0]
    if stride > 1 {
      name = target.append(
        "MaxPool", "\(node.name)/pixels", inputs: [name],
        [.ints("kernel_shape", [1, 1]), .ints("strides", [stride, stride])])
    }
    if channels > input.channels {
      let pads = target.constant(
        "\(node.name)/pads", [0, 0, 0, 0, 0, Int64(channels - input.channels), 0, 0])
      name = target.append("Pad", node.name, inputs: [name, pads])
    }
    return Value(name: name)
  }

  private mutating func bias(_ node: Node, _ parameters: NodeParameters) -> [String] {
    parameters.bias.isEmpty
      ? [] : [constant(node, "bias", parameters.bias, shape: [parameters.bias.count])]
  }
}

extension Extent {
  fileprivate var sides: [Int] { [height, width] }
}

extension Halo {
  /// In ONNX's order: all beginnings, then all ends.
  fileprivate var sides: [Int] { [top, left, bottom, right] }
}
