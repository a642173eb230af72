import Convolution

/// Constants that are repeated along the dimensions of a tensor.
enum Broadcast {
  /// One number per channel of the tensor's node; nil where the constant differs along another
  /// axis.
  static func perChannel(_ constant: Constant, over tensor: Runtime, _ shape: TensorShape)
    -> [Float]?
  {
    let values = constant.floats
    if values.count == 1 { return Array(repeating: values[0], count: shape.channels) }
    let shift = tensor.view.rank - constant.dims.count
    let wide = constant.dims.indices.filter { constant.dims[$0] > 1 }
    guard shift >= 0, wide.count == 1,
      tensor.view.axis(ofDimension: wide[0] + shift, in: shape) == .channels,
      values.count == shape.channels
    else { return nil }
    return values
  }

  /// The shape of two constants combined.
  static func dims(_ a: [Int], _ b: [Int]) throws -> [Int] {
    let rank = max(a.count, b.count)
    let left = [Int](repeating: 1, count: rank - a.count) + a
    let right = [Int](repeating: 1, count: rank - b.count) + b
    return try zip(left, right).map { a, b in
      guard a == b || a == 1 || b == 1 else {
        throw OnnxError("extents \(a) and \(b) cannot be combined; they must be equal or 1")
      }
      return a == 1 ? b : a
    }
  }

  /// For every element of `dims` the index within a tensor of `source` repeated to it.
  static func indices(_ source: [Int], in dims: [Int]) -> [Int] {
    let strides = Constant.strides(source)
    let padding = dims.count - source.count
    return dims.indices.reduce([0]) { offsets, axis in
      let own = axis - padding
      let step = own >= 0 && source[own] > 1 ? strides[own] : 0
      return offsets.flatMap { offset in (0..<dims[axis]).map { offset + $0 * step } }
    }
  }
}
