import Convolution

/// A plane resampled to another extent, as ONNX's `Resize` defines it (without antialiasing).
public struct ResizeAttributes: Hashable, Sendable {
  public enum Mode: Hashable, Sendable {
    case nearest(Rounding)
    case linear
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

extension ResizeAttributes.Axis {
  /// The point of an input of `input` pixels that an output pixel lies on, within the input.
  private func source<Number: BinaryFloatingPoint>(
    _ index: Int, _ input: Int, _ mode: ResizeAttributes.Coordinates, as type: Number.Type
  ) -> Number {
    let x = Number(index)
    let scale = Number(scale)
    let half = scale == 1 ? x : (x + 0.5) / scale - 0.5
    let point =
      switch mode {
      case .halfPixel: half
      case .pytorchHalfPixel: size > 1 ? half : 0
      case .alignCorners: size > 1 ? x * Number(input - 1) / Number(size - 1) : 0
      case .asymmetric: scale == 1 ? x : x / scale
      }
    return min(max(point, 0), Number(input - 1))
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
