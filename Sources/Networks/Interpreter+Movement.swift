import Convolution
import Foundation

/// Operations between tensors of different shapes, and the logarithm of the softmax.
extension Interpreter {
  static func combined(
    _ a: [Double], _ aShape: TensorShape, _ b: [Double], _ bShape: TensorShape,
    to output: TensorShape, _ arithmetic: Arithmetic
  ) -> [Double] {
    elements(of: output) { n, c, y, x in
      func value(_ values: [Double], _ shape: TensorShape) -> Double {
        let n = shape.batch == 1 ? 0 : n
        let c = shape.channels == 1 ? 0 : c
        let y = shape.height == 1 ? 0 : y
        let x = shape.width == 1 ? 0 : x
        return values[((n * shape.channels + c) * shape.height + y) * shape.width + x]
      }
      return arithmetic(value(a, aShape), value(b, bShape))
    }
  }

  static func rearranged(
    _ x: [Double], _ shape: TensorShape, _ moves: Rearrangement, to output: TensorShape
  ) -> [Double] {
    elements(of: output) { n, c, row, column in
      let phase = row % moves.block * moves.block + column % moves.block
      guard let channel = moves.channels[phase][c], let y = moves.rows[row],
        let source = moves.columns[column]
      else { return Double(moves.fill) }
      return x[((n * shape.channels + channel) * shape.height + y) * shape.width + source]
    }
  }

  static func interpolated(
    _ x: [Double], _ shape: TensorShape, _ resize: ResizeAttributes, to output: TensorShape
  ) -> [Double] {
    let rows = resize.rows.taps(shape.height, resize.coordinates)
    let columns = resize.columns.taps(shape.width, resize.coordinates)
    return elements(of: output) { n, c, row, column in
      let plane = (n * shape.channels + c) * shape.height
      func value(_ y: Int, _ column: Int) -> Double { x[(plane + y) * shape.width + column] }
      func blend(_ a: Double, _ b: Double, _ share: Double) -> Double { a + (b - a) * share }
      let (left, right, share) = (columns.low[column], columns.high[column], columns.share[column])
      return blend(
        blend(value(rows.low[row], left), value(rows.low[row], right), share),
        blend(value(rows.high[row], left), value(rows.high[row], right), share), rows.share[row])
    }
  }

  static func logSoftmax(_ x: [Double], _ shape: TensorShape) -> [Double] {
    let plane = shape.extent.count
    var result = x
    for image in 0..<shape.batch {
      for pixel in 0..<plane {
        let indices = (0..<shape.channels).map { (image * shape.channels + $0) * plane + pixel }
        let largest = indices.reduce(-Double.infinity) { max($0, x[$1]) }
        let logarithm = log(indices.reduce(0.0) { $0 + exp(x[$1] - largest) })
        for index in indices { result[index] = x[index] - largest - logarithm }
      }
    }
    return result
  }

  /// A tensor from a function of `(n, c, y, x)`.
  private static func elements(
    of shape: TensorShape, _ value: (Int, Int, Int, Int) -> Double
  ) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(shape.count)
    for n in 0..<shape.batch {
      for c in 0..<shape.channels {
        for y in 0..<shape.height {
          for x in 0..<shape.width { result.append(value(n, c, y, x)) }
        }
      }
    }
    return result
  }
}
