import Convolution
import Networks
import Workers

extension ArgMaximum: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep { ArgMaximumStep(self, setting) }
}

/// Row by row, without a kernel: it stands at the end of networks that segment.
private final class ArgMaximumStep: PreparedStep, @unchecked Sendable {
  private let operation: ArgMaximum
  private let input: TensorView
  private let output: TensorView

  init(_ operation: ArgMaximum, _ setting: StepSetting) {
    self.operation = operation
    input = setting.input
    output = setting.output
  }

  func run(on pool: WorkerPool) {
    let height = output.shape.height
    pool.run(tasks: output.shape.batch * height) { task, _ in
      let (image, row) = task.quotientAndRemainder(dividingBy: height)
      for column in 0..<output.shape.width { write(image, row, column) }
    }
  }

  private func write(_ image: Int, _ row: Int, _ column: Int) {
    let pixel = output.row(image, 0, row) + column * output.block
    for lane in 0..<output.block { pixel[lane] = 0 }
    var best = (index: 0, value: input.base[input.offset(image, 0, row, column)])
    for block in 0..<input.blocks {
      let x = input.row(image, block, row) + column * input.block
      for lane in 0..<input.lanes(of: block) where operation.prefers(x[lane], to: best.value) {
        best = (block * input.block + lane, x[lane])
      }
    }
    pixel[0] = Float(best.index)
  }
}
