import Convolution

/// Winograd's minimal filtering in one dimension, F(6, 3), F(4, 5) and F(2, 7) on the same eight
/// points (Lavin & Gray 2016, section 4): 8 products instead of 18, 20 and 14 for the outputs of a
/// tile, as eight matrix products over the transformed tiles. For the 1×7 and 7×1 kernels of the
/// later Inceptions (Szegedy et al. 2016, section 3.2).
struct WinogradLineStrategy: ConvolutionStrategy {
  let name = "winograd1d"
  let summary = "1×r and r×1, r = 3, 5 or 7, stride 1: eight products per 9 - r outputs in a line"
  let isApproximate = false
  let revision = 1
  let families: [KernelFamily] = [.winograd, .band]
  let appearance = ChartAppearance(colour: 8, mark: .bar)

  struct Schedule: StrategySchedule {
    var tiles = 1
    var columns = 1
    var fused = true

    var blocking: WinogradBlocking {
      WinogradBlocking(tiles: tiles, columns: columns, fused: fused)
    }

    static let parameters: [ScheduleParameter<Schedule>] = [
      .init(
        "tiles", \.tiles, .count, "tiles per block: transformed input and product stay in L2"),
      .init("columns", \.columns, .range(1...4), "output-channel blocks per register tile"),
      .init("fused", \.fused, "1: a worker takes a block through all passes, 0: all share"),
    ]
  }

  func rejection(of problem: ConvolutionProblem, target: Target) -> String? {
    let (height, width) = (problem.kernel.height, problem.kernel.width)
    if min(height, width) != 1 || ![3, 5, 7].contains(max(height, width)) {
      return "the kernel is \(height)×\(width), not a line of 3, 5 or 7"
    }
    if problem.stride != Extent(1) { return "the stride is not 1" }
    if problem.dilation != Extent(1) { return "it is dilated" }
    if problem.groups != 1 { return "it has \(problem.groups) groups, not 1" }
    if problem.inputBlock(vectorWidth: target.vectorWidth) == 1 {
      return "the input has \(problem.inputChannels) channels; five are needed for blocks"
    }
    return nil
  }

  func schedules(for problem: ConvolutionProblem, target: Target) -> [Schedule] {
    WinogradBlocking.all(
      for: problem, elements: LineTiling.elements, count: LineTiling.grid(problem).count,
      target: target
    ).map { Schedule(tiles: $0.tiles, columns: $0.columns, fused: $0.fused) }
  }

  /// The matrix products.
  func work(of problem: ConvolutionProblem, schedule: Schedule) -> ExecutedProducts? {
    let products = LineTiling.elements * problem.inputChannels * problem.outputChannels
    return ExecutedProducts(
      operations: 2 * products * LineTiling.grid(problem).count, weightCount: products)
  }

  func saving(of problem: ConvolutionProblem, schedule: Schedule) -> ArithmeticSaving? {
    let taps = problem.kernel.count
    guard [3, 5, 7].contains(taps) else { return nil }
    return work(of: problem, schedule: schedule).map {
      ArithmeticSaving("F(\(9 - taps), \(taps))", multiplications: Double($0.operations / 2))
    }
  }

  func workspace(of problem: ConvolutionProblem, schedule: Schedule, target: Target) -> Int {
    schedule.blocking.workspace(
      of: problem, elements: LineTiling.elements, count: LineTiling.grid(problem).count,
      target: target)
  }

  /// Products of the matrix products; the transforms are additions and multiplications by constants,
  /// counted as additions.
  func counts(for problem: ConvolutionProblem) -> ArithmeticCounts {
    let tiles = LineTiling.grid(problem).count
    let pairs = problem.inputChannels * problem.outputChannels
    // Operations of the transforms: 32 of the input's in `F6x3`, up to 29 of the output's.
    let transforms = tiles * (32 * problem.inputChannels + 29 * problem.outputChannels)
    var counts = problem.directCounts
    counts.multiplications = LineTiling.elements * tiles * pairs
    counts.additions = counts.multiplications + transforms
    counts.bytes += 4 * LineTiling.elements * pairs - 4 * problem.weightCount
    return counts
  }

  /// A tile's inputs are added up before the products.
  func spreadsNonFinite(in problem: ConvolutionProblem) -> Bool { true }

  /// Rounding of the transforms: 1.1e-6 to 1.3e-6 with 192 channels.
  func tolerance(for problem: ConvolutionProblem, schedule: Schedule) -> Double { 1e-5 }

  func prepare(
    _ layer: ConvolutionLayer, schedule: Schedule, target: Target
  ) throws -> any PreparedConvolution {
    let taps = layer.problem.kernel.count
    return WinogradConvolution(
      layer, tiling: LineTiling(layer.problem, kernels: target.kernels),
      blocking: schedule.blocking, target: target
    ) { LineWeights.transform($0, taps: taps, into: $1) }
  }
}
