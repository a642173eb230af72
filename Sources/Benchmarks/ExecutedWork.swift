import Convolution
import KernelLibrary
import Measurement

/// What a candidate computes and moves: what its roofline stands on.
struct ExecutedWork {
  let operations: Double
  /// Bytes of input and output, each once.
  private let activations: Int
  /// Bytes that input and output take in a cache, halos included.
  private let resident: Int
  /// Bytes of weights as they are read.
  private let weights: Int
  private let state: CacheState

  /// nil for approximations: what they compute depends on the weights' rank.
  init?(
    _ strategy: any ConvolutionStrategy, _ configuration: Configuration, _ bench: LayerBench,
    _ state: CacheState
  ) {
    if strategy.isApproximate { return nil }
    let problem = bench.problem
    activations = 4 * (problem.inputShape.count + problem.outputShape.count)
    resident = 4 * (bench.input.layout.count + bench.output.layout.count)
    self.state = state
    if strategy.name == "winograd", let m = configuration.values["m"], m > 0 {
      // The matrix products; the transforms are what they cost, not what they are for.
      let elements = (m + 2) * (m + 2)
      let tiles =
        problem.batch * ((problem.output.height + m - 1) / m) * ((problem.output.width + m - 1) / m)
      let products = problem.inputChannels * problem.outputChannels
      operations = 2 * Double(elements * tiles) * Double(products)
      weights = 4 * elements * products
    } else {
      operations = Double(strategy.counts(for: problem).operations)
      weights = 4 * problem.weightCount
    }
  }

  func bound(_ roofline: Roofline, peak: Double) -> Roofline.Bound {
    roofline.bound(
      operations: operations, activations: activations, resident: resident, weights: weights,
      state: state, peak: peak)
  }
}
