import Convolution

/// Direct convolution on register tiles, for every problem (see `BandConvolution`).
struct DirectStrategy: ConvolutionStrategy {
  let name = "direct"
  let summary = "every problem: the definition on register tiles, no workspace"
  let isApproximate = false
  let revision = 1
  let families: [KernelFamily] = [.band]
  let isFusible = true
  let preference = 2
  let appearance = ChartAppearance(colour: 0, mark: .circle)

  func rejection(of problem: ConvolutionProblem, target: Target) -> String? { nil }

  func schedules(for problem: ConvolutionProblem, target: Target) -> [BandSchedule] {
    BandSearch(problem: problem, flat: false, target: target).schedules()
  }

  func counts(for problem: ConvolutionProblem) -> ArithmeticCounts { problem.directCounts }

  func tolerance(for problem: ConvolutionProblem, schedule: BandSchedule) -> Double { 0 }

  func prepare(
    _ layer: ConvolutionLayer, schedule: BandSchedule, target: Target
  ) throws -> any PreparedConvolution {
    try BandConvolution(layer, schedule: schedule, kernels: target.kernels)
  }
}
