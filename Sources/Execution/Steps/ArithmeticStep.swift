import Convolution
import KernelInterface
import KernelLibrary
import Networks
import Workers

extension Arithmetic: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep { ArithmeticStep(self, setting) }
}

/// Two tensors, element by element; extents of 1 are repeated.
private final class ArithmeticStep: PreparedStep, @unchecked Sendable {
  private let kernels: KernelTable
  private let first: Operand
  private let second: Operand
  private let output: TensorView
  private let code: ArithmeticArguments.Code
  private let bands: Bands

  init(_ arithmetic: Arithmetic, _ setting: StepSetting) {
    kernels = setting.kernels.set
    output = setting.output
    first = Operand(setting.inputs[0], output: output.shape)
    second = Operand(setting.inputs[1], output: output.shape)
    code =
      switch arithmetic {
      case .add: .add
      case .subtract: .subtract
      case .multiply: .multiply
      case .divide: .divide
      case .maximum: .maximum
      case .minimum: .minimum
      }
    bands = Bands(output, workers: setting.workers)
  }

  func run(on pool: WorkerPool) {
    pool.run(tasks: bands.tasks) { task, _ in
      let (image, block, row, rows) = bands[task]
      var a = ArithmeticArguments(
        code, first: first.arguments(image, block, row),
        second: second.arguments(image, block, row), output: output.row(image, block, row))
      a.lanes = output.lanes(of: block)
      a.outputRow = output.rowPitch
      a.rows = rows
      a.width = output.shape.width
      kernels.arithmetic(&a)
    }
  }

  /// A tensor with the pitches of what is repeated set to 0.
  private struct Operand {
    private let base: UnsafeMutablePointer<Float>
    private let image: Int
    private let plane: Int
    private let row: Int
    private let pixel: Int
    private let repeatsChannel: Bool

    init(_ view: TensorView, output: TensorShape) {
      base = view.base
      image = view.shape.batch == 1 ? 0 : view.imagePitch
      plane = view.blocks == 1 ? 0 : view.planePitch
      row = view.shape.height == 1 ? 0 : view.rowPitch
      pixel = view.shape.width == 1 ? 0 : view.block
      repeatsChannel = view.shape.channels == 1 && output.channels > 1
    }

    @inline(__always)
    func arguments(_ image: Int, _ block: Int, _ row: Int) -> ArithmeticArguments.Operand {
      var operand = ArithmeticArguments.Operand(
        base: base + (image * self.image + block * plane + row * self.row))
      operand.row = self.row
      operand.pixel = pixel
      operand.repeatsChannel = repeatsChannel
      return operand
    }
  }
}
