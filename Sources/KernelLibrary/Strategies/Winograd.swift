import Convolution

/// Winograd's minimal filtering F(m×m, 3×3) (Lavin & Gray 2016): 36 products instead of 144 for
/// 4×4 outputs, as `(m + 2)²` matrix products over the transformed tiles.
struct WinogradStrategy: ConvolutionStrategy {
  let name = "winograd"
  let summary = "3×3, stride 1: (m+2)² products per m×m outputs, m = 2, 4 or 6"
  let isApproximate = false
  let revision = 1
  let families: [KernelFamily] = [.winograd, .band]
  let appearance = ChartAppearance(colour: 1, mark: .triangle)

  struct Schedule: StrategySchedule {
    var m = 4
    var tiles = 1
    var columns = 1
    var fused = true

    static let parameters: [ScheduleParameter<Schedule>] = [
      .init("m", \.m, .oneOf([2, 4, 6]), "output tile: m × m pixels"),
      .init(
        "tiles", \.tiles, .count, "tiles per block: transformed input and product stay in L2"),
      .init("columns", \.columns, .range(1...4), "output-channel blocks per register tile"),
      .init("fused", \.fused, "1: a worker takes a block through all passes, 0: all share"),
    ]
  }

  /// Bytes of transformed input and product that a block may have: half the second-level cache, all
  /// of it, and twice that, where passes over parts of V and M find them there.
  private static func budgets(_ target: Target) -> [Int] {
    [target.caches.l2 / 2, target.caches.l2, 2 * target.caches.l2]
  }

  /// The same where all workers share every pass: half of the L3, or where there is none, of memory
  /// so much that the weights are read a few times.
  private static func sharedBudget(_ target: Target) -> Int {
    target.caches.l3 > 0 ? target.caches.l3 / 2 : 16 * target.caches.l2
  }

  func rejection(of problem: ConvolutionProblem, target: Target) -> String? {
    if problem.kernel != Extent(3) {
      return "the kernel is \(problem.kernel.height)×\(problem.kernel.width), not 3×3"
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
    let (kernels, threads) = (target.kernels, target.threads)
    let width = kernels.vectorWidth
    let budgets = Self.budgets(target)
    let outputBlocks = (problem.outputChannels + width - 1) / width
    let inputBlocks = (problem.inputChannels + width - 1) / width
    var result: [Schedule] = []
    for m in [4, 6, 2] where m <= 2 || max(problem.output.height, problem.output.width) > 2 {
      let grid = WinogradGrid(problem, m: m)
      // Floats of transformed input and product per tile.
      let perTile = (m + 2) * (m + 2) * (inputBlocks + outputBlocks) * width
      for columns in [2, 4, 3] where columns <= outputBlocks || columns == 2 {
        let limit = kernels.set.tilePixels(columns: columns, rows: 1, step: .blocked1)
        guard limit > 0 else { continue }
        var sizes: [Int] = []
        func add(_ tiles: Int) {
          let blocks = (grid.count + tiles - 1) / tiles
          let size = (grid.count + blocks - 1) / blocks
          if !sizes.contains(size) { sizes.append(size) }
        }
        for budget in budgets {
          let fit = budget / 4 / perTile / limit * limit
          if fit >= limit { add(min(fit, grid.count)) }
        }
        // A block is one worker's task: a layer that fits the cache as a whole is cut for all of
        // them, once each and twice each.
        for parts in [threads, 2 * threads] where threads > 1 {
          let share = (grid.count + parts - 1) / parts
          if share * perTile * 4 <= budgets.max()! { add(share) }
        }
        // First guesses are those that give every worker a block.
        let busy = sizes.filter { (grid.count + $0 - 1) / $0 >= threads }
        for size in busy + sizes.filter({ !busy.contains($0) }) {
          result.append(Schedule(m: m, tiles: size, columns: columns, fused: true))
        }
        // Large weights are read once when all tiles go through a pass together.
        let all = min(grid.count, max(limit, Self.sharedBudget(target) / 4 / perTile))
        result.append(Schedule(m: m, tiles: all, columns: columns, fused: false))
      }
    }
    return result
  }

  /// The matrix products.
  func work(of problem: ConvolutionProblem, schedule: Schedule) -> ExecutedProducts? {
    let elements = (schedule.m + 2) * (schedule.m + 2)
    let products = problem.inputChannels * problem.outputChannels
    let tiles = WinogradGrid(problem, m: schedule.m).count
    return ExecutedProducts(
      operations: 2 * elements * tiles * products, weightCount: elements * products)
  }

  /// Transformed input and product of a block, of each worker where a block is one's own.
  func workspace(of problem: ConvolutionProblem, schedule: Schedule, target: Target) -> Int {
    let width = target.vectorWidth
    let blocks =
      (problem.inputChannels + width - 1) / width + (problem.outputChannels + width - 1) / width
    let tiles = min(schedule.tiles, WinogradGrid(problem, m: schedule.m).count)
    return (schedule.m + 2) * (schedule.m + 2) * blocks * tiles * width
      * (schedule.fused ? target.threads : 1)
  }

  /// Products of the matrix products for F(4, 3), the usual tile; the transforms are additions and
  /// multiplications by constants, counted as additions.
  func counts(for problem: ConvolutionProblem) -> ArithmeticCounts {
    let m = 4
    let alpha = m + 2
    let tiles = WinogradGrid(problem, m: m).count
    let products = tiles * alpha * alpha * problem.inputChannels * problem.outputChannels
    // Operations of the transforms in `F4x3`: 12 in each of 6 + 6 lines of the input's, 10 in each
    // of 6 + 4 lines of the output's.
    let transforms = tiles * (144 * problem.inputChannels + 100 * problem.outputChannels)
    var counts = problem.directCounts
    counts.multiplications = products
    counts.additions = products + transforms
    counts.bytes +=
      4 * alpha * alpha * problem.inputChannels * problem.outputChannels
      - 4 * problem.weightCount
    return counts
  }

  /// A tile's inputs are added up before the products.
  func spreadsNonFinite(in problem: ConvolutionProblem) -> Bool { true }

  /// Measured on small integers with 512 input channels (`bench … --strategy winograd`): 0, 3.6e-6
  /// and 7.4e-6 for m = 2, 4 and 6.
  func tolerance(for problem: ConvolutionProblem, schedule: Schedule) -> Double {
    switch schedule.m {
    case 2: 2e-6
    case 4: 1e-5
    default: 1e-4
    }
  }

  func prepare(
    _ layer: ConvolutionLayer, schedule: Schedule, target: Target
  ) throws -> any PreparedConvolution {
    let grid = WinogradGrid(layer.problem, m: schedule.m)
    return WinogradConvolution(
      layer, m: schedule.m, tiles: min(schedule.tiles, grid.count), columns: schedule.columns,
      fused: schedule.fused, target: target,
      workspaceCount: workspace(of: layer.problem, schedule: schedule, target: target))
  }
}

/// The output cut into m×m tiles, numbered along rows, then down, then over images.
struct WinogradGrid: Sendable {
  let rows: Int
  let columns: Int
  let count: Int

  init(_ problem: ConvolutionProblem, m: Int) {
    rows = (problem.output.height + m - 1) / m
    columns = (problem.output.width + m - 1) / m
    count = problem.batch * rows * columns
  }

  /// Calls `body` for every run of tiles of `range` that lie in one row of tiles.
  ///
  /// - Parameter body: image, row of tiles, first column of tiles, number of tiles, and the first
  ///   tile's position in `range`.
  func forEachRun(
    _ range: Range<Int>,
    _ body: (_ image: Int, _ row: Int, _ column: Int, _ count: Int, _ at: Int)
      -> Void
  ) {
    var tile = range.lowerBound
    while tile < range.upperBound {
      let (line, column) = tile.quotientAndRemainder(dividingBy: columns)
      let (image, row) = line.quotientAndRemainder(dividingBy: rows)
      let count = min(columns - column, range.upperBound - tile)
      body(image, row, column, count, tile - range.lowerBound)
      tile += count
    }
  }
}
