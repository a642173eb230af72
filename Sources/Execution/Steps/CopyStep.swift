import Convolution
import KernelInterface
import KernelLibrary
import Networks
import Workers

extension Subsample: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep {
    CopyStep(
      input: setting.input, output: setting.output, channels: 0..<setting.output.shape.channels,
      stride: stride, kernels: setting.kernels, workers: setting.workers)
  }
}

/// A copy between layouts: concatenation, subsampling, conversion (see `CopyArguments`).
final class CopyStep: PreparedStep, @unchecked Sendable {
  private let kernels: KernelTable
  private let input: TensorView
  private let output: TensorView
  private let stride: Int
  private let firstChannel: Int
  private let firstBlock: Int
  private let bands: Bands

  /// - Parameters:
  ///   - channels: the output channels that are written: from the block of the first one, of which
  ///     the channels before are left alone, to the end of the block of the last one.
  ///   - stride: of the input's pixels.
  init(
    input: TensorView, output: TensorView, channels: Range<Int>, stride: Int, kernels: Kernels,
    workers: Int
  ) {
    self.kernels = kernels.set
    self.input = input
    self.output = output
    self.stride = stride
    firstChannel = channels.lowerBound
    firstBlock = channels.lowerBound / output.block
    let end = (channels.upperBound + output.block - 1) / output.block
    bands = Bands(
      images: output.shape.batch, blocks: end - firstBlock, height: output.shape.height,
      workers: workers)
  }

  func run(on pool: WorkerPool) {
    pool.run(tasks: bands.tasks) { task, _ in
      let (image, index, row, rows) = bands[task]
      let block = firstBlock + index
      var a = CopyArguments(
        input: input.row(image, 0, row * stride), output: output.row(image, block, row))
      a.inputBlock = input.block
      a.inputPlane = input.planePitch
      a.inputRow = input.rowPitch * stride
      a.inputPixel = input.block * stride
      a.outputBlock = output.block
      a.outputRow = output.rowPitch
      a.firstChannel = block * output.block - firstChannel
      a.channels = input.shape.channels
      a.rows = rows
      a.width = output.shape.width
      kernels.copy(&a)
    }
  }
}
