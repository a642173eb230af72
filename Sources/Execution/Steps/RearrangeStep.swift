import Convolution
import Networks
import Workers

// Operations that move elements: what they are is in their definitions.

extension SliceAttributes: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep { RearrangeStep(self, setting) }
}

extension GatherChannels: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep { RearrangeStep(self, setting) }
}

extension PadAttributes: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep { RearrangeStep(self, setting) }
}

extension DepthToSpace: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep { RearrangeStep(self, setting) }
}

/// Moves elements: slices, borders, nearest neighbours, channels in another order (see
/// `Rearrangement`). Where a block's channels lie side by side in one block of the input, whole
/// vectors are moved, else lane by lane.
final class RearrangeStep: PreparedStep, @unchecked Sendable {
  private let moves: Rearrangement
  private let input: TensorView
  private let output: TensorView
  /// For every phase the input block that each output block is a copy of, if it is.
  private let sources: [[Int?]]
  private let bands: Bands

  convenience init(_ operation: some Rearranging, _ setting: StepSetting) {
    self.init(operation.rearrangement(input: setting.input.shape), setting)
  }

  init(_ moves: Rearrangement, _ setting: StepSetting) {
    let (input, output) = (setting.input, setting.output)
    self.moves = moves
    self.input = input
    self.output = output
    sources = moves.channels.map { channels in
      (0..<output.blocks).map { Self.source(of: $0, channels, input, output) }
    }
    bands = Bands(output, workers: setting.workers)
  }

  private static func source(
    of block: Int, _ channels: [Int?], _ input: TensorView, _ output: TensorView
  ) -> Int? {
    let width = output.block
    guard let first = channels[block * width], first % width == 0 else { return nil }
    let lanes = output.lanes(of: block)
    for lane in 1..<max(1, lanes) where channels[block * width + lane] != first + lane {
      return nil
    }
    // The lanes behind the last channel must be zeros there as well.
    return lanes == width || first + lanes == input.shape.channels ? first / width : nil
  }

  func run(on pool: WorkerPool) {
    pool.run(tasks: bands.tasks) { task, _ in
      let (image, block, first, rows) = bands[task]
      for row in first..<first + rows {
        for phase in 0..<moves.block {
          write(image, block, row, phase: row % moves.block * moves.block + phase, from: phase)
        }
      }
    }
  }

  /// Writes every `moves.block`-th pixel of a row, from `start` on.
  private func write(_ image: Int, _ block: Int, _ row: Int, phase: Int, from start: Int) {
    let target = output.row(image, block, row)
    let columns = stride(from: start, to: output.shape.width, by: moves.block)
    let lanes = output.lanes(of: block)
    guard let y = moves.rows[row] else {
      for column in columns { fill(target + column * output.block, lanes) }
      return
    }
    if let source = sources[phase][block] {
      let line = input.row(image, source, y)
      for column in columns {
        let pixel = target + column * output.block
        guard let x = moves.columns[column] else {
          fill(pixel, lanes)
          continue
        }
        pixel.copyPixel(from: line + x * input.block, count: output.block)
      }
      return
    }
    for lane in 0..<output.block {
      let channel = lane < lanes ? moves.channels[phase][block * output.block + lane] : nil
      let blank = lane < lanes ? moves.fill : 0
      guard let channel else {
        for column in columns { target[column * output.block + lane] = blank }
        continue
      }
      let line = input.row(image, channel / input.block, y) + channel % input.block
      for column in columns {
        target[column * output.block + lane] =
          if let x = moves.columns[column] { line[x * input.block] } else { blank }
      }
    }
  }

  private func fill(_ pixel: UnsafeMutablePointer<Float>, _ lanes: Int) {
    for lane in 0..<output.block { pixel[lane] = lane < lanes ? moves.fill : 0 }
  }
}

extension UnsafeMutablePointer<Float> {
  /// Copies the channels of one pixel of one block.
  @inline(__always)
  func copyPixel(from source: UnsafePointer<Float>, count: Int) {
    var i = 0
    while i < count {
      UnsafeMutableRawPointer(self + i).storeBytes(
        of: UnsafeRawPointer(source + i).loadUnaligned(as: SIMD4<Float>.self),
        as: SIMD4<Float>.self)
      i += 4
    }
  }
}
