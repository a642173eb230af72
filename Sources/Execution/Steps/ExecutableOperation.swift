import Convolution
import KernelLibrary
import Networks
import Workers

/// How an operation with a type of its own is run. All that are must be in this room: lowering
/// refuses what has no step.
protocol ExecutableOperation: GraphOperation {
  /// Whether it may be computed in place: element for element, at the same address.
  var overwritesInput: Bool { get }
  /// - Throws: `ExecutionError`, without the node's name, for attributes that its step cannot have.
  func checkExecutable() throws
  func step(_ setting: StepSetting) -> any PreparedStep
}

extension ExecutableOperation {
  var overwritesInput: Bool { false }
  func checkExecutable() throws {}
}

/// What a step is made from.
struct StepSetting {
  /// Blocked; channels behind the last one are zeros.
  let inputs: [TensorView]
  /// Blocked; channels behind the last one must come out as zeros.
  let output: TensorView
  let parameters: NodeParameters
  let kernels: Kernels
  let workers: Int

  var input: TensorView { inputs[0] }
}
