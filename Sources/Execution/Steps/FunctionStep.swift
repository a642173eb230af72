import Convolution
import KernelInterface
import KernelLibrary
import Workers

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

  init(
    _ function: ElementwiseFunction, input: TensorView, output: TensorView, kernels: Kernels,
    workers: Int
  ) {
    self.kernels = kernels.set
    self.input = input
    self.output = output
    (code, first, second) = function.arguments
    slopes = nil
    bands = Bands(output, workers: workers)
  }

  /// A leaky rectifier with a slope per channel.
  init(
    slopes: [Float], input: TensorView, output: TensorView, kernels: Kernels, workers: Int
  ) {
    self.kernels = kernels.set
    self.input = input
    self.output = output
    (code, first, second) = (.leakyRelu, 0, 0)
    let buffer = FloatBuffer(count: output.blocks * output.block)
    for (channel, slope) in slopes.enumerated() { buffer.memory[channel] = slope }
    self.slopes = buffer
    bands = Bands(output, workers: workers)
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
