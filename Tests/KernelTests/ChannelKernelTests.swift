import Convolution
import Foundation
import KernelInterface
import KernelLibrary
import Testing
import Topology

@testable import Base

/// The kernels between convolutions against their definitions in Double, on every instruction set.
@Suite struct ChannelKernelTests {
  private func tensor(
    _ kernels: Kernels, _ shape: TensorShape, halo: Halo = .none, scale: Float = 1
  ) -> (Tensor, [Float]) {
    var random = SeededGenerator(seed: UInt64(shape.count))
    let values = random.uniform(shape.count).map { $0 * scale }
    return (Tensor(shape: shape, block: kernels.vectorWidth, halo: halo, planar: values), values)
  }

  private func worst(_ actual: [Float], _ expected: [Double]) -> Double {
    zip(actual, expected).map { abs(Double($0) - $1) / max(abs($1), 1e-30) }.max() ?? 1
  }

  @Test(arguments: [1, 3, 4, 5, 16, 17, 63, 1000])
  func softmax(_ channels: Int) {
    for kernels in Kernels.available {
      for shift: Float in [0, -300, 60] {
        let (input, unshifted) = tensor(
          kernels, TensorShape(channels: channels, height: 1, width: 3), scale: 8)
        let values = unshifted.map { $0 + shift }
        input.view.load(planar: values)
        let output = Tensor(input.layout)
        var a = SoftmaxArguments(input: input.view.base, output: output.view.base)
        a.inputPlane = input.layout.planePitch
        a.outputPlane = output.layout.planePitch
        a.channels = channels
        a.width = 3
        kernels.set.softmax(&a)
        var expected = [Double](repeating: 0, count: values.count)
        for x in 0..<3 {
          let column = (0..<channels).map { Double(values[3 * $0 + x]) }
          let largest = column.max()!
          let sum = column.reduce(0) { $0 + exp($1 - largest) }
          for c in 0..<channels { expected[3 * c + x] = exp(column[c] - largest) / sum }
        }
        #expect(worst(output.view.planar(), expected) < 2e-6, "\(kernels.instructionSet)")
        // Unused lanes are zero.
        let all = UnsafeBufferPointer(start: output.buffer.memory, count: output.buffer.count)
        #expect(abs(all.reduce(0, +) - 3) < 1e-4)
      }
    }
  }

  @Test(arguments: [(2, 0.75), (2, 0.5), (1, 0.75), (3, 0.75), (9, 1.25)])
  func localResponseNormalisation(_ radius: Int, _ beta: Double) {
    for kernels in Kernels.available {
      let shape = TensorShape(channels: 37, height: 1, width: 7)
      let (input, values) = tensor(kernels, shape, scale: 20)
      let output = Tensor(input.layout)
      let scratch = FloatBuffer(count: NormalizationArguments.scratchCount)
      for block in 0..<input.layout.blocks {
        let plane = block * input.layout.planePitch
        var a = NormalizationArguments(
          input: input.view.base + plane, output: output.view.base + plane,
          scratch: scratch.memory)
        a.inputPlane = input.layout.planePitch
        a.blocksBefore = block
        a.blocksBehind = input.layout.blocks - 1 - block
        a.width = shape.width
        a.radius = radius
        a.alpha = 0.01
        a.beta = Float(beta)
        a.k = 2
        kernels.set.normalize(&a)
      }
      var expected: [Double] = []
      for c in 0..<shape.channels {
        for x in 0..<shape.width {
          let window = max(0, c - radius)...min(shape.channels - 1, c + radius)
          let sum = window.reduce(0.0) { $0 + pow(Double(values[$1 * shape.width + x]), 2) }
          let alpha = Double(Float(0.01))
          expected.append(Double(values[c * shape.width + x]) / pow(2 + alpha * sum, beta))
        }
      }
      #expect(worst(output.view.planar(), expected) < 2e-6, "\(kernels.instructionSet)")
    }
  }

  @Test func hyperbolicTangent() {
    var points = stride(from: Float(-12), through: 12, by: 0.0037).map { $0 }
    points += [0, 1e-30, -1e-20, 1e-7, -1e-4, 88, -1000, .greatestFiniteMagnitude, .infinity]
    for kernels in Kernels.available {
      let shape = TensorShape(channels: 1, height: 1, width: points.count)
      let input = Tensor(shape: shape, block: kernels.vectorWidth, planar: points)
      let output = Tensor(input.layout)
      var a = ElementwiseArguments(input: input.view.base, output: output.view.base)
      a.width = shape.width
      a.activation = Activation.tanh.code
      kernels.set.elementwise(&a)
      let expected = points.map { Foundation.tanh(Double($0)) }
      #expect(worst(output.view.planar(), expected) < 4e-7, "\(kernels.instructionSet)")
    }
  }

  @Test(arguments: [1, 2, 3, 5, 7, 8, 13])
  func planeAverages(_ width: Int) {
    for kernels in Kernels.available {
      for halo in [Halo.none, Halo(top: 1, left: 2, bottom: 0, right: 1)] {
        let shape = TensorShape(channels: 37, height: 5, width: width)
        let (input, values) = tensor(kernels, shape, halo: halo)
        let output = Tensor(
          TensorLayout(
            shape: TensorShape(channels: 37, height: 1, width: 1), block: kernels.vectorWidth))
        var a = PlaneAverageArguments(input: input.view.base, output: output.view.base)
        a.planes = input.layout.blocks
        a.inputRow = input.layout.rowPitch
        a.inputPlane = input.layout.planePitch
        a.outputPlane = output.layout.planePitch
        a.height = shape.height
        a.width = width
        kernels.set.averagePlanes(&a)
        let count = 5 * width
        for (c, mean) in output.view.planar().enumerated() {
          let plane = values[c * count..<(c + 1) * count]
          let expected = plane.reduce(0.0) { $0 + Double($1) } / Double(count)
          #expect(abs(Double(mean) - expected) < 1e-6, "\(kernels.instructionSet)")
        }
      }
    }
  }

  /// Kernel, stride and padding of windows that overlap, touch, leave gaps and hang over the edge.
  @Test(arguments: [(3, 2, 0), (3, 2, 1), (3, 1, 1), (2, 2, 0), (5, 2, 2), (3, 4, 1)], [9, 20])
  func pooling(_ window: (kernel: Int, stride: Int, padding: Int), _ size: Int) {
    let (kernel, stride, padding) = window
    let outputSize = (size + 2 * padding - kernel) / stride + 1
    for kernels in Kernels.available {
      for isMaximum in [true, false] {
        let shape = TensorShape(channels: 5, height: size, width: size)
        let (input, values) = tensor(kernels, shape)
        let output = Tensor(
          TensorLayout(
            shape: TensorShape(channels: 5, height: outputSize, width: outputSize),
            block: kernels.vectorWidth))
        for block in 0..<input.layout.blocks {
          var a = PoolArguments(
            input: input.view.base + block * input.layout.planePitch,
            output: output.view.base + block * output.layout.planePitch)
          a.inputRow = input.layout.rowPitch
          a.outputRow = output.layout.rowPitch
          a.inputHeight = size
          a.inputWidth = size
          a.outputWidth = outputSize
          a.kernelHeight = kernel
          a.kernelWidth = kernel
          a.strideHeight = stride
          a.strideWidth = stride
          a.paddingTop = padding
          a.paddingLeft = padding
          a.paddingBottom = padding
          a.paddingRight = padding
          a.rows = outputSize
          a.isMaximum = isMaximum
          a.countsPadding = false
          kernels.set.pool(&a)
        }
        var expected: [Double] = []
        for c in 0..<5 {
          for y in 0..<outputSize {
            for x in 0..<outputSize {
              var window: [Double] = []
              for h in y * stride - padding..<y * stride - padding + kernel {
                for w in x * stride - padding..<x * stride - padding + kernel
                where (0..<size).contains(h) && (0..<size).contains(w) {
                  window.append(Double(values[(c * size + h) * size + w]))
                }
              }
              expected.append(
                isMaximum ? window.max()! : window.reduce(0, +) / Double(window.count))
            }
          }
        }
        let worst = zip(output.view.planar(), expected).map { abs(Double($0) - $1) }.max()!
        #expect(worst < 1e-6, "\(kernels.instructionSet) maximum \(isMaximum)")
      }
    }
  }
}
