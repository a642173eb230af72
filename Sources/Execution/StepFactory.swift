import Convolution
import KernelLibrary
import Networks

/// Gives steps their addresses and kernels.
struct StepFactory {
  let network: LoweredNetwork
  /// Of the network's tensors.
  let views: [TensorView]
  /// Of the network's layers.
  let convolutions: [any PreparedConvolution]
  /// Of the network's fused steps.
  let blocks: [Fusion: FusedBlock]
  let workspace: UnsafeMutablePointer<Float>
  let seed: UInt64
  let kernels: Kernels
  let workers: Int

  func prepare(_ step: Step) -> any PreparedStep {
    let inputs = step.inputs.map { views[$0] }
    let (input, output) = (inputs[0], views[step.output])
    switch step.work {
    case .convolution(let layer):
      return ConvolutionStep(
        convolutions[layer], inputs: inputs, output: output, workspace: workspace)
    case .fused(let fusion):
      guard let block = blocks[fusion] else { preconditionFailure("every fused step has a block") }
      return ConvolutionStep(block, inputs: inputs, output: output, workspace: workspace)
    case .affine(let affines, let activation):
      return ElementwiseStep(
        inputs: inputs, output: output,
        coefficients: affines.isEmpty
          ? nil : network.coefficients(affines, channels: output.shape.channels, seed: seed),
        activation: activation, kernels: kernels, workers: workers)
    case .add(let activation):
      return ElementwiseStep(
        inputs: inputs, output: output, coefficients: nil, activation: activation,
        kernels: kernels, workers: workers)
    case .copy(let first):
      return copy(input, output, channels: first..<first + input.shape.channels)
    case .convert: return copy(input, output, channels: 0..<output.shape.channels)
    case .operation(let operation, let node):
      guard let definition = operation.definition as? any ExecutableOperation else {
        preconditionFailure("lowering lets only operations pass that have a step")
      }
      return definition.step(
        StepSetting(
          inputs: inputs, output: output,
          parameters: network.graph.parameters(of: network.graph.nodes[node], seed: seed),
          kernels: kernels, workers: workers))
    }
  }

  private func copy(
    _ input: TensorView, _ output: TensorView, channels: Range<Int>
  ) -> CopyStep {
    CopyStep(
      input: input, output: output, channels: channels, stride: 1, kernels: kernels,
      workers: workers)
  }
}
