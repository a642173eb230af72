import Convolution
import Foundation

/// `e^x / Σ e^x` over the channels of every pixel.
public struct Softmax: GraphOperation {
  public init() {}

  public var label: String { "softmax" }
  public var signature: String { "softmax" }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    inputs[0].mapPixels { channels in
      let largest = channels.reduce(-Double.infinity, max)
      let powers = channels.map { exp($0 - largest) }
      let sum = powers.reduce(0, +)
      channels = powers.map { $0 / sum }
    }
  }

  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment {
    Moment(square: 1, centred: false)
  }
}

/// `x - ln Σ e^x` over the channels of every pixel.
public struct LogSoftmax: GraphOperation {
  public init() {}

  public var label: String { "logsoftmax" }
  public var signature: String { "logSoftmax" }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    inputs[0].mapPixels { channels in
      let largest = channels.reduce(-Double.infinity, max)
      let logarithm = log(channels.reduce(0.0) { $0 + exp($1 - largest) })
      channels = channels.map { $0 - largest - logarithm }
    }
  }

  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment {
    Moment(square: 1, centred: false)
  }
}

extension Operation {
  public static var softmax: Self { .of(Softmax()) }
  public static var logSoftmax: Self { .of(LogSoftmax()) }
}
