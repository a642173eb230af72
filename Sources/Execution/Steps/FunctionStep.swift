import Convolution
import KernelInterface
import KernelLibrary
import Networks
import Workers

extension ElementwiseFunction: ExecutableOperation {
  var overwritesInput: Bool { true }

  func step(_ setting: StepSetting) -> any PreparedStep {
    FunctionStep(arguments, slopes: [], setting)
  }
}

extension ParametricRelu: ExecutableOperation {
  var overwritesInput: Bool { true }

  func step(_ setting: StepSetting) -> any PreparedStep {
    FunctionStep((.leakyRelu, 0, 0), slopes: setting.parameters.slopes, setting)
  }
}

/// A function of every element.
final class FunctionStep: PreparedStep, @unchecked Sendable {
  private let kernels: KernelTable
  private let input: TensorView
  private let output: TensorView
  private let code: FunctionArguments.Code
  private let first: Float
  private let second: Float
  /// Of whole channel blocks.
  private let slopes: FloatBuffer?
  private let bands: Bands

  /// - Parameter slopes: per channel, instead of the code's own; or none.
  init(
    _ arguments: (FunctionArguments.Code, Float, Float), slopes: [Float], _ setting: StepSetting
  ) {
    kernels = setting.kernels.set
    input = setting.input
    output = setting.output
    (code, first, second) = arguments
    bands = Bands(output, workers: setting.workers)
    guard !slopes.isEmpty else {
      self.slopes = nil
      return
    }
    let buffer = FloatBuffer(count: output.blocks * output.block)
    for (channel, slope) in slopes.enumerated() { buffer.memory[channel] = slope }
    self.slopes = buffer
  }

  func run(on pool: WorkerPool) {
    pool.run(tasks: bands.tasks) { task, _ in
      let (image, block, row, rows) = bands[task]
      var a = FunctionArguments(
        code, input: input.row(image, block, row), output: output.row(image, block, row))
      a.first = first
      a.second = second
      if let slopes { a.slopes = UnsafePointer(slopes.memory + block * output.block) }
      a.lanes = output.lanes(of: block)
      a.inputRow = input.rowPitch
      a.outputRow = output.rowPitch
      a.rows = rows
      a.width = output.shape.width
      kernels.function(&a)
    }
  }
}

extension ElementwiseFunction {
  /// What kernels call it, and its numbers.
  fileprivate var arguments: (FunctionArguments.Code, Float, Float) {
    switch self {
    case .leakyRelu(let slope): (.leakyRelu, slope, 0)
    case .clip(let low, let high): (.clip, low, high)
    case .sigmoid: (.sigmoid, 0, 0)
    case .hardSigmoid(let slope, let shift): (.hardSigmoid, slope, shift)
    case .hardSwish: (.hardSwish, 0, 0)
    case .silu: (.silu, 0, 0)
    case .elu(let alpha): (.elu, alpha, 0)
    case .exponential: (.exponential, 0, 0)
    case .squareRoot: (.squareRoot, 0, 0)
    case .absolute: (.absolute, 0, 0)
    }
  }
}

extension TensorView {
  /// Channels in a block.
  @inline(__always)
  func lanes(of block: Int) -> Int { min(self.block, shape.channels - block * self.block) }
}
