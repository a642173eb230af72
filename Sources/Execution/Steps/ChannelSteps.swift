import Convolution
import KernelInterface
import KernelLibrary
import Workers

final class NormalizationStep: PreparedStep, @unchecked Sendable {
  private let kernels: KernelTable
  private let input: TensorView
  private let output: TensorView
  private let radius: Int
  private let alpha: Float
  private let beta: Float
  private let k: Float
  private let bands: Bands
  /// One piece per worker.
  private let scratch: FloatBuffer

  init(
    size: Int, alpha: Double, beta: Double, k: Double, input: TensorView, output: TensorView,
    kernels: Kernels, workers: Int
  ) {
    self.kernels = kernels.set
    self.input = input
    self.output = output
    radius = size / 2
    self.alpha = Float(alpha)
    self.beta = Float(beta)
    self.k = Float(k)
    bands = Bands(output, workers: workers)
    scratch = FloatBuffer(count: workers * NormalizationArguments.scratchCount)
  }

  func run(on pool: WorkerPool) {
    pool.run(tasks: bands.tasks) { task, worker in
      let (image, block, first, rows) = bands[task]
      for row in first..<first + rows {
        var a = NormalizationArguments(
          input: input.row(image, block, row), output: output.row(image, block, row),
          scratch: scratch.memory + worker * NormalizationArguments.scratchCount)
        a.inputPlane = input.planePitch
        a.blocksBefore = block
        a.blocksBehind = input.blocks - 1 - block
        a.width = output.shape.width
        a.radius = radius
        a.alpha = alpha
        a.beta = beta
        a.k = k
        kernels.normalize(&a)
      }
    }
  }
}

final class SoftmaxStep: PreparedStep, @unchecked Sendable {
  private let kernels: KernelTable
  private let input: TensorView
  private let output: TensorView

  init(input: TensorView, output: TensorView, kernels: Kernels) {
    self.kernels = kernels.set
    self.input = input
    self.output = output
  }

  func run(on pool: WorkerPool) {
    let height = output.shape.height
    pool.run(tasks: output.shape.batch * height) { task, _ in
      let (image, row) = task.quotientAndRemainder(dividingBy: height)
      var a = SoftmaxArguments(
        input: input.row(image, 0, row), output: output.row(image, 0, row))
      a.inputPlane = input.planePitch
      a.outputPlane = output.planePitch
      a.channels = output.shape.channels
      a.width = output.shape.width
      kernels.softmax(&a)
    }
  }
}
