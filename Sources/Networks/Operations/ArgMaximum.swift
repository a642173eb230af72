import Convolution

/// The index of the largest or smallest channel of every pixel, as a number: one channel remains.
public struct ArgMaximum: GraphOperation {
  public let isMinimum: Bool
  /// Of several that are as large: the last one instead of the first.
  public let takesLast: Bool

  public init(isMinimum: Bool = false, takesLast: Bool = false) {
    self.isMinimum = isMinimum
    self.takesLast = takesLast
  }

  public var label: String { isMinimum ? "argmin" : "argmax" }
  public var signature: String { "\(label)(\(takesLast))" }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    var result = inputs[0]
    // Floats hold whole numbers up to there.
    guard result.channels <= 1 << 24 else {
      throw GraphError("looks for the largest of \(result.channels) channels")
    }
    result.channels = 1
    return result
  }

  /// Whether a value takes the place of the best so far.
  @inline(__always)
  public func prefers<Number: BinaryFloatingPoint>(_ value: Number, to best: Number) -> Bool {
    if takesLast && value == best { return true }
    return isMinimum ? value < best : value > best
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    let x = inputs[0]
    return ReferenceTensor.elements(of: output) { image, _, row, column in
      var best = 0
      for c in 1..<max(x.shape.channels, 1)
      where prefers(x.value(image, c, row, column), to: x.value(image, best, row, column)) {
        best = c
      }
      return Double(best)
    }
  }

  public func moment(inputs: [Moment], shapes: [TensorShape]) -> Moment {
    let count = Double(shapes[0].channels)
    return Moment(square: max(count * count / 3, 1), centred: false)
  }
}
