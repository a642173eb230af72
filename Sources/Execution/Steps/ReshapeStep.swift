import Convolution
import Networks
import Workers

extension Reshape: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep {
    ReshapeStep(input: setting.input, output: setting.output)
  }
}

/// The elements of every image in NCHW order, in another shape.
private final class ReshapeStep: PreparedStep, @unchecked Sendable {
  private let input: TensorView
  private let output: TensorView

  init(input: TensorView, output: TensorView) {
    self.input = input
    self.output = output
  }

  func run(on pool: WorkerPool) {
    pool.run(tasks: output.shape.batch * output.blocks) { task, _ in
      let (image, block) = task.quotientAndRemainder(dividingBy: output.blocks)
      for lane in 0..<output.block { write(image, block * output.block + lane) }
    }
  }

  /// One channel of the output; walks through the input's elements with it.
  private func write(_ image: Int, _ channel: Int) {
    let shape = input.shape
    let plane = output.shape.extent.count
    var (y, x) = (0, 0)
    var source = 0
    if channel < output.shape.channels {
      (y, x) = (channel * plane).quotientAndRemainder(dividingBy: shape.width)
      (source, y) = y.quotientAndRemainder(dividingBy: shape.height)
    }
    for row in 0..<output.shape.height {
      for column in 0..<output.shape.width {
        let target = output.base + output.offset(image, channel, row, column)
        guard channel < output.shape.channels else {
          target.pointee = 0
          continue
        }
        target.pointee = input.base[input.offset(image, source, y, x)]
        x += 1
        if x == shape.width { (x, y) = (0, y + 1) }
        if y == shape.height { (y, source) = (0, source + 1) }
      }
    }
  }
}
