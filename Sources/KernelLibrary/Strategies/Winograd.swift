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
  let example: String? = "mb1ic32ih28oc32oh28kh3ph1"
  /// 3×3, stride 1, at least 64 channels and 14 rows.
  let speedTargets = [
    SpeedTarget(
      1.7, of: .general,
      .layers(of: ["vgg16", "resnet18"]) {
        $0.kernel == Extent(3) && $0.stride == Extent(1) && $0.inputChannels >= 64
          && $0.outputChannels >= 64 && $0.output.height >= 14
      })
  ]

  struct Schedule: StrategySchedule {
    var m = 4
    var tiles = 1
    var columns = 1
    var fused = true

    var blocking: WinogradBlocking {
      WinogradBlocking(tiles: tiles, columns: columns, fused: fused)
    }

    static let parameters: [ScheduleParameter<Schedule>] = [
      .init("m", \.m, .oneOf([2, 4, 6]), "output tile: m × m pixels"),
      .init(
        "tiles", \.tiles, .count, "tiles per block: transformed input and product stay in L2"),
      .init("columns", \.columns, .range(1...4), "output-channel blocks per register tile"),
      .init("fused", \.fused, "1: a worker takes a block through all passes, 0: all share"),
    ]
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
    [4, 6, 2].filter { $0 <= 2 || max(problem.output.height, problem.output.width) > 2 }
      .flatMap { m in
        WinogradBlocking.all(
          for: problem, elements: (m + 2) * (m + 2), count: WinogradGrid(problem, m: m).count,
          target: target
        ).map {
          Schedule(m: m, tiles: $0.tiles, columns: $0.columns, fused: $0.fused)
        }
      }
  }

  /// The matrix products.
  func work(of problem: ConvolutionProblem, schedule: Schedule) -> ExecutedProducts? {
    let elements = (schedule.m + 2) * (schedule.m + 2)
    let products = problem.inputChannels * problem.outputChannels
    let tiles = WinogradGrid(problem, m: schedule.m).count
    return ExecutedProducts(
      operations: 2 * elements * tiles * products, weightCount: elements * products)
  }

  func saving(of problem: ConvolutionProblem, schedule: Schedule) -> ArithmeticSaving? {
    work(of: problem, schedule: schedule).map {
      ArithmeticSaving("F(\(schedule.m), 3)", multiplications: Double($0.operations / 2))
    }
  }

  func workspace(of problem: ConvolutionProblem, schedule: Schedule, target: Target) -> Int {
    let elements = (schedule.m + 2) * (schedule.m + 2)
    return schedule.blocking.workspace(
      of: problem, elements: elements, count: WinogradGrid(problem, m: schedule.m).count,
      target: target)
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
    let m = schedule.m
    return WinogradConvolution(
      layer, tiling: SquareTiling(layer.problem, m: m, kernels: target.kernels),
      blocking: schedule.blocking, target: target
    ) { winogradSquare($0, m: m, into: $1) }
  }
}

/// The output cut into m×m tiles, numbered along rows, then down, then over images.
struct WinogradGrid: Sendable {
  let rows: Int
  let columns: Int
  let count: Int

  init(_ problem: ConvolutionProblem, m: Int) {
    self.init(
      batch: problem.batch, rows: (problem.output.height + m - 1) / m,
      columns: (problem.output.width + m - 1) / m)
  }

  init(batch: Int, rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    count = batch * rows * columns
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
