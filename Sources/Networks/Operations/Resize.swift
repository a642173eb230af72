import Convolution

/// A plane resampled to another extent, as ONNX's `Resize` defines it (without antialiasing).
public struct ResizeAttributes: Hashable, Sendable {
  public enum Mode: Hashable, Sendable {
    case nearest(Rounding)
    case linear
    /// Through four pixels per axis (Keys 1981), whose weights follow from the coefficient, mostly -½
    /// or -¾; pixels outside are those at the border, or do not count.
    case cubic(coefficient: Float, excludesOutside: Bool)
  }

  /// Which neighbour is the nearest.
  public enum Rounding: String, CaseIterable, Hashable, Sendable {
    case preferFloor = "round_prefer_floor"
    case preferCeil = "round_prefer_ceil"
    case floor, ceil
    /// The next pixel where the image shrinks, else the one before: operator sets up to 10.
    case simple
  }

  /// Which point of the input an output pixel lies on.
  public enum Coordinates: String, CaseIterable, Hashable, Sendable {
    case halfPixel = "half_pixel"
    /// Half a pixel, but 0 where the output has one pixel.
    case pytorchHalfPixel = "pytorch_half_pixel"
    case alignCorners = "align_corners"
    case asymmetric
    /// Half a pixel, and the middle of the output on that of the input where the size is rounded.
    case halfPixelSymmetric = "half_pixel_symmetric"
  }

  /// One axis.
  public struct Axis: Hashable, Sendable {
    /// Of the output.
    public var size: Int
    /// Output by input. Not always the quotient of the sizes, which are whole numbers.
    public var scale: Double

    public init(size: Int, scale: Double) {
      self.size = size
      self.scale = scale
    }
  }

  public var rows: Axis
  public var columns: Axis
  public var mode: Mode
  public var coordinates: Coordinates

  public init(rows: Axis, columns: Axis, mode: Mode, coordinates: Coordinates) {
    self.rows = rows
    self.columns = columns
    self.mode = mode
    self.coordinates = coordinates
  }
}

extension ResizeAttributes: GraphOperation {
  public var label: String { "resize" }

  public var signature: String {
    func text(_ axis: Axis) -> String {
      "Networks.ResizeAttributes.Axis(size: \(axis.size), scale: \(axis.scale))"
    }
    let coordinates =
      switch coordinates {
      case .halfPixel: "halfPixel"
      case .pytorchHalfPixel: "pytorchHalfPixel"
      case .alignCorners: "alignCorners"
      case .asymmetric: "asymmetric"
      case .halfPixelSymmetric: "halfPixelSymmetric"
      }
    return "resize(Networks.ResizeAttributes(rows: \(text(rows)), columns: \(text(columns)), "
      + "mode: Networks.ResizeAttributes.Mode.\(mode.signature), "
      + "coordinates: Networks.ResizeAttributes.Coordinates.\(coordinates)))"
  }

  public func outputShape(inputs: [TensorShape]) throws -> TensorShape {
    let input = inputs[0]
    for axis in [rows, columns] {
      guard 1...ConvolutionProblem.fieldLimit ~= axis.size, axis.scale.isFinite, axis.scale > 0
      else {
        throw GraphError("resizes to \(axis.size) pixels by \(axis.scale); both must be positive")
      }
    }
    return TensorShape(
      batch: input.batch, channels: input.channels, height: rows.size, width: columns.size)
  }
  /// Of the nearest pixels.
  package func rearrangement(input: TensorShape, _ rounding: Rounding) -> Rearrangement {
    var result = Rearrangement(identity: input)
    result.rows = rows.nearest(input.height, rounding, coordinates)
    result.columns = columns.nearest(input.width, rounding, coordinates)
    return result
  }

  public func reference(
    _ inputs: [ReferenceTensor], parameters: NodeParameters, output: TensorShape
  ) -> [Double] {
    let x = inputs[0]
    switch mode {
    case .nearest(let rounding):
      return rearrangement(input: x.shape, rounding).reference(x, output: output)
    case .linear: return interpolated(x, output)
    case .cubic: return cubic(x, output)
    }
  }

  private func cubic(_ x: ReferenceTensor, _ output: TensorShape) -> [Double] {
    let (rows, columns) = (cubicTaps(rows, x.shape.height), cubicTaps(columns, x.shape.width))
    return ReferenceTensor.elements(of: output) { n, c, row, column in
      zip(rows.indices[row], rows.weights[row]).reduce(0) { sum, vertical in
        zip(columns.indices[column], columns.weights[column]).reduce(sum) { sum, horizontal in
          sum + vertical.1 * horizontal.1 * x.value(n, c, vertical.0, horizontal.0)
        }
      }
    }
  }

  private func interpolated(_ x: ReferenceTensor, _ output: TensorShape) -> [Double] {
    let rows = rows.taps(x.shape.height, coordinates)
    let columns = columns.taps(x.shape.width, coordinates)
    func blend(_ a: Double, _ b: Double, _ share: Double) -> Double { a + (b - a) * share }
    return ReferenceTensor.elements(of: output) { n, c, row, column in
      let (left, right, share) = (columns.low[column], columns.high[column], columns.share[column])
      func line(_ y: Int) -> Double {
        blend(x.value(n, c, y, left), x.value(n, c, y, right), share)
      }
      return blend(line(rows.low[row]), line(rows.high[row]), rows.share[row])
    }
  }
}

extension ResizeAttributes.Mode {
  fileprivate var signature: String {
    switch self {
    case .linear: "linear"
    case .cubic(let coefficient, let excludesOutside): "cubic(\(coefficient), \(excludesOutside))"
    case .nearest(let rounding):
      "nearest(Networks.ResizeAttributes.Rounding.\(rounding.signature))"
    }
  }
}

extension ResizeAttributes.Rounding {
  fileprivate var signature: String {
    switch self {
    case .preferFloor: "preferFloor"
    case .preferCeil: "preferCeil"
    case .floor: "floor"
    case .ceil: "ceil"
    case .simple: "simple"
    }
  }
}

extension Operation {
  public static func resize(_ attributes: ResizeAttributes) -> Self { .of(attributes) }
}

/// The two neighbours of every output index of an axis, and the second one's share.
package struct LinearTaps: Sendable {
  package let low: [Int]
  package let high: [Int]
  package let share: [Double]
}

/// The four neighbours of every output index of an axis, within the input, and their weights.
package struct CubicTaps: Sendable {
  package let indices: [[Int]]
  package let weights: [[Double]]
}

extension ResizeAttributes {
  /// - Parameter input: pixels of the axis.
  package func cubicTaps(_ axis: Axis, _ input: Int) -> CubicTaps {
    guard case .cubic(let coefficient, let excludesOutside) = mode else {
      return CubicTaps(indices: [], weights: [])
    }
    let a = Double(coefficient)
    /// Of a pixel in a distance.
    func weight(_ distance: Double) -> Double {
      let x = abs(distance)
      if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
    }
    var (indices, weights): ([[Int]], [[Double]]) = ([], [])
    for index in 0..<axis.size {
      let point = axis.point(index, input, coordinates, as: Double.self)
      let low = Int(point.rounded(.down))
      let places = Array(low - 1...low + 2)
      var shares = places.map { weight(point - Double($0)) }
      if excludesOutside {
        for (i, place) in places.enumerated() where !(0..<input ~= place) { shares[i] = 0 }
        let sum = shares.reduce(0, +)
        shares = shares.map { $0 / sum }
      }
      indices.append(places.map { min(max($0, 0), input - 1) })
      weights.append(shares)
    }
    return CubicTaps(indices: indices, weights: weights)
  }
}

extension ResizeAttributes.Axis {
  /// The point of an input of `input` pixels that an output pixel lies on.
  fileprivate func point<Number: BinaryFloatingPoint>(
    _ index: Int, _ input: Int, _ mode: ResizeAttributes.Coordinates, as type: Number.Type
  ) -> Number {
    let x = Number(index)
    let scale = Number(scale)
    let half = scale == 1 ? x : (x + 0.5) / scale - 0.5
    switch mode {
    case .halfPixel: return half
    case .pytorchHalfPixel: return size > 1 ? half : 0
    case .alignCorners: return size > 1 ? x * Number(input - 1) / Number(size - 1) : 0
    case .asymmetric: return scale == 1 ? x : x / scale
    case .halfPixelSymmetric:
      let adjustment = Number(size) / (Number(input) * scale)
      return Number(input) / 2 * (1 - adjustment) + half
    }
  }

  /// The same, at the border where it is outside.
  private func source<Number: BinaryFloatingPoint>(
    _ index: Int, _ input: Int, _ mode: ResizeAttributes.Coordinates, as type: Number.Type
  ) -> Number {
    min(max(point(index, input, mode, as: type), 0), Number(input - 1))
  }

  func nearest(
    _ input: Int, _ rounding: ResizeAttributes.Rounding,
    _ coordinates: ResizeAttributes.Coordinates
  ) -> [Int] {
    (0..<size).map { index in
      // In 32 bits: which of two pixels that are as near is the nearest is a matter of rounding,
      // and factors in files are of 32 bits.
      let x = source(index, input, coordinates, as: Float.self)
      return switch rounding {
      case .preferFloor: Int((x - 0.5).rounded(.up))
      case .preferCeil: Int((x + 0.5).rounded(.down))
      case .floor: Int(x.rounded(.down))
      case .ceil: Int(x.rounded(.up))
      case .simple: Int(x.rounded(scale < 1 ? .up : .down))
      }
    }
  }

  package func taps(_ input: Int, _ coordinates: ResizeAttributes.Coordinates) -> LinearTaps {
    let points = (0..<size).map { source($0, input, coordinates, as: Double.self) }
    let low = points.map { Int($0.rounded(.down)) }
    return LinearTaps(
      low: low, high: low.map { min($0 + 1, input - 1) },
      share: zip(points, low).map { $0 - Double($1) })
  }
}
