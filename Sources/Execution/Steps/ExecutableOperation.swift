import Convolution
import Networks
import Workers

/// How an operation with a type of its own is run.
protocol ExecutableOperation: GraphOperation {
  /// - Parameters:
  ///   - input: blocked.
  ///   - output: blocked; channels behind the last one must come out as zeros.
  func step(
    input: TensorView, output: TensorView, parameters: NodeParameters, workers: Int
  ) -> any PreparedStep
}
