import Convolution

/// `(x - mean) / √(variance + epsilon) * scale + shift`, with the statistics of the values
/// themselves and a scale and a shift per channel.
public struct Normalization: GraphOperation {
  public enum Statistics: Hashable, Sendable {
    /// Over the channels of every pixel (Ba et al. 2016, layer normalisation).
    case pixels
    /// Over a run of channels of an image and their planes (Wu and He 2018). As many groups as
    /// channels is instance normalisation (Ulyanov et al. 2016).
    case groups(Int)
  }

  public let statistics: Statistics
  public let epsilon: Float

  public init(_ statistics: Statistics, epsilon: Float) {
    self.statistics = statistics
    self.epsilon = epsilon
  }

  public var channelParameters: Set<ChannelParameter> { [.scale, .shift] }

  public var label: String {
    if case .pixels = statistics { "layernorm" } else { "groupnorm" }
  }

  public var signature: String {
    let text =
      switch statistics {
      case .pixels: "pixels"
      case .groups(let count): "groups(\(count))"
      }
    return "extended(Normalization(statistics: Networks.Normalization.Statistics.\(text), "
      + "epsilon: \(epsilon)))"
  }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    let input = inputs[0]
    if case .groups(let count) = statistics, count < 1 || input.channels % count != 0 {
      throw GraphError("normalises \(input.channels) channels in \(count) groups")
    }
    return input
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    let (x, shape) = (inputs[0].values, inputs[0].shape)
    var result = x
    let plane = shape.extent.count
    func normalize(_ places: [Int], _ channel: (Int) -> Int) {
      let count = Double(places.count)
      let mean = places.reduce(0.0) { $0 + x[$1] } / count
      let variance = places.reduce(0.0) { $0 + (x[$1] - mean) * (x[$1] - mean) } / count
      let factor = 1 / (variance + Double(epsilon)).squareRoot()
      for place in places {
        let c = channel(place)
        result[place] =
          (x[place] - mean) * factor * Double(parameters.scale[c]) + Double(parameters.shift[c])
      }
    }
    func channel(_ place: Int) -> Int { place / plane % shape.channels }
    for image in 0..<shape.batch {
      let first = image * shape.channels * plane
      switch statistics {
      case .pixels:
        for pixel in 0..<plane {
          normalize((0..<shape.channels).map { first + $0 * plane + pixel }, channel)
        }
      case .groups(let count):
        let size = shape.channels / count * plane
        for group in 0..<count {
          normalize(Array(first + group * size..<first + (group + 1) * size), channel)
        }
      }
    }
    return result
  }
  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment {
    Moment(square: 1, centred: true)
  }
}
