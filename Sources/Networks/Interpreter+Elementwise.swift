import Convolution
import Foundation

/// Everything that is not a convolution.
extension Interpreter {
  /// Changes every plane of a copy in place.
  static func perPlane(
    _ x: [Double], _ shape: TensorShape,
    _ body: (_ plane: UnsafeMutableBufferPointer<Double>, _ channel: Int) -> Void
  ) -> [Double] {
    var result = x
    let size = shape.extent.count
    result.withUnsafeMutableBufferPointer { values in
      for plane in 0..<shape.batch * shape.channels {
        body(
          UnsafeMutableBufferPointer(rebasing: values[plane * size..<(plane + 1) * size]),
          plane % shape.channels)
      }
    }
    return result
  }

  static func pooled(
    _ x: [Double], _ shape: TensorShape, _ pool: PoolAttributes, to output: TensorShape
  ) -> [Double] {
    var result: [Double] = []
    result.reserveCapacity(output.count)
    for plane in 0..<shape.batch * shape.channels {
      for oy in 0..<output.height {
        let top = oy * pool.stride.height - pool.padding.top
        let ys = max(top, 0)..<min(top + pool.kernel.height, shape.height)
        for ox in 0..<output.width {
          let left = ox * pool.stride.width - pool.padding.left
          let xs = max(left, 0)..<min(left + pool.kernel.width, shape.width)
          var (sum, largest) = (0.0, -Double.infinity)
          for y in ys {
            for column in xs {
              let value = x[(plane * shape.height + y) * shape.width + column]
              sum += value
              // A NaN is not below the largest, and nothing is above it.
              if !(value <= largest || largest.isNaN) { largest = value }
            }
          }
          switch pool.kind {
          case .max: result.append(largest)
          case .average:
            // The padding counts or not; what ceil mode adds beyond it never does.
            let rows = min(top + pool.kernel.height, shape.height + pool.padding.bottom) - top
            let columns = min(left + pool.kernel.width, shape.width + pool.padding.right) - left
            let count = pool.countIncludesPadding ? rows * columns : ys.count * xs.count
            result.append(sum / Double(count))
          }
        }
      }
    }
    return result
  }

  static func normalized(
    _ x: [Double], _ shape: TensorShape, size: Int, alpha: Double, beta: Double, k: Double
  ) -> [Double] {
    let plane = shape.extent.count
    var result = x
    for image in 0..<shape.batch {
      for channel in 0..<shape.channels {
        let around = max(channel - size / 2, 0)...min(channel + size / 2, shape.channels - 1)
        for i in 0..<plane {
          let squares = around.reduce(0.0) { sum, c in
            let value = x[(image * shape.channels + c) * plane + i]
            return sum + value * value
          }
          result[(image * shape.channels + channel) * plane + i] /= pow(k + alpha * squares, beta)
        }
      }
    }
    return result
  }

  static func softmax(_ x: [Double], _ shape: TensorShape) -> [Double] {
    let plane = shape.extent.count
    var result = x
    for image in 0..<shape.batch {
      for pixel in 0..<plane {
        let indices = (0..<shape.channels).map { (image * shape.channels + $0) * plane + pixel }
        let largest = indices.reduce(-Double.infinity) { max($0, x[$1]) }
        let powers = indices.map { exp(x[$0] - largest) }
        let sum = powers.reduce(0, +)
        for (index, power) in zip(indices, powers) { result[index] = power / sum }
      }
    }
    return result
  }

  static func subsampled(
    _ x: [Double], _ shape: TensorShape, _ stride: Int, to output: TensorShape
  ) -> [Double] {
    var result = [Double](repeating: 0, count: output.count)
    for image in 0..<shape.batch {
      for channel in 0..<shape.channels {
        for y in 0..<output.height {
          for column in 0..<output.width {
            let source = (image * shape.channels + channel) * shape.height + y * stride
            let target = (image * output.channels + channel) * output.height + y
            result[target * output.width + column] = x[source * shape.width + column * stride]
          }
        }
      }
    }
    return result
  }
}
