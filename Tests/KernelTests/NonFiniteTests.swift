import Base
import Convolution
import KernelInterface
import KernelLibrary
import Testing
import Topology
import Workers

/// A NaN or an infinity comes out where the definition has one, on every instruction set.
@Suite(.serialized) struct NonFiniteTests {
  static let specials: [Float] = [.nan, -.nan, .infinity, -.infinity]

  /// `clamp` of the epilogue, alone and behind an addition.
  @Test(arguments: Activation.allCases, [false, true])
  func activations(_ activation: Activation, _ adds: Bool) {
    let values = Self.specials + [-0.0, 0, 3, 7, -3]
    for kernels in Kernels.available {
      let shape = TensorShape(channels: 1, height: 1, width: values.count)
      let input = Tensor(shape: shape, block: kernels.vectorWidth, planar: values)
      let other = Tensor(
        shape: shape, block: kernels.vectorWidth,
        planar: [Float](repeating: adds ? 0.5 : 0, count: values.count))
      let output = Tensor(input.layout)
      var a = ElementwiseArguments(input: input.view.base, output: output.view.base)
      if adds { a.addend = UnsafePointer(other.view.base) }
      a.width = values.count
      a.activation = activation.code
      kernels.set.elementwise(&a)
      for (value, result) in zip(values, output.view.planar()) {
        let expected = Float(activation(Double(value) + (adds ? 0.5 : 0)))
        #expect(
          expected.isNaN ? result.isNaN : abs(result - expected) < 1e-6 || result == expected,
          "\(kernels.instructionSet) \(activation) of \(value): \(result), not \(expected)")
      }
    }
  }

  /// Every window shape of the pooling kernel's three loops, with the special value at every place.
  @Test(
    arguments: [(3, 2, 1, 13), (3, 2, 0, 21), (2, 2, 0, 13), (3, 1, 1, 13), (5, 3, 2, 13)],
    [true, false])
  func pooling(
    _ window: (kernel: Int, stride: Int, padding: Int, size: Int), _ isMaximum: Bool
  ) {
    let (kernel, stride, padding, size) = window
    let outputSize = (size + 2 * padding - kernel) / stride + 1
    for kernels in Kernels.available {
      for special in Self.specials {
        for place in 0..<size * size {
          var values = (0..<size * size).map { Float(($0 * 37) % 64) - 32 }
          values[place] = special
          // Sums of both infinities are no NaN among the elements.
          if place > 0 { values[0] = .infinity }
          let shape = TensorShape(channels: 1, height: size, width: size)
          let input = Tensor(shape: shape, block: kernels.vectorWidth, planar: values)
          let output = Tensor(
            TensorLayout(
              shape: TensorShape(channels: 1, height: outputSize, width: outputSize),
              block: kernels.vectorWidth))
          var a = PoolArguments(input: input.view.base, output: output.view.base)
          (a.inputRow, a.outputRow) = (input.layout.rowPitch, output.layout.rowPitch)
          (a.inputHeight, a.inputWidth, a.outputWidth) = (size, size, outputSize)
          (a.kernelHeight, a.kernelWidth) = (kernel, kernel)
          (a.strideHeight, a.strideWidth) = (stride, stride)
          (a.paddingTop, a.paddingLeft) = (padding, padding)
          (a.paddingBottom, a.paddingRight) = (padding, padding)
          a.rows = outputSize
          a.isMaximum = isMaximum
          a.countsPadding = false
          kernels.set.pool(&a)
          let result = output.view.planar()
          for y in 0..<outputSize {
            for x in 0..<outputSize {
              var inside: [Float] = []
              for h in y * stride - padding..<y * stride - padding + kernel {
                for w in x * stride - padding..<x * stride - padding + kernel
                where (0..<size).contains(h) && (0..<size).contains(w) {
                  inside.append(values[h * size + w])
                }
              }
              let expected =
                inside.contains(where: \.isNaN)
                ? Float.nan
                : isMaximum ? inside.max()! : inside.reduce(0, +) / Float(inside.count)
              let got = result[y * outputSize + x]
              let isRight =
                expected.isFinite
                ? abs(got - expected) <= 1e-4
                : expected.isNaN ? got.isNaN : got == expected
              if !isRight {
                Issue.record(
                  "\(kernels.instructionSet) \(special) at \(place): \(got), not \(expected)")
                return
              }
            }
          }
        }
      }
    }
  }

  /// What may be NaN: the input, the residual or the bias.
  enum Place: CaseIterable { case input, residual, bias }

  /// Every strategy with every activation. A strategy that says that it spreads such values may
  /// have more of them than the definition, never fewer.
  @Test(arguments: Activation.allCases, Place.allCases)
  func convolutions(_ activation: Activation, _ place: Place) throws {
    let pool = try CorrectnessTests.pool(threads: 1)
    var seen: Set<String> = []
    for text in [
      "mb1ic20ih14oc37oh14kh3ph1", "mb1ic40ih9oc40oh9kh1", "g18mb1ic18ih15oc18oh15kh3ph1",
      "g18mb1ic18ih9oc36oh5kh5sh2ph2", "g3mb1ic12ih8oc21oh8kh3ph1", "mb1ic3ih12oc20oh6kh3sh2ph1",
      "mb1ic20ih11iw20oc18oh11ow20kh1kw7ph0pw3",
    ] {
      let problem = try ConvolutionProblem(descriptor: text)
      var random = SeededGenerator(seed: 5)
      let epilogue = Epilogue(bias: true, residual: true, activation: activation)
      var bias = random.uniform(problem.outputChannels)
      var residual = random.uniform(problem.outputShape.count)
      var input = random.uniform(problem.inputShape.count)
      switch place {
      case .input: input[problem.inputShape.count / 2 + 2] = .nan
      case .residual: residual[problem.outputShape.count / 2 + 2] = .nan
      case .bias: bias[1] = .nan
      }
      let layer = ConvolutionLayer(
        Workload(problem: problem, epilogue: epilogue),
        weights: random.uniform(problem.weightCount), bias: bias)
      let expected = Reference.run(layer, input: input, residual: residual).map(\.isNaN)
      #expect(expected.contains(true) && expected.contains(false))
      for strategy in StrategyTable.all {
        for kernels in Kernels.available
        where strategy.rejection(of: problem, target: Target(kernels, threads: 1)) == nil {
          let width = kernels.vectorWidth
          for configuration in strategy.configurations(
            for: problem, target: Target(kernels, threads: 1)
          )
          .prefix(12) {
            let prepared = try strategy.prepare(
              layer, configuration: configuration, target: Target(kernels, threads: 1))
            let source = Tensor(
              shape: problem.inputShape, block: problem.inputBlock(vectorWidth: width),
              halo: problem.halo, planar: input)
            let added = Tensor(shape: problem.outputShape, block: width, planar: residual)
            let output = Tensor(TensorLayout(shape: problem.outputShape, block: width))
            let workspace = FloatBuffer(count: prepared.workspaceCount)
            prepared.run(
              input: source.view, output: output.view, residual: added.view,
              workspace: workspace.memory, pool: pool)
            let got = output.view.planar().map(\.isNaN)
            let isRight =
              place == .input && strategy.spreadsNonFinite(in: problem)
              ? zip(got, expected).allSatisfy { $0 || !$1 } : got == expected
            #expect(
              isRight, "\(text) \(strategy.name)(\(configuration)) \(kernels.instructionSet)")
            seen.insert(strategy.name)
          }
        }
      }
    }
    #expect(seen == Set(StrategyTable.names))
  }
}
