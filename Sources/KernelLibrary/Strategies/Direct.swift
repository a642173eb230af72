import Convolution

/// Direct convolution on register tiles, for every problem (see `BandConvolution`).
struct DirectStrategy: ConvolutionStrategy {
  let name = "direct"
  let summary = "every problem: the definition on register tiles, no workspace"
  let isApproximate = false
  let revision = 1
  let families: [KernelFamily] = [.band]
  let isFusible = true
  let tunables = BandConvolution.tunables

  func rejection(of problem: ConvolutionProblem, target: Target) -> String? { nil }

  func configurations(
    for problem: ConvolutionProblem, target: Target
  ) -> [Configuration] {
    BandSearch(problem: problem, flat: false, target: target)
      .configurations()
  }

  func counts(for problem: ConvolutionProblem) -> ArithmeticCounts { problem.directCounts }

  func tolerance(for problem: ConvolutionProblem, configuration: Configuration) -> Double { 0 }

  func prepare(
    _ layer: ConvolutionLayer, configuration: Configuration, target: Target
  ) throws -> any PreparedConvolution {
    try BandConvolution(layer, configuration: configuration, kernels: target.kernels)
  }
}

extension BandConvolution {
  static let tunables = [
    Tunable(name: "columns", meaning: "output-channel blocks per register tile"),
    Tunable(name: "pixels", meaning: "output pixels per tile row"),
    Tunable(name: "rows", meaning: "output rows per tile (1 or 2)"),
    Tunable(name: "chunk", meaning: "input-channel blocks per pass; their weights stay in L1"),
    Tunable(name: "band", meaning: "output rows per task"),
    Tunable(name: "order", meaning: "1: output channels outermost, 0: bands outermost"),
  ]
}
