import Convolution
import KernelLibrary
import Testing
import Topology
import Workers

/// No strategy may be slower than the loops that anybody would write, on the shapes it is for.
@Suite(.serialized) struct PlainLoopTests {
  @Test(arguments: [
    ("direct", "mb1ic32ih28oc32oh28kh3ph1"), ("pointwise", "mb1ic64ih28oc64oh28kh1"),
    ("im2col", "mb1ic32ih28oc32oh28kh3ph1"), ("winograd", "mb1ic32ih28oc32oh28kh3ph1"),
    ("depthwise", "g64mb1ic64ih28oc64oh28kh3ph1"), ("separable", "mb1ic32ih28oc32oh28kh5ph2"),
  ])
  func isFasterThanPlainLoops(_ name: String, _ text: String) throws {
    let problem = try ConvolutionProblem(descriptor: text)
    var random = SeededGenerator(seed: 1)
    let layer = ConvolutionLayer(problem: problem, weights: random.uniform(problem.weightCount))
    let input = random.uniform(problem.inputShape.count)
    let strategy = try StrategyTable.strategy(named: name)
    let pool = try CorrectnessTests.pool(threads: 1)
    for kernels in Kernels.available {
      let configuration = try #require(
        strategy.configurations(for: problem, kernels: kernels, threads: 1).first)
      let prepared = try strategy.prepare(
        layer, configuration: configuration, kernels: kernels, threads: 1)
      let source = Tensor(
        shape: problem.inputShape, block: problem.inputBlock(vectorWidth: kernels.vectorWidth),
        halo: problem.halo, planar: input)
      let target = Tensor(
        TensorLayout(shape: problem.outputShape, block: kernels.vectorWidth))
      let workspace = FloatBuffer(count: prepared.workspaceCount)
      var ratios: [Double] = []
      for _ in 0..<5 {
        let kernel = seconds {
          prepared.run(
            input: source.view, output: target.view, residual: nil, workspace: workspace.memory,
            pool: pool)
        }
        var sum: Float = 0
        let loops = seconds { sum = plainLoops(problem, input, layer.weights) }
        #expect(sum.isFinite)
        ratios.append(loops / kernel)
      }
      #expect(ratios.max()! > 1, "\(name) \(kernels.instructionSet): \(ratios)")
    }
  }

  private func seconds(_ body: () -> Void) -> Double {
    let duration = ContinuousClock().measure(body).components
    return Double(duration.seconds) + Double(duration.attoseconds) * 1e-18
  }

  /// Output-stationary loops over planar tensors; returns the outputs' sum.
  private func plainLoops(
    _ p: ConvolutionProblem, _ input: [Float], _ weights: [Float]
  ) -> Float {
    var total: Float = 0
    input.withUnsafeBufferPointer { input in
      weights.withUnsafeBufferPointer { weights in
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
