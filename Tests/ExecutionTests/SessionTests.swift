import Convolution
import Execution
import KernelLibrary
import Networks
import Testing
import Topology
import Workers

/// Sessions against the interpreter, on every instruction set, with one and two workers.
@Suite(.serialized) struct SessionTests {
  /// Verifies graphs everywhere.
  static func check(_ graphs: Graph..., sourceLocation: SourceLocation = #_sourceLocation) throws {
    for threads in [1, 2] {
      let pool = WorkerPool(placement: .unbound(threads: threads))
      for (graph, kernels) in graphs.flatMap({ graph in Kernels.available.map { (graph, $0) } }) {
        let network = try LoweredNetwork(graph: graph, vectorWidth: kernels.vectorWidth)
        let choices = try HeuristicChoices.choices(
          for: network, target: Target(kernels, threads: threads))
        let result = try NetworkVerification.verify(
          graph, choices: choices, kernels: kernels, pool: pool, seed: 7, tolerance: 1e-4)
        #expect(
          result.passed, "\(kernels.instructionSet) with \(threads): \(result)",
          sourceLocation: sourceLocation)
      }
      pool.shutdown()
    }
  }

  /// Small versions of every family; the resolution is the smallest the network allows, or a
  /// little more so that the last planes are not a single pixel.
  @Test(
    arguments: [
      ("lenet5", nil), ("alexnet", 67), ("alexnet-owt", 64), ("vgg11", 32), ("googlenet", 48),
      ("googlenet-bn", 48), ("googlenet-d2l", 48), ("inceptionv2", 64), ("inceptionv3", 79),
      ("inceptionresnetv2", 75),
      ("resnet18", 48), ("plain18", 33), ("resnet50", 33), ("resnet20", nil), ("densenet121", 40),
      ("mobilenetv1-0.25", 64), ("mobilenetv2-0.35", 64), ("squeezenet1.0", 48),
      ("squeezenet1.1", 48), ("resnext50", 33), ("shufflenetv2-0.5", 64), ("mobilenetv3-small", 64),
      ("mobilenetv3-large", 48), ("efficientnet-b0", 48), ("regnetx-400mf", 48),
      ("regnety-400mf", 48), ("convnext-tiny", 64),
    ] as [(String, Int?)])
  func architectures(name: String, resolution: Int?) throws {
    try Self.check(
      NetworkCatalog.graph(
        named: name, options: NetworkOptions(resolution: resolution, classes: 23)))
  }
}
