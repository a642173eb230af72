import Convolution
import KernelInterface
import KernelLibrary
import Networks
import Workers

extension PoolAttributes: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep { PoolStep(self, setting) }
}

extension GlobalAveragePool: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep { PlaneAverageStep(setting) }
}

private final class PoolStep: PreparedStep, @unchecked Sendable {
  private let kernels: KernelTable
  private let input: TensorView
  private let output: TensorView
  private let pool: PoolAttributes
  private let bands: Bands

  init(_ pool: PoolAttributes, _ setting: StepSetting) {
    kernels = setting.kernels.set
    self.pool = pool
    input = setting.input
    output = setting.output
    bands = Bands(output, workers: setting.workers)
  }

  func run(on workers: WorkerPool) {
    workers.run(tasks: bands.tasks) { task, _ in
      let (image, block, row, rows) = bands[task]
      var a = PoolArguments(
        input: input.row(image, block, 0), output: output.row(image, block, row))
      a.inputRow = input.rowPitch
      a.outputRow = output.rowPitch
      a.inputHeight = input.shape.height
      a.inputWidth = input.shape.width
      a.outputWidth = output.shape.width
      a.kernelHeight = pool.kernel.height
      a.kernelWidth = pool.kernel.width
      a.strideHeight = pool.stride.height
      a.strideWidth = pool.stride.width
      a.paddingTop = pool.padding.top
      a.paddingLeft = pool.padding.left
      a.paddingBottom = pool.padding.bottom
      a.paddingRight = pool.padding.right
      a.firstRow = row
      a.rows = rows
      a.isMaximum = pool.kind == .max
      a.countsPadding = pool.countIncludesPadding
      kernels.pool(&a)
    }
  }
}

private final class PlaneAverageStep: PreparedStep, @unchecked Sendable {
  private let kernels: KernelTable
  private let input: TensorView
  private let output: TensorView

  init(_ setting: StepSetting) {
    kernels = setting.kernels.set
    input = setting.input
    output = setting.output
  }

  func run(on pool: WorkerPool) {
    let blocks = input.blocks
    pool.runOnWorkers { worker in
      var range = WorkerPool.partition(
        tasks: input.shape.batch * blocks, worker: worker, of: pool.count)
      while let first = range.first {
        let (image, block) = first.quotientAndRemainder(dividingBy: blocks)
        var a = PlaneAverageArguments(
          input: input.row(image, block, 0), output: output.row(image, block, 0))
        a.planes = min(blocks - block, range.count)
        a.inputRow = input.rowPitch
        a.inputPlane = input.planePitch
        a.outputPlane = output.planePitch
        a.height = input.shape.height
        a.width = input.shape.width
        kernels.averagePlanes(&a)
        range.removeFirst(a.planes)
      }
    }
  }
}
