import Convolution
import Workers

/// The weights' side of Winograd's filtering: `U = G g Gᵀ` per pair of channels, packed like the
/// weights of as many 1×1 convolutions as a transformed tile has elements, one after the other.
final class WinogradWeights: Sendable {
  let layout: ColumnLayout
  let buffer: FloatBuffer

  /// - Parameter transform: of one pair of channels' weights, `elements` numbers, at most 64.
  init(
    _ layer: ConvolutionLayer, elements: Int, columnCounts: [Int], vectorWidth: Int,
    transform: @Sendable (UnsafePointer<Float>, UnsafeMutablePointer<Double>) -> Void
  ) {
    let problem = layer.problem
    var pointwise = problem
    pointwise.kernel = Extent(1)
    let layout = ColumnLayout(
      pointwise, columnCounts: columnCounts, block: vectorWidth, vectorWidth: vectorWidth)
    let taps = problem.kernel.count
    let buffer = FloatBuffer(count: layout.count * elements)
    self.layout = layout
    self.buffer = buffer
    Parallel.perform(iterations: layout.groups.count, cost: layout.count * elements) { index in
      let group = layout.groups[index]
      let width = group.columns * vectorWidth
      let first = group.firstBlock * vectorWidth
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 64) { transformed in
        layer.weights.withUnsafeBufferPointer { weights in
          for lane in 0..<min(width, problem.outputChannels - first) {
            for c in 0..<problem.inputChannels {
              let pair = (first + lane) * problem.inputChannels + c
              transform(weights.baseAddress! + pair * taps, transformed.baseAddress!)
              let target = buffer.memory + group.offset + c * width + lane
              for e in 0..<elements { target[e * layout.count] = Float(transformed[e]) }
            }
          }
        }
      }
    }
  }
}

/// Rows of `G` for F(m, 3).
private enum WinogradMatrix {
  static func of(_ m: Int) -> [(Double, Double, Double)] {
    switch m {
    case 2: two
    case 4: four
    default: six
    }
  }

  private typealias Row = (Double, Double, Double)

  private static let two: [Row] = [(1, 0, 0), (0.5, 0.5, 0.5), (0.5, -0.5, 0.5), (0, 0, 1)]

  private static let four: [Row] = [
    (0.25, 0, 0), row(-4, -4, -4, over: 24), row(-4, 4, -4, over: 24), row(1, 2, 4, over: 24),
    row(1, -2, 4, over: 24), (0, 0, 1),
  ]

  private static let six: [Row] = [
    (1, 0, 0), row(-20, -20, -20, over: 90), row(-20, 20, -20, over: 90), row(1, 2, 4, over: 90),
    row(1, -2, 4, over: 90), row(64, 32, 16, over: 90), row(64, -32, 16, over: 90), (0, 0, 1),
  ]

  private static func row(_ a: Double, _ b: Double, _ c: Double, over d: Double) -> Row {
    (a / d, b / d, c / d)
  }
}

/// `(m + 2)²` elements of `G g Gᵀ` of a 3×3 kernel, row by row.
func winogradSquare(
  _ g: UnsafePointer<Float>, m: Int, into target: UnsafeMutablePointer<Double>
) {
  let alpha = m + 2
  WinogradMatrix.of(m).withUnsafeBufferPointer { rows in
    for i in 0..<alpha {
      let (a, b, c) = rows[i]
      let t0 = a * Double(g[0]) + b * Double(g[3]) + c * Double(g[6])
      let t1 = a * Double(g[1]) + b * Double(g[4]) + c * Double(g[7])
      let t2 = a * Double(g[2]) + b * Double(g[5]) + c * Double(g[8])
      for j in 0..<alpha {
        let (d, e, f) = rows[j]
        target[i * alpha + j] = d * t0 + e * t1 + f * t2
      }
    }
  }
}
