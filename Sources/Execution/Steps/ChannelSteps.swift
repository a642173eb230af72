import Convolution
import KernelInterface
import KernelLibrary
import Networks
import Workers

extension LocalResponseNormalization: ExecutableOperation {
  func checkExecutable() throws {
    guard (1...2049).contains(size), k > 0, alpha >= 0 else {
      throw ExecutionError(
        "normalises over \(size) channels with alpha \(alpha), k \(k); the size "
          + "must be at most 2049, alpha at least 0 and k positive")
    }
  }

  func step(_ setting: StepSetting) -> any PreparedStep { NormalizationStep(self, setting) }
}

extension Softmax: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep { SoftmaxStep(setting) }
}

private final class NormalizationStep: PreparedStep, @unchecked Sendable {
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

  init(_ normalization: LocalResponseNormalization, _ setting: StepSetting) {
    kernels = setting.kernels.set
    input = setting.input
    output = setting.output
    radius = normalization.size / 2
    alpha = Float(normalization.alpha)
    beta = Float(normalization.beta)
    k = Float(normalization.k)
    bands = Bands(output, workers: setting.workers)
    scratch = FloatBuffer(count: setting.workers * NormalizationArguments.scratchCount)
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

private final class SoftmaxStep: PreparedStep, @unchecked Sendable {
  private let kernels: KernelTable
  private let input: TensorView
  private let output: TensorView

  init(_ setting: StepSetting) {
    kernels = setting.kernels.set
    input = setting.input
    output = setting.output
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
