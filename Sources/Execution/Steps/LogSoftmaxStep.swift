import Convolution
import Foundation
import Networks
import Workers

extension LogSoftmax: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep {
    LogSoftmaxStep(input: setting.input, output: setting.output)
  }
}

/// The logarithm of the softmax over the channels of every pixel. Networks that are run end with
/// a softmax or with nothing; this one is plain.
private final class LogSoftmaxStep: PreparedStep, @unchecked Sendable {
  private let input: TensorView
  private let output: TensorView

  init(input: TensorView, output: TensorView) {
    self.input = input
    self.output = output
  }

  func run(on pool: WorkerPool) {
    let height = output.shape.height
    pool.run(tasks: output.shape.batch * height) { task, _ in
      let (image, row) = task.quotientAndRemainder(dividingBy: height)
      for column in 0..<output.shape.width { write(image, row, column) }
    }
  }

  private func write(_ image: Int, _ row: Int, _ column: Int) {
    let channels = output.shape.channels
    func value(_ c: Int) -> Float { input.base[input.offset(image, c, row, column)] }
    var largest = -Float.infinity
    for c in 0..<channels { largest = max(largest, value(c)) }
    var sum: Double = 0
    for c in 0..<channels { sum += Double(exp(value(c) - largest)) }
    let logarithm = Float(log(sum))
    for c in 0..<output.blocks * output.block {
      output.base[output.offset(image, c, row, column)] =
        c < channels ? value(c) - largest - logarithm : 0
    }
  }
}
