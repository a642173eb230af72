import Convolution
import Networks
import Workers

extension ResizeAttributes: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep {
    switch mode {
    case .nearest(let rounding):
      RearrangeStep(rearrangement(input: setting.input.shape, rounding), setting)
    case .linear: InterpolateStep(self, setting)
    case .cubic: CubicStep(self, setting)
    }
  }
}

/// Linear resampling of every plane.
private final class InterpolateStep: PreparedStep, @unchecked Sendable {
  private let input: TensorView
  private let output: TensorView
  private let rows: LinearTaps
  private let columns: LinearTaps
  private let bands: Bands

  init(_ resize: ResizeAttributes, _ setting: StepSetting) {
    input = setting.input
    output = setting.output
    rows = resize.rows.taps(input.shape.height, resize.coordinates)
    columns = resize.columns.taps(input.shape.width, resize.coordinates)
    bands = Bands(output, workers: setting.workers)
  }

  func run(on pool: WorkerPool) {
    pool.run(tasks: bands.tasks) { task, _ in
      let (image, block, first, count) = bands[task]
      for row in first..<first + count {
        interpolate(
          output.row(image, block, row), input.row(image, block, rows.low[row]),
          input.row(image, block, rows.high[row]), Float(rows.share[row]))
      }
    }
  }

  /// One row between two.
  private func interpolate(
    _ target: UnsafeMutablePointer<Float>, _ above: UnsafePointer<Float>,
    _ below: UnsafePointer<Float>, _ share: Float
  ) {
    let block = output.block
    for column in 0..<output.shape.width {
      let (left, right) = (columns.low[column] * block, columns.high[column] * block)
      let across = Float(columns.share[column])
      var lane = 0
      while lane < block {
        func value(_ line: UnsafePointer<Float>, _ offset: Int) -> SIMD4<Float> {
          UnsafeRawPointer(line + offset + lane).loadUnaligned(as: SIMD4<Float>.self)
        }
        let (a, b) = (value(above, left), value(below, left))
        let top = a + (value(above, right) - a) * across
        let bottom = b + (value(below, right) - b) * across
        UnsafeMutableRawPointer(target + column * block + lane).storeBytes(
          of: top + (bottom - top) * share, as: SIMD4<Float>.self)
        lane += 4
      }
    }
  }
}

/// Every pixel from four rows of four.
private final class CubicStep: PreparedStep, @unchecked Sendable {
  private let input: TensorView
  private let output: TensorView
  private let rows: CubicTaps
  private let columns: CubicTaps
  private let bands: Bands

  init(_ resize: ResizeAttributes, _ setting: StepSetting) {
    input = setting.input
    output = setting.output
    rows = resize.cubicTaps(resize.rows, input.shape.height)
    columns = resize.cubicTaps(resize.columns, input.shape.width)
    bands = Bands(output, workers: setting.workers)
  }

  func run(on pool: WorkerPool) {
    pool.run(tasks: bands.tasks) { task, _ in
      let (image, block, first, count) = bands[task]
      for row in first..<first + count {
        let target = output.row(image, block, row)
        for column in 0..<output.shape.width {
          var lane = 0
          while lane < output.block {
            write(target + column * output.block + lane, image, block, row, column, lane)
            lane += 4
          }
        }
      }
    }
  }

  /// Four channels of a pixel.
  private func write(
    _ target: UnsafeMutablePointer<Float>, _ image: Int, _ block: Int, _ row: Int, _ column: Int,
    _ lane: Int
  ) {
    var sum = SIMD4<Float>.zero
    for i in 0..<4 {
      let line = input.row(image, block, rows.indices[row][i]) + lane
      var across = SIMD4<Float>.zero
      for j in 0..<4 {
        let pixel = UnsafeRawPointer(line + columns.indices[column][j] * input.block)
        across +=
          pixel.loadUnaligned(as: SIMD4<Float>.self) * Float(columns.weights[column][j])
      }
      sum += across * Float(rows.weights[row][i])
    }
    UnsafeMutableRawPointer(target).storeBytes(of: sum, as: SIMD4<Float>.self)
  }
}
