import Convolution

/// How those who give a network its input, or take its output, order the elements.
public struct TensorInterface: Hashable, Sendable {
  /// As the network's author has it: of an image mostly batch, channels, height, width.
  public let extents: [Int]
  /// Outermost first, where on the axes of the graph's tensor the elements lie.
  public let parts: [AxisPart]

  public init(extents: [Int], parts: [AxisPart]) {
    self.extents = extents
    self.parts = parts
  }

  /// The graph's own order; a single pixel has no height and width.
  public init(_ shape: TensorShape, isOutput: Bool = false) {
    let isFlat = isOutput && shape.extent == Extent(1)
    extents = TensorAxis.allCases.prefix(isFlat ? 2 : 4).map { shape[$0] }
    parts = TensorAxis.allCases.map { AxisPart(axis: $0, size: shape[$0]) }
  }

  /// The elements in the graph's planar order.
  public func planar(_ values: [Float], shape: TensorShape) -> [Float] {
    let pitches = [
      shape.channels * shape.height * shape.width, shape.height * shape.width, shape.width, 1,
    ]
    let moved = parts.filter { $0.size > 1 }
    let inOrder = TensorInterface(shape).parts.filter { $0.size > 1 }
    guard moved != inOrder else { return values }
    var result = values
    var counters = [Int](repeating: 0, count: moved.count)
    var place = 0
    for value in values {
      result[place] = value
      for index in moved.indices.reversed() {
        let step = moved[index].stride * pitches[moved[index].axis.rawValue]
        counters[index] += 1
        place += step
        if counters[index] < moved[index].size { break }
        place -= step * counters[index]
        counters[index] = 0
      }
    }
    return result
  }
}
