import Convolution
import Networks
import Workers

extension Normalization: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep {
    let coefficients = Coefficients(setting.parameters, setting.output)
    return switch statistics {
    case .pixels:
      PixelNormalizationStep(
        coefficients, epsilon: epsilon, input: setting.input, output: setting.output)
    case .groups(let count):
      GroupNormalizationStep(
        coefficients, groups: count, epsilon: epsilon, input: setting.input,
        output: setting.output)
    }
  }
}

/// Scale and shift of whole channel blocks, 0 behind the last channel, which makes zeros of it.
private struct Coefficients: Sendable {
  let scale: [Float]
  let shift: [Float]

  init(_ parameters: NodeParameters, _ output: TensorView) {
    let count = output.blocks * output.block
    let zeros = [Float](repeating: 0, count: count - output.shape.channels)
    scale = parameters.scale + zeros
    shift = parameters.shift + zeros
  }
}

/// Over the channels of a pixel, whose unused channels are zeros.
private final class PixelNormalizationStep: PreparedStep, @unchecked Sendable {
  private let coefficients: Coefficients
  private let epsilon: Float
  private let input: TensorView
  private let output: TensorView

  init(_ coefficients: Coefficients, epsilon: Float, input: TensorView, output: TensorView) {
    self.coefficients = coefficients
    self.epsilon = epsilon
    self.input = input
    self.output = output
  }

  func run(on pool: WorkerPool) {
    let height = output.shape.height
    pool.run(tasks: output.shape.batch * height) { task, _ in
      let (image, row) = task.quotientAndRemainder(dividingBy: height)
      for column in 0..<output.shape.width { write(image, row, column) }
    }
  }

  private func write(_ image: Int, _ row: Int, _ column: Int) {
    let block = output.block
    let count = Float(output.shape.channels)
    var sum = SIMD4<Float>.zero
    for b in 0..<input.blocks {
      let x = input.row(image, b, row) + column * block
      for lane in stride(from: 0, to: block, by: 4) { sum += x.four(lane) }
    }
    let mean = sum.sum() / count
    var squares = SIMD4<Float>.zero
    for b in 0..<input.blocks {
      let x = input.row(image, b, row) + column * block
      let lanes = output.lanes(of: b)
      for lane in stride(from: 0, to: lanes, by: 4) {
        var difference = x.four(lane) - mean
        // Unused channels are no part of it.
        for behind in min(lanes - lane, 4)..<4 { difference[behind] = 0 }
        squares += difference * difference
      }
    }
    let variance = squares.sum() / count
    let factor = 1 / (variance + epsilon).squareRoot()
    for b in 0..<output.blocks {
      let x = input.row(image, b, row) + column * block
      let y = output.row(image, b, row) + column * block
      for lane in 0..<block {
        let c = b * block + lane
        y[lane] = (x[lane] - mean) * factor * coefficients.scale[c] + coefficients.shift[c]
      }
    }
  }
}

/// Over a run of channels and their planes.
private final class GroupNormalizationStep: PreparedStep, @unchecked Sendable {
  private let coefficients: Coefficients
  private let groups: Int
  private let epsilon: Float
  private let input: TensorView
  private let output: TensorView

  init(
    _ coefficients: Coefficients, groups: Int, epsilon: Float, input: TensorView,
    output: TensorView
  ) {
    self.coefficients = coefficients
    self.groups = groups
    self.epsilon = epsilon
    self.input = input
    self.output = output
  }

  func run(on pool: WorkerPool) {
    let size = output.shape.channels / groups
    pool.run(tasks: output.shape.batch * groups) { task, _ in
      let (image, group) = task.quotientAndRemainder(dividingBy: groups)
      write(image, channels: group * size..<(group + 1) * size)
    }
    let unused = output.shape.channels..<output.blocks * output.block
    guard !unused.isEmpty else { return }
    pool.run(tasks: output.shape.batch) { image, _ in
      for c in unused { each(image, c) { _, y in y.pointee = 0 } }
    }
  }

  private func write(_ image: Int, channels: Range<Int>) {
    let count = Double(channels.count * output.shape.extent.count)
    var sum = 0.0
    for c in channels { each(image, c) { x, _ in sum += Double(x) } }
    let mean = Float(sum / count)
    var squares = 0.0
    for c in channels {
      each(image, c) { x, _ in squares += Double((x - mean) * (x - mean)) }
    }
    let factor = 1 / (Float(squares / count) + epsilon).squareRoot()
    for c in channels {
      let (scale, shift) = (coefficients.scale[c] * factor, coefficients.shift[c])
      each(image, c) { x, y in y.pointee = (x - mean) * scale + shift }
    }
  }

  @inline(__always)
  private func each(
    _ image: Int, _ channel: Int, _ body: (Float, UnsafeMutablePointer<Float>) -> Void
  ) {
    let (block, lane) = channel.quotientAndRemainder(dividingBy: output.block)
    for row in 0..<output.shape.height {
      let x = input.row(image, block, row) + lane
      let y = output.row(image, block, row) + lane
      for column in 0..<output.shape.width {
        body(x[column * output.block], y + column * output.block)
      }
    }
  }
}

extension UnsafeMutablePointer<Float> {
  @inline(__always)
  fileprivate func four(_ lane: Int) -> SIMD4<Float> {
    UnsafeRawPointer(self + lane).loadUnaligned(as: SIMD4<Float>.self)
  }
}
