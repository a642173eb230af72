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

  private mutating func bias(_ node: Node, _ parameters: NodeParameters) -> [String] {
    parameters.bias.isEmpty
      ? [] : [constant(node, "bias", parameters.bias, shape: [parameters.bias.count])]
  }
}

extension Extent {
  var sides: [Int] { [height, width] }
}

extension Halo {
  /// In ONNX's order: all beginnings, then all ends.
  var sides: [Int] { [top, left, bottom, right] }
}
