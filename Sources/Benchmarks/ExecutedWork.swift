import Base
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
    let problem = bench.problem
    guard let work = try? strategy.work(of: problem, configuration: configuration) else {
      return nil
    }
    activations = 4 * (problem.inputShape.count + problem.outputShape.count)
    resident = 4 * (bench.input.layout.count + bench.output.layout.count)
    self.state = state
    operations = Double(work.operations)
    weights = 4 * work.weightCount
  }

  func bound(_ roofline: Roofline, peak: Gflops) -> Roofline.Bound {
    roofline.bound(
      operations: operations, activations: activations, resident: resident, weights: weights,
      state: state, peak: peak)
  }
}
