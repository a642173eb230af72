import Convolution
import KernelLibrary
import Networks

extension LoweredNetwork {
  /// A layer's numbers with everything folded in, from the graph's parameters. Sums and
  /// products are in Double, rounded once.
  public func parameters(of layer: NetworkLayer, seed: UInt64) -> ConvolutionLayer {
    let problem = layer.problem
    let own = graph.parameters(of: graph.nodes[layer.nodes[0]], seed: seed)
    let (scale, shift) = coefficients(layer.folded, channels: problem.outputChannels, seed: seed)
    var weights = own.weights
    if !layer.folded.isEmpty {
      let perChannel = problem.inputChannelsPerGroup * problem.kernel.count
      for channel in 0..<problem.outputChannels {
        for i in channel * perChannel..<(channel + 1) * perChannel {
          weights[i] = Float(Double(weights[i]) * scale[channel])
        }
      }
    }
    var bias: [Float] = []
    if layer.epilogue.bias {
      bias = (0..<problem.outputChannels).map {
        Float((own.bias.isEmpty ? 0 : Double(own.bias[$0])) * scale[$0] + shift[$0])
      }
    }
    return ConvolutionLayer(layer.workload, weights: weights, bias: bias)
  }

  /// `scale` and `shift` per channel of maps applied one after the other.
  func coefficients(_ affines: [Affine], channels: Int, seed: UInt64) -> (
    scale: [Double], shift: [Double]
  ) {
    var scale = [Double](repeating: 1, count: channels)
    var shift = [Double](repeating: 0, count: channels)
    for affine in affines {
      switch affine {
      case .factor(let factor):
        for c in 0..<channels {
          scale[c] *= Double(factor)
          shift[c] *= Double(factor)
        }
      case .batchNormalization(let node, let epsilon):
        let p = graph.parameters(of: graph.nodes[node], seed: seed)
        for c in 0..<channels {
          let factor = Double(p.scale[c]) / (Double(p.variance[c]) + epsilon).squareRoot()
          scale[c] *= factor
          shift[c] = (shift[c] - Double(p.mean[c])) * factor + Double(p.shift[c])
        }
      case .constant(let node, let arithmetic, let isFirst):
        let values = graph.parameters(of: graph.nodes[node], seed: seed).values
        for c in 0..<channels {
          let value = Double(values[values.count == 1 ? 0 : c])
          switch arithmetic {
          case .add: shift[c] += value
          case .subtract where isFirst:
            scale[c] = -scale[c]
            shift[c] = value - shift[c]
          case .subtract: shift[c] -= value
          case .multiply:
            scale[c] *= value
            shift[c] *= value
          case .divide:
            scale[c] /= value
            shift[c] /= value
          case .maximum, .minimum: preconditionFailure("no map: see Arithmetic.isAffine")
          }
        }
      }
    }
    return (scale, shift)
  }
}
