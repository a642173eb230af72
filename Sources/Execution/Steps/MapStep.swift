import Convolution
import Networks
import Workers

extension PlainFunction: ExecutableOperation {
  var overwritesInput: Bool { true }

  func step(_ setting: StepSetting) -> any PreparedStep {
    switch self {
    case .errorFunction: FunctionStep((.errorFunction, 0, 0), slopes: [], setting)
    case .gelu(isApproximate: false): FunctionStep((.gelu, 0, 0), slopes: [], setting)
    default: MapStep(setting) { x in Float(self(Double(x))) }
    }
  }
}

/// A function of every element, without a kernel.
final class MapStep: PreparedStep, @unchecked Sendable {
  private let input: TensorView
  private let output: TensorView
  private let function: @Sendable (Float) -> Float
  private let bands: Bands

  init(_ setting: StepSetting, _ function: @escaping @Sendable (Float) -> Float) {
    input = setting.input
    output = setting.output
    self.function = function
    bands = Bands(output, workers: setting.workers)
  }

  func run(on pool: WorkerPool) {
    pool.run(tasks: bands.tasks) { task, _ in
      let (image, block, first, count) = bands[task]
      let lanes = output.lanes(of: block)
      for row in first..<first + count {
        let source = input.row(image, block, row)
        let target = output.row(image, block, row)
        for column in 0..<output.shape.width {
          for lane in 0..<output.block {
            let place = column * output.block + lane
            target[place] = lane < lanes ? function(source[place]) : 0
          }
        }
      }
    }
  }
}
