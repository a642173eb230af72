import Convolution

/// The elements of every image in NCHW order, in another shape.
public struct Reshape: GraphOperation {
  public let channels: Int
  public let height: Int
  public let width: Int

  public init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  public var label: String { "reshape" }
  public var signature: String {
    "reshape(channels: \(channels), height: \(height), width: \(width))"
  }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    let input = inputs[0]
    let shape = TensorShape(batch: input.batch, channels: channels, height: height, width: width)
    let room = input.count / input.batch
    // Divided, not multiplied: any numbers may have been asked for.
    guard channels > 0, height > 0, width > 0, room % channels == 0,
      room / channels % height == 0, room / channels / height == width
    else {
      throw GraphError(
        "reshapes \(input.text) to \(shape.text); the elements must be as many as before")
    }
    return shape
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] { inputs[0].values }
}

extension Operation {
  public static func reshape(channels: Int, height: Int, width: Int) -> Self {
    .of(Reshape(channels: channels, height: height, width: width))
  }
}
