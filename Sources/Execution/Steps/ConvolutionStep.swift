import Convolution
import KernelLibrary
import Workers

final class ConvolutionStep: PreparedStep, @unchecked Sendable {
  private let convolution: any PreparedConvolution
  private let input: TensorView
  private let output: TensorView
  private let residual: TensorView?
  /// Shared by all layers: only one runs at a time.
  private let workspace: UnsafeMutablePointer<Float>

  init(
    _ convolution: any PreparedConvolution, inputs: [TensorView], output: TensorView,
    workspace: UnsafeMutablePointer<Float>
  ) {
    self.convolution = convolution
    input = inputs[0]
    residual = inputs.count == 2 ? inputs[1] : nil
    self.output = output
    self.workspace = workspace
  }

  func run(on pool: WorkerPool) {
    convolution.run(
      input: input, output: output, residual: residual, workspace: workspace, pool: pool)
  }
}
