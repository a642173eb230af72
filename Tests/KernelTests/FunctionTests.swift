import Convolution
import KernelInterface
import KernelLibrary
import Networks
import Testing

/// Functions of one element against their definitions in Double, on every instruction set.
@Suite struct FunctionTests {
  private struct Case {
    let code: FunctionArguments.Code
    let name: String
    let function: @Sendable (Double) -> Double
    var first: Float = 0
    var second: Float = 0
    /// What errors are relative to at least: sums that cancel are exact to their operands.
    var floor = 1e-30

    init(
      code: FunctionArguments.Code, function: ElementwiseFunction, first: Float = 0,
      second: Float = 0, floor: Double = 1e-30
    ) {
      self.code = code
      self.function = { function($0) }
      name = function.label
      (self.first, self.second, self.floor) = (first, second, floor)
    }

    init(code: FunctionArguments.Code, function: PlainFunction, floor: Double = 1e-30) {
      self.code = code
      self.function = { function($0) }
      name = function.label
      self.floor = floor
    }
  }

  private static let cases = [
    Case(code: .leakyRelu, function: .leakyRelu(slope: 0.1), first: 0.1),
    Case(code: .clip, function: .clip(low: -0.5, high: 50), first: -0.5, second: 50),
    Case(code: .sigmoid, function: .sigmoid),
    Case(
      code: .hardSigmoid, function: .hardSigmoid(slope: 0.2, shift: 0.5), first: 0.2, second: 0.5,
      floor: 1),
    Case(code: .hardSwish, function: .hardSwish, floor: 1),
    Case(code: .silu, function: .silu),
    Case(code: .elu, function: .elu(alpha: 1.5), first: 1.5),
    Case(code: .exponential, function: .exponential),
    Case(code: .squareRoot, function: .squareRoot),
    Case(code: .absolute, function: .absolute),
    Case(code: .errorFunction, function: PlainFunction.errorFunction),
    // Where x is far below 0, the sum in it cancels.
    Case(code: .gelu, function: PlainFunction.gelu(isApproximate: false), floor: 1),
  ]

  /// Fine steps from -100 to 100, finer ones around 0, and where the exponential ends.
  private static let values: [Float] =
    (-8000...8000).map { Float($0) / 80 } + (-500...500).map { Float($0) * 1e-5 }
    + [-0.0, 88.72, 88.73, -86.98, -87.4, 1e-30, -1e-30, 1e30, -1e30]
    + [.nan, -.nan, .infinity, -.infinity]

  @Test func everyInstructionSet() {
    for kernels in Kernels.available {
      for entry in Self.cases { check(entry, kernels) }
    }
  }

  private func check(_ entry: Case, _ kernels: Kernels) {
    let lanes = kernels.vectorWidth
    let pixels = (Self.values.count + lanes - 1) / lanes
    let input = FloatBuffer(count: pixels * lanes)
    let output = FloatBuffer(count: pixels * lanes)
    for (index, value) in Self.values.enumerated() { input.memory[index] = value }
    var arguments = FunctionArguments(entry.code, input: input.memory, output: output.memory)
    arguments.first = entry.first
    arguments.second = entry.second
    arguments.width = pixels
    // The last lane holds no channel.
    arguments.lanes = lanes - 1
    output.memory.update(repeating: .nan, count: output.count)
    kernels.set.function(&arguments)
    for (index, value) in Self.values.enumerated() {
      let result = output.memory[index]
      if index % lanes == lanes - 1 {
        #expect(result == 0)
        continue
      }
      let expected = entry.function(Double(value))
      let difference = abs(Double(result) - expected)
      let isRight =
        if expected.isNaN { result.isNaN } else if Float(expected).isInfinite {
          result == Float(expected)
        } else { difference <= 1e-6 * max(abs(expected), entry.floor) }
      if !isRight {
        Issue.record(
          "\(kernels.instructionSet): \(entry.name)(\(value)) is \(result), not \(expected)"
        )
      }
    }
  }
}
