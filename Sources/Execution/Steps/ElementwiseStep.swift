import Convolution
import KernelInterface
import KernelLibrary
import Workers

/// `activation(input * scale + shift + addend)`
final class ElementwiseStep: PreparedStep, @unchecked Sendable {
  private let kernels: KernelTable
  private let input: TensorView
  private let addend: TensorView?
  private let output: TensorView
  /// Scale and then shift of whole channel blocks, 0 in the unused channels.
  private let coefficients: FloatBuffer?
  private let activation: ActivationCode
  private let bands: Bands

  /// - Parameter coefficients: of every channel, or nil for the input as it is.
  init(
    inputs: [TensorView], output: TensorView, coefficients: (scale: [Double], shift: [Double])?,
    activation: Activation, kernels: Kernels, workers: Int
  ) {
    self.kernels = kernels.set
    input = inputs[0]
    addend = inputs.count == 2 ? inputs[1] : nil
    self.output = output
    self.activation = activation.code
    bands = Bands(output, workers: workers)
    self.coefficients = coefficients.map { scale, shift in
      let channels = output.blocks * output.block
      let buffer = FloatBuffer(count: 2 * channels)
      for c in scale.indices {
        buffer.memory[c] = Float(scale[c])
        buffer.memory[channels + c] = Float(shift[c])
      }
      return buffer
    }
  }

  func run(on pool: WorkerPool) {
    let channels = output.blocks * output.block
    pool.run(tasks: bands.tasks) { task, _ in
      let (image, block, row, rows) = bands[task]
      var a = ElementwiseArguments(
        input: input.row(image, block, row), output: output.row(image, block, row))
      a.inputRow = input.rowPitch
      a.outputRow = output.rowPitch
      a.rows = rows
      a.width = output.shape.width
      a.activation = activation
      if let addend {
        a.addend = UnsafePointer(addend.row(image, block, row))
        a.addendRow = addend.rowPitch
      }
      if let coefficients {
        a.scale = UnsafePointer(coefficients.memory + block * output.block)
        a.shift = UnsafePointer(coefficients.memory + channels + block * output.block)
      }
      kernels.elementwise(&a)
    }
  }
}
