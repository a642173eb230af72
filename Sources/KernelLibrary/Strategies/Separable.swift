import Base
import Convolution
import Workers

/// A k×k convolution as k×1 then 1×k through `rank` intermediate maps (Jaderberg, Vedaldi &
/// Zisserman 2014, scheme 2): the weights as a (C·R)×(S·K) matrix of low rank. Exact where the
/// weights have that rank (Sobel, Gauss, box filters), a labelled approximation elsewhere.
struct SeparableStrategy: ConvolutionStrategy {
  let name = "separable"
  let summary = "k×k as k×1 then 1×k through a low rank; approximate unless the weights have it"
  let isApproximate = true
  let revision = 1
  let families: [KernelFamily] = [.band]
  let preference = 4
  let appearance = ChartAppearance(colour: 3, mark: .bar)
  let example: String? = "mb1ic32ih28oc32oh28kh5ph2"

  struct Schedule: StrategySchedule {
    var rank = 1
    var columns = 1

    static let parameters: [ScheduleParameter<Schedule>] = [
      .init("rank", \.rank, .count, "intermediate maps"),
      .init("columns", \.columns, .range(1...4), "output-channel blocks per register tile"),
    ]
  }

  func rejection(of problem: ConvolutionProblem, target: Target) -> String? {
    if problem.kernel.height < 2 || problem.kernel.width < 2 {
      return "the kernel is \(problem.kernel.height)×\(problem.kernel.width), already a line"
    }
    if problem.groups != 1 { return "it has \(problem.groups) groups, not 1" }
    return nil
  }

  /// Ranks of a quarter, half and three quarters of the products of the direct convolution.
  func schedules(for problem: ConvolutionProblem, target: Target) -> [Schedule] {
    var ranks: [Int] = []
    for quarter in 1...3 {
      let rank = max(1, min(Self.fullRank(problem), Self.breakEvenRank(problem) * quarter / 4))
      if !ranks.contains(rank) { ranks.append(rank) }
    }
    return ranks.flatMap { rank in
      [2, 4].map { Schedule(rank: rank, columns: $0) }
    }
  }

  /// At half the break-even rank, or 1.
  func counts(for problem: ConvolutionProblem) -> ArithmeticCounts {
    let rank = max(1, Self.breakEvenRank(problem) / 2)
    guard let (first, second) = try? SeparableConvolution.passes(problem, intermediate: rank)
    else { return problem.directCounts }
    return ArithmeticCounts(
      multiplications: first.multiplyAccumulates + second.multiplyAccumulates,
      additions: first.directCounts.additions + second.directCounts.additions,
      bytes: first.compulsoryBytes + second.compulsoryBytes)
  }

  /// The first pass's maps are of all channels.
  func spreadsNonFinite(in problem: ConvolutionProblem) -> Bool { true }

  /// Rounding of two convolutions, for weights of the rank; up to 2e-6 was measured.
  func tolerance(for problem: ConvolutionProblem, schedule: Schedule) -> Double { 1e-5 }

  /// Products of one column and one row of small integers per intermediate map.
  func exactWeights(
    for problem: ConvolutionProblem, schedule: Schedule, seed: UInt64
  ) -> [Float]? {
    let rank = min(schedule.rank, Self.fullRank(problem))
    var random = SeededGenerator(seed: seed)
    let (cr, sk) = Self.matrixExtents(problem)
    let left = random.smallIntegers(cr * rank)
    let right = random.smallIntegers(rank * sk)
    return Self.weights(of: problem) { row, column in
      var sum: Float = 0
      for m in 0..<rank { sum += left[row * rank + m] * right[m * sk + column] }
      return sum
    }
  }

  func prepare(
    _ layer: ConvolutionLayer, schedule: Schedule, target: Target
  ) throws -> any PreparedConvolution {
    try schedule.require("rank", in: 1...Self.fullRank(layer.problem))
    return try SeparableConvolution(
      layer, rank: schedule.rank, columns: schedule.columns, target: target)
  }

  /// It depends on the weights what the rank is for.
  func work(of problem: ConvolutionProblem, schedule: Schedule) -> ExecutedProducts? { nil }

  /// Of this rank: k×1 over all columns of the input, then 1×k.
  func saving(of problem: ConvolutionProblem, schedule: Schedule) -> ArithmeticSaving? {
    guard
      let (first, second) = try? SeparableConvolution.passes(problem, intermediate: schedule.rank)
    else { return nil }
    return ArithmeticSaving(
      "rank \(schedule.rank)",
      multiplications: Double(first.multiplyAccumulates + second.multiplyAccumulates))
  }

  /// The intermediate maps.
  func workspace(of problem: ConvolutionProblem, schedule: Schedule, target: Target) -> Int {
    let maps = Self.maps(rank: schedule.rank, vectorWidth: target.vectorWidth)
    guard let (_, second) = try? SeparableConvolution.passes(problem, intermediate: maps) else {
      return 0
    }
    return TensorLayout(shape: second.inputShape, block: target.vectorWidth, halo: second.halo)
      .count
  }

  /// Whole blocks, which NCHWc stores anyway, and at least five maps: fewer would be read planar.
  static func maps(rank: Int, vectorWidth: Int) -> Int {
    (max(rank, 5) + vectorWidth - 1) / vectorWidth * vectorWidth
  }

  /// Rows (C·R) and columns (S·K) of the weights as a matrix.
  static func matrixExtents(_ problem: ConvolutionProblem) -> (rows: Int, columns: Int) {
    (
      problem.inputChannels * problem.kernel.height,
      problem.kernel.width * problem.outputChannels
    )
  }

  static func fullRank(_ problem: ConvolutionProblem) -> Int {
    let (rows, columns) = matrixExtents(problem)
    return min(rows, columns)
  }

  /// The rank at which the two passes cost as many products as the direct convolution.
  static func breakEvenRank(_ problem: ConvolutionProblem) -> Int {
    let (rows, columns) = matrixExtents(problem)
    return problem.weightCount / (rows + columns)
  }

  /// Weights `[k][c][r][s]` from elements of the (C·R)×(S·K) matrix.
  static func weights(
    of problem: ConvolutionProblem, _ element: (_ row: Int, _ column: Int) -> Float
  ) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(problem.weightCount)
    for k in 0..<problem.outputChannels {
      for c in 0..<problem.inputChannels {
        for r in 0..<problem.kernel.height {
          for s in 0..<problem.kernel.width {
            result.append(
              element(c * problem.kernel.height + r, s * problem.outputChannels + k))
          }
        }
      }
    }
    return result
  }
}

/// Two direct convolutions with the intermediate maps in the workspace.
private final class SeparableConvolution: PreparedConvolution {
  private let first: BandConvolution
  private let second: BandConvolution
  private let intermediate: TensorLayout
  let weightError: Double
  var workspaceCount: Int { intermediate.count }
  var packedCount: Int { first.packedCount + second.packedCount }

  init(
    _ layer: ConvolutionLayer, rank: Int, columns: Int, target: Target
  ) throws {
    let problem = layer.problem
    let width = target.vectorWidth
    let maps = SeparableStrategy.maps(rank: rank, vectorWidth: width)
    let (one, two) = try Self.passes(problem, intermediate: maps)
    let (rows, sk) = SeparableStrategy.matrixExtents(problem)
    var matrix = [Double](repeating: 0, count: rows * sk)
    let taps = problem.kernel.count
    for k in 0..<problem.outputChannels {
      for c in 0..<problem.inputChannels {
        for tap in 0..<taps {
          let (r, s) = tap.quotientAndRemainder(dividingBy: problem.kernel.width)
          matrix[(c * problem.kernel.height + r) * sk + s * problem.outputChannels + k] =
            Double(layer.weights[(k * problem.inputChannels + c) * taps + tap])
        }
      }
    }
    let factors = LowRank(matrix, rows: rows, columns: sk, rank: rank)
    weightError = factors.relativeError
    var vertical = [Float](repeating: 0, count: one.weightCount)
    var horizontal = [Float](repeating: 0, count: two.weightCount)
    for m in 0..<rank {
      for row in 0..<rows { vertical[m * rows + row] = Float(factors.left[row * rank + m]) }
      for s in 0..<problem.kernel.width {
        for k in 0..<problem.outputChannels {
          horizontal[(k * maps + m) * problem.kernel.width + s] =
            Float(factors.right[m * sk + s * problem.outputChannels + k])
        }
      }
    }
    first = Self.direct(
      ConvolutionLayer(Workload(problem: one), weights: vertical), columns, target)
    second = Self.direct(
      ConvolutionLayer(
        Workload(problem: two, epilogue: layer.epilogue), weights: horizontal, bias: layer.bias),
      columns, target)
    intermediate = TensorLayout(shape: two.inputShape, block: width, halo: two.halo)
  }

  /// The k×1 and the 1×k convolution.
  static func passes(
    _ problem: ConvolutionProblem, intermediate maps: Int
  ) throws -> (ConvolutionProblem, ConvolutionProblem) {
    let middle = Extent(problem.output.height, problem.input.width)
    return (
      try ConvolutionProblem(
        batch: problem.batch, inputChannels: problem.inputChannels, outputChannels: maps,
        input: problem.input, output: middle, kernel: Extent(problem.kernel.height, 1),
        stride: Extent(problem.stride.height, 1), dilation: Extent(problem.dilation.height, 1),
        paddingTop: problem.paddingTop),
      try ConvolutionProblem(
        batch: problem.batch, inputChannels: maps, outputChannels: problem.outputChannels,
        input: middle, output: problem.output, kernel: Extent(1, problem.kernel.width),
        stride: Extent(1, problem.stride.width), dilation: Extent(1, problem.dilation.width),
        paddingLeft: problem.paddingLeft)
    )
  }

  private static func direct(
    _ layer: ConvolutionLayer, _ columns: Int, _ target: Target
  ) -> BandConvolution {
    let search = BandSearch(
      problem: layer.problem, flat: false, target: target)
    return BandConvolution(
      layer, blocking: search.firstGuess(columns: columns), kernels: target.kernels)
  }

  func run(
    input: TensorView, output: TensorView, residual: TensorView?,
    workspace: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    let middle = TensorView(memory: workspace, layout: intermediate)
    let (left, right) = (intermediate.halo.left, intermediate.halo.right)
    let (block, shape) = (intermediate.block, intermediate.shape)
    pool.run(tasks: shape.batch * intermediate.blocks) { task, _ in
      let plane = middle.base + task * intermediate.planePitch
      for y in 0..<shape.height {
        let row = plane + y * intermediate.rowPitch
        (row - left * block).update(repeating: 0, count: left * block)
        (row + shape.width * block).update(repeating: 0, count: right * block)
      }
    }
    first.run(
      input: input, output: middle, residual: nil, workspace: workspace, pool: pool)
    second.run(
      input: middle, output: output, residual: residual, workspace: workspace, pool: pool)
  }
}
