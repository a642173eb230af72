import Convolution

/// An axis of a tensor, in the order of planar elements.
public enum TensorAxis: Int, Hashable, CaseIterable, Sendable {
  case batch, channels, height, width

  fileprivate var name: String {
    switch self {
    case .batch: "batch"
    case .channels: "channels"
    case .height: "height"
    case .width: "width"
    }
  }
}

/// A part of an axis: `size` steps of `stride` elements along it. 24 channels in 3 groups are two
/// parts, `3 × stride 8` and `8 × stride 1`.
public struct AxisPart: Hashable, Sendable {
  public var axis: TensorAxis
  public var size: Int
  public var stride: Int

  public init(axis: TensorAxis, size: Int, stride: Int = 1) {
    self.axis = axis
    self.size = size
    self.stride = stride
  }
}

/// The elements of a tensor in another order and shape: those of the output, row by row, are the
/// input's where the parts, the last one fastest, lead.
public struct Permutation: GraphOperation {
  public let shape: TensorShape
  /// Of the input; every element has one place.
  public let parts: [AxisPart]

  public init(shape: TensorShape, parts: [AxisPart]) {
    self.shape = shape
    self.parts = parts
  }

  public var label: String { "permute" }

  public var signature: String {
    let list = parts.map {
      "Networks.AxisPart(axis: Networks.TensorAxis.\($0.axis.name), size: \($0.size), "
        + "stride: \($0.stride))"
    }
    return "extended(Permutation(shape: \(shape.signature), "
      + "parts: [\(list.joined(separator: ", "))]))"
  }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    let input = inputs[0]
    var count = 1
    for part in parts {
      let (product, overflow) = count.multipliedReportingOverflow(by: part.size)
      guard part.size > 0, !overflow else { throw GraphError("moves \(part.size) elements") }
      count = product
    }
    for axis in TensorAxis.allCases {
      let last = parts.filter { $0.axis == axis }.reduce(0) { $0 + ($1.size - 1) * $1.stride }
      guard last == input[axis] - 1 else {
        throw GraphError("moves other elements than \(input.text) has")
      }
    }
    guard count == input.count, count == shape.count else {
      throw GraphError("moves the elements of \(input.text) to \(shape.text)")
    }
    return shape
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    let (x, input) = (inputs[0].values, inputs[0].shape)
    let pitches: [TensorAxis: Int] = [
      .batch: input.channels * input.extent.count, .channels: input.extent.count,
      .height: input.width, .width: 1,
    ]
    let places = parts.reduce([0]) { places, part in
      let step = part.stride * (pitches[part.axis] ?? 0)
      return places.flatMap { place in (0..<part.size).map { place + $0 * step } }
    }
    return places.map { x[$0] }
  }
}

extension TensorShape {
  public subscript(axis: TensorAxis) -> Int {
    switch axis {
    case .batch: batch
    case .channels: channels
    case .height: height
    case .width: width
    }
  }
}
