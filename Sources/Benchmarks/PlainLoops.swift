import Base
import Convolution
import KernelLibrary
import Measurement
import Workers

/// A convolution as loops over planar tensors, the way anybody would write them: what a strategy
/// must beat to be worth its code.
struct PlainLoops {
  private let problem: ConvolutionProblem
  private let layer: ConvolutionLayer
  private let input: [Float]

  init(descriptor: String) throws {
    problem = try ConvolutionProblem(descriptor: descriptor)
    var random = SeededGenerator(seed: 1)
    layer = ConvolutionLayer(
      Workload(problem: problem), weights: random.uniform(problem.weightCount))
    input = random.uniform(problem.inputShape.count)
  }

  /// The loops' time over the strategy's, its first configuration on one thread; the largest of
  /// five pairs.
  func gain(of name: String, kernels: Kernels, pool: WorkerPool) throws -> Double {
    let strategy = try StrategyTable.strategy(named: name)
    guard
      let configuration = strategy.configurations(for: problem, target: Target(kernels, threads: 1))
        .first
    else { return 0 }
    let prepared = try strategy.prepare(
      layer, configuration: configuration, target: Target(kernels, threads: 1))
    let source = Tensor(
      shape: problem.inputShape, block: problem.inputBlock(vectorWidth: kernels.vectorWidth),
      halo: problem.halo, planar: input)
    let target = Tensor(TensorLayout(shape: problem.outputShape, block: kernels.vectorWidth))
    let workspace = FloatBuffer(count: prepared.workspaceCount)
    return (0..<5).map { _ in
      let kernel = Stopwatch()
      prepared.run(
        input: source.view, output: target.view, residual: nil, workspace: workspace.memory,
        pool: pool)
      let taken = kernel.elapsed
      let loops = Stopwatch()
      let sum = outputSum()
      // The sum is looked at, so that the loops are not left out.
      return sum.isNaN ? 0 : loops.elapsed / max(taken, 1)
    }.max() ?? 0
  }

  /// Output by output, every product in turn.
  private func outputSum() -> Float {
    let p = problem
    var total: Float = 0
    input.withUnsafeBufferPointer { input in
      layer.weights.withUnsafeBufferPointer { weights in
        for k in 0..<p.outputChannels {
          let first = k / p.outputChannelsPerGroup * p.inputChannelsPerGroup
          for y in 0..<p.output.height {
            for x in 0..<p.output.width {
              var sum: Float = 0
              for c in 0..<p.inputChannelsPerGroup {
                for r in 0..<p.kernel.height {
                  let h = y * p.stride.height + r - p.paddingTop
                  guard h >= 0, h < p.input.height else { continue }
                  for s in 0..<p.kernel.width {
                    let w = x * p.stride.width + s - p.paddingLeft
                    guard w >= 0, w < p.input.width else { continue }
                    sum +=
                      input[((first + c) * p.input.height + h) * p.input.width + w]
                      * weights[
                        ((k * p.inputChannelsPerGroup + c) * p.kernel.height + r) * p.kernel.width
                          + s]
                  }
                }
              }
              total += sum
            }
          }
        }
      }
    }
    return total
  }
}
