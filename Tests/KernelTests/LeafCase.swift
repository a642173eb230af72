import Convolution
import KernelInterface
import KernelLibrary

/// One call of a kernel: its operands, what the definition in Double says, and what went wrong.
struct LeafCase {
  var name: String
  /// Whose contents must stay.
  var inputs: [GuardedFloats]
  var output: GuardedFloats
  /// By index into `output`; nothing else may be written.
  var expected: [Int: Double]
  var tolerance = 0.0
  var run: () -> Void

  /// What is wrong, or nil.
  func problem() -> String? {
    let inputsBefore = inputs.map(\.bits)
    let before = output.bits
    run()
    if inputs.map(\.bits) != inputsBefore { return "\(name): it wrote to an input" }
    return output.problem(expected, before: before, tolerance: tolerance)
      .map { "\(name): \($0)" }
  }
}

/// Kernels by the definition of what they compute: a case for every way through a row's code.
struct LeafCases {
  let kernels: Kernels
  var width: Int { kernels.vectorWidth }

  /// All cases of a row. Exhaustive: a new kind of kernel does not compile without its cases.
  func of(_ row: KernelRow) -> [LeafCase] {
    switch row.body {
    case .band(let tile, let step, let kernel): band(tile, step, kernel)
    case .depthwise(let kernel): depthwise(kernel)
    case .winogradInput(let m, let kernel): winogradInput(m, kernel)
    case .winogradOutput(let m, let kernel): winogradOutput(m, kernel)
    case .winogradLineInput(let kernel): winogradLineInput(kernel)
    case .winogradLineOutput(let m, let kernel): winogradLineOutput(m, kernel)
    case .elementwise(let kernel): elementwise(kernel)
    case .function(let kernel): function(kernel)
    case .arithmetic(let kernel): arithmetic(kernel)
    case .pool(let kernel): pool(kernel)
    case .averagePlanes(let kernel): averagePlanes(kernel)
    case .normalize(let kernel): normalize(kernel)
    case .softmax(let kernel): softmax(kernel)
    case .copy(let kernel): copy(kernel)
    }
  }

  /// `Activation` by the code that kernels have for it.
  static func activation(_ code: ActivationCode) -> Activation {
    Activation.allCases.first { $0.code == code }!
  }
}
