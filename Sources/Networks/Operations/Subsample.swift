import Convolution

/// ResNet's shortcut A (He et al. 2015, section 3.3): every `stride`-th pixel from the first on, then
/// channels of zeros until there are `channels`.
public struct Subsample: GraphOperation {
  public let stride: Int
  public let channels: Int

  public init(stride: Int, channels: Int) {
    self.stride = stride
    self.channels = channels
  }

  public var label: String { "subsample" }
  public var signature: String { "subsample(stride: \(stride), channels: \(channels))" }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    let input = inputs[0]
    guard stride > 0, channels >= input.channels else {
      throw GraphError(
        "subsamples \(input.text) by \(stride) to \(channels) channels; the stride must be at "
          + "least 1 and channels can only be added")
    }
    return TensorShape(
      batch: input.batch, channels: channels, height: (input.height - 1) / stride + 1,
      width: (input.width - 1) / stride + 1)
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    let x = inputs[0]
    return ReferenceTensor.elements(of: output) { image, channel, row, column in
      channel < x.shape.channels ? x.value(image, channel, row * stride, column * stride) : 0
    }
  }

  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment {
    Moment(
      square: inputs[0].square * Double(shapes[0].channels) / Double(channels),
      centred: inputs[0].centred)
  }
}

extension Operation {
  public static func subsample(stride: Int, channels: Int) -> Self {
    .of(Subsample(stride: stride, channels: channels))
  }
}
