import Convolution

/// 1×1 convolution on register tiles that run along flattened rows.
struct PointwiseStrategy: ConvolutionStrategy {
  let name = "pointwise"
  let summary = "1×1 kernels: a matrix product over the flattened pixels"
  let isApproximate = false
  let revision = 2
  let families: [KernelFamily] = [.band]
  let isFusible = true
  let preference = 1
  let appearance = ChartAppearance(colour: 4, mark: .square)
  let example: String? = "mb1ic64ih28oc64oh28kh1"
  let speedTargets = [
    SpeedTarget(
      0.82,
      [
        "ic64ih56oc256oh56kh1", "ic256ih56oc64oh56kh1", "ic512ih28oc128oh28kh1",
        "ic1024ih14oc256oh14kh1", "ic256ih14oc1024oh14kh1",
      ]),
    SpeedTarget(0.72, ["ic2048ih7oc512oh7kh1", "ic512ih7oc2048oh7kh1"]),
    SpeedTarget(0.85, of: .roofline, ["ic25088ih1oc4096oh1kh1"]),
  ]
  /// The same loop nest; its tiles along one row are among those along all rows.
  let supersedes = ["direct"]

  func rejection(of problem: ConvolutionProblem, target: Target) -> String? {
    if problem.kernel != Extent(1) {
      return "the kernel is \(problem.kernel.height)×\(problem.kernel.width), not 1×1"
    }
    if problem.groups != 1 { return "it has \(problem.groups) groups, not 1" }
    if problem.halo != .none { return "it has padding" }
    return nil
  }

  func schedules(for problem: ConvolutionProblem, target: Target) -> [BandSchedule] {
    let flat = problem.stride == Extent(1)
    return BandSearch(problem: problem, flat: flat, target: target).schedules()
  }

  func counts(for problem: ConvolutionProblem) -> ArithmeticCounts { problem.directCounts }

  func tolerance(for problem: ConvolutionProblem, schedule: BandSchedule) -> Double { 0 }

  func prepare(
    _ layer: ConvolutionLayer, schedule: BandSchedule, target: Target
  ) throws -> any PreparedConvolution {
    try BandConvolution(layer, schedule: schedule, kernels: target.kernels)
  }
}
