import Convolution
import Networks

// Functions of one or two elements, and normalisations.

extension ElementwiseFunction: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    switch self {
    case .leakyRelu(let slope):
      return writer.append("LeakyRelu", node, [], [.float("alpha", Double(slope))])
    case .clip(let low, let high):
      let bounds = [("lower", low), ("upper", high)].map {
        writer.constant(node, $0.0, [$0.1], shape: [])
      }
      return writer.append("Clip", node, bounds)
    case .sigmoid: return writer.append("Sigmoid", node)
    case .hardSigmoid(let slope, let shift):
      return writer.append(
        "HardSigmoid", node, [], [.float("alpha", Double(slope)), .float("beta", Double(shift))])
    case .hardSwish: return writer.append("HardSwish", node)
    case .silu:
      let x = writer.input(node)
      let gate = writer.part("Sigmoid", "gate", of: node, [x.name])
      return ModelWriter.Value(
        name: writer.target.append("Mul", node.name, inputs: [x.name, gate]), isFlat: x.isFlat)
    case .elu(let alpha): return writer.append("Elu", node, [], [.float("alpha", Double(alpha))])
    case .exponential: return writer.append("Exp", node)
    case .squareRoot: return writer.append("Sqrt", node)
    case .absolute: return writer.append("Abs", node)
    }
  }
}

extension PlainFunction: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    switch self {
    case .errorFunction: return writer.append("Erf", node)
    case .logarithm: return writer.append("Log", node)
    case .sign: return writer.append("Sign", node)
    case .floor: return writer.append("Floor", node)
    case .ceil: return writer.append("Ceil", node)
    case .round: return writer.append("Round", node)
    case .sine: return writer.append("Sin", node)
    case .cosine: return writer.append("Cos", node)
    case .softplus: return writer.append("Softplus", node)
    case .softsign: return writer.append("Softsign", node)
    case .selu(let alpha, let gamma):
      return writer.append(
        "Selu", node, [], [.float("alpha", Double(alpha)), .float("gamma", Double(gamma))])
    case .celu(let alpha): return writer.append("Celu", node, [], [.float("alpha", Double(alpha))])
    case .thresholdedRelu(let alpha):
      return writer.append("ThresholdedRelu", node, [], [.float("alpha", Double(alpha))])
    case .power(let exponent):
      return writer.append("Pow", node, [writer.constant(node, "exponent", [exponent], shape: [])])
    // Operators of their own came later than the operator set that is written.
    case .mish:
      let x = writer.input(node)
      let inner = writer.part(
        "Tanh", "tanh", of: node,
        [
          writer.part("Softplus", "softplus", of: node, [x.name])
        ])
      return ModelWriter.Value(
        name: writer.target.append("Mul", node.name, inputs: [x.name, inner]), isFlat: x.isFlat)
    case .gelu(isApproximate: false):
      let x = writer.input(node)
      let scale = writer.constant(node, "scale", [Float(0.5.squareRoot())], shape: [])
      let scaled = writer.part("Mul", "scaled", of: node, [x.name, scale])
      return writer.halved(node, x, times: writer.part("Erf", "erf", of: node, [scaled]))
    case .gelu(isApproximate: true):
      let x = writer.input(node)
      let factors = [
        ("third", Float(0.044715)), ("scale", Float((2 / Double.pi).squareRoot())), ("cube", 3),
      ].map { writer.constant(node, $0.0, [$0.1], shape: []) }
      let cube = writer.part("Pow", "power", of: node, [x.name, factors[2]])
      let third = writer.part("Mul", "weighted", of: node, [cube, factors[0]])
      let sum = writer.part("Add", "sum", of: node, [x.name, third])
      let scaled = writer.part("Mul", "scaled", of: node, [sum, factors[1]])
      return writer.halved(node, x, times: writer.part("Tanh", "tanh", of: node, [scaled]))
    }
  }
}

extension ParametricRelu: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    let slopes = writer.constant(
      node, "slopes", parameters.slopes, shape: [parameters.slopes.count, 1, 1])
    return writer.append("PRelu", node, [slopes], spatial: true)
  }
}

extension Arithmetic: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    let name =
      switch self {
      case .add: "Add"
      case .subtract: "Sub"
      case .multiply: "Mul"
      case .divide: "Div"
      case .maximum: "Max"
      case .minimum: "Min"
      }
    return writer.append(name, node)
  }
}

/// ONNX normalises the last dimensions, or every channel for itself.
extension Normalization: ExportableOperation {
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value {
    let x = writer.input(node)
    let channels = node.shape.channels
    let numbers = [("scale", parameters.scale), ("shift", parameters.shift)]
    let epsilon = Onnx_AttributeProto.float("epsilon", Double(epsilon))
    switch statistics {
    case .pixels:
      let constants = numbers.map { writer.constant(node, $0.0, $0.1, shape: [channels]) }
      if x.isFlat { return writer.append("LayerNormalization", node, constants, [epsilon]) }
      let moved = writer.part(
        "Transpose", "last", of: node, [x.name], [.ints("perm", [0, 2, 3, 1])])
      let result = writer.part(
        "LayerNormalization", "norm", of: node, [moved] + constants, [epsilon])
      return ModelWriter.Value(
        name: writer.target.append(
          "Transpose", node.name, inputs: [result], [.ints("perm", [0, 3, 1, 2])]))
    case .groups(let count):
      // A group is a channel while it is normalised; then come the channels' own numbers.
      let shape = writer.target.constant("\(node.name)/groups", [0, Int64(count), -1])
      let grouped = writer.part("Reshape", "grouped", of: node, [x.name, shape])
      let unit = [("ones", Float(1)), ("zeros", 0)].map {
        writer.constant(node, $0.0, [Float](repeating: $0.1, count: count), shape: [count])
      }
      let result = writer.part(
        "InstanceNormalization", "norm", of: node, [grouped] + unit, [epsilon])
      let whole = writer.target.constant(
        "\(node.name)/whole", node.shape.dimensions.map(Int64.init))
      var name = writer.part("Reshape", "channels", of: node, [result, whole])
      let constants = numbers.map { writer.constant(node, $0.0, $0.1, shape: [channels, 1, 1]) }
      name = writer.part("Mul", "scaled", of: node, [name, constants[0]])
      return ModelWriter.Value(
        name: writer.target.append("Add", node.name, inputs: [name, constants[1]]))
    }
  }
}

extension ModelWriter {
  /// The only value that a node reads.
  fileprivate mutating func input(_ node: Node) -> Value {
    let (names, isFlat) = inputs(node, spatial: false)
    return Value(name: names[0], isFlat: isFlat)
  }

  /// One of several operators that a node becomes.
  fileprivate mutating func part(
    _ operation: String, _ what: String, of node: Node, _ inputs: [String],
    _ attributes: [Onnx_AttributeProto] = []
  ) -> String {
    target.append(operation, "\(node.name)/\(what)", inputs: inputs, attributes)
  }

  /// `x · (1 + factor) / 2`
  fileprivate mutating func halved(_ node: Node, _ x: Value, times factor: String) -> Value {
    let one = constant(node, "one", [1], shape: [])
    let half = constant(node, "half", [0.5], shape: [])
    let sum = part("Add", "plus", of: node, [factor, one])
    let product = part("Mul", "product", of: node, [x.name, sum])
    return Value(
      name: target.append("Mul", node.name, inputs: [product, half]), isFlat: x.isFlat)
  }
}
