import Convolution
import Networks
import Workers

extension Permutation: ExecutableOperation {
  func step(_ setting: StepSetting) -> any PreparedStep {
    PermutationStep(parts, input: setting.input, output: setting.output)
  }
}

/// Walks through the output and, part by part, through the input.
private final class PermutationStep: PreparedStep, @unchecked Sendable {
  private let parts: [AxisPart]
  private let input: TensorView
  private let output: TensorView

  init(_ parts: [AxisPart], input: TensorView, output: TensorView) {
    self.parts = parts.filter { $0.size > 1 }
    self.input = input
    self.output = output
  }

  func run(on pool: WorkerPool) {
    let channels = output.blocks * output.block
    pool.run(tasks: output.shape.batch * channels) { task, _ in
      let (image, channel) = task.quotientAndRemainder(dividingBy: channels)
      write(image, channel)
    }
  }

  /// Where the walk through the input is.
  private struct Place {
    var batch = 0
    var channel = 0
    var row = 0
    var column = 0

    @inline(__always)
    mutating func move(_ axis: TensorAxis, by step: Int) {
      switch axis {
      case .batch: batch += step
      case .channels: channel += step
      case .height: row += step
      case .width: column += step
      }
    }
  }

  /// One channel of one image of the output.
  private func write(_ image: Int, _ channel: Int) {
    let shape = output.shape
    guard channel < shape.channels else {
      for row in 0..<shape.height {
        for column in 0..<shape.width {
          output.base[output.offset(image, channel, row, column)] = 0
        }
      }
      return
    }
    var place = Place()
    withUnsafeTemporaryAllocation(of: Int.self, capacity: max(parts.count, 1)) { counters in
      // The first element's digits, the last part's first.
      var rest = (image * shape.channels + channel) * shape.extent.count
      for index in parts.indices.reversed() {
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: parts[index].size)
        counters.initializeElement(at: index, to: digit)
        place.move(parts[index].axis, by: digit * parts[index].stride)
        rest = quotient
      }
      for row in 0..<shape.height {
        for column in 0..<shape.width {
          output.base[output.offset(image, channel, row, column)] =
            input.base[input.offset(place.batch, place.channel, place.row, place.column)]
          for index in parts.indices.reversed() {
            let part = parts[index]
            counters[index] += 1
            place.move(part.axis, by: part.stride)
            if counters[index] < part.size { break }
            place.move(part.axis, by: -part.size * part.stride)
            counters[index] = 0
          }
        }
      }
    }
  }
}
