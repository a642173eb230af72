import Convolution

/// Direct convolution on register tiles, for every problem (see `BandConvolution`).
struct DirectStrategy: ConvolutionStrategy {
  let name = "direct"
  let summary = "every problem: the definition on register tiles, no workspace"
  let isApproximate = false
  let revision = 2
  let families: [KernelFamily] = [.band]
  let isFusible = true
  let preference = 2
  let appearance = ChartAppearance(colour: 0, mark: .circle)
  let example: String? = "mb1ic32ih28oc32oh28kh3ph1"
  let speedTargets = [
    SpeedTarget(0.85, SpeedTarget.square), SpeedTarget(0.75, SpeedTarget.small),
    SpeedTarget(0.75, SpeedTarget.strided),
    SpeedTarget(
      0.55,
      ["ic3ih224oc64oh112kh7sh2ph3", "ic3ih224oc64oh224kh3ph1", "ic3ih224oc32oh112kh3sh2ph1"]),
    SpeedTarget(
      0.80, ["ic192ih17iw17oc192oh17ow17kh1kw7ph0pw3", "ic192ih17iw17oc192oh17ow17kh7kw1ph3pw0"]),
  ]

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
