import Convolution

// What plans hold a hash of. The texts are those that reflection gave when the hash was introduced,
// which is why they name modules and types: they stay as they are when something is renamed.

extension Operation {
  /// See `GraphOperation.signature`.
  var signature: String {
    switch self {
    case .input: "input"
    case .convolution(let attributes): "convolution(\(attributes.signature))"
    case .batchNormalization(let epsilon): "batchNormalization(epsilon: \(epsilon))"
    case .activation(let function): "activation(Convolution.Activation.\(function.rawValue))"
    case .fullyConnected(let outputs, let bias):
      "fullyConnected(outputs: \(outputs), bias: \(bias))"
    case .add: "add"
    case .scale(let factor): "scale(\(factor))"
    case .concatenation: "concatenation"
    case .dropout: "dropout"
    case .constant(let shape): "constant(\(shape.signature))"
    case .extended(let operation): operation.definition.signature
    }
  }
}

extension ConvolutionAttributes {
  fileprivate var signature: String {
    let weights =
      switch weights {
      case .seeded: "seeded"
      case .identity: "identity"
      }
    return "Networks.ConvolutionAttributes(outputChannels: \(outputChannels), "
      + "kernel: \(kernel.signature), stride: \(stride.signature), padding: \(padding.signature), "
      + "dilation: \(dilation.signature), groups: \(groups), bias: \(bias), "
      + "weights: Networks.ConvolutionAttributes.WeightKind.\(weights))"
  }
}

extension Extent {
  var signature: String { "Convolution.Extent(height: \(height), width: \(width))" }
}

extension Halo {
  var signature: String {
    "Convolution.Halo(top: \(top), left: \(left), bottom: \(bottom), right: \(right))"
  }
}

extension TensorShape {
  var signature: String {
    "Convolution.TensorShape(batch: \(batch), channels: \(channels), height: \(height), "
      + "width: \(width))"
  }
}
