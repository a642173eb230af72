import Convolution
import KernelInterface
import Workers

/// Convolution as a matrix product: the patches of a band of output rows are copied side by side
/// into a panel that fits L2, then multiplied with the weights on the same register tiles as a
/// 1×1 convolution (Chellapilla et al. 2006; the panel instead of the whole matrix as in BLIS).
struct Im2colStrategy: ConvolutionStrategy {
  let name = "im2col"
  let summary = "every problem: patches copied into a panel in L2, then a matrix product"
  let isApproximate = false
  let revision = 1
  let families: [KernelFamily] = [.band]
  let appearance = ChartAppearance(colour: 6, mark: .diamond)
  let example: String? = "mb1ic32ih28oc32oh28kh3ph1"
  let speedTargets = [
    SpeedTarget(0.70, SpeedTarget.square + SpeedTarget.small + SpeedTarget.strided)
  ]

  struct Schedule: StrategySchedule {
    var columns = 1
    var pixels = 1
    var band = 1

    static let parameters: [ScheduleParameter<Schedule>] = [
      .init("columns", \.columns, .range(1...4), "output-channel blocks per register tile"),
      .init("pixels", \.pixels, .count, "output pixels per tile"),
      .init("band", \.band, .count, "output rows per panel"),
    ]
  }

  func rejection(of problem: ConvolutionProblem, target: Target) -> String? { nil }

  func schedules(for problem: ConvolutionProblem, target: Target) -> [Schedule] {
    let (kernels, threads) = (target.kernels, target.threads)
    let step = Self.step(problem, kernels)
    let rows = problem.output.height
    let rowBytes = 4 * problem.inputChannels * problem.kernel.count * problem.output.width
    var bands: [Int] = []
    // The weights and the output of a panel go through the same cache.
    for budget in [target.caches.l2 / 2, target.caches.l2 * 5 / 32] {
      let fit = min(max(1, budget / max(1, rowBytes)), (rows + threads - 1) / threads)
      let count = (rows + fit - 1) / fit
      let band = (rows + count - 1) / count
      if !bands.contains(band) { bands.append(band) }
    }
    let blocks = (problem.outputChannels + kernels.vectorWidth - 1) / kernels.vectorWidth
    var result: [Schedule] = []
    for columns in columnCounts(upTo: 4, step: step, kernels: kernels)
    where columns <= max(blocks, 1) && (columns > 1 || blocks == 1) {
      let limit = kernels.set.tilePixels(columns: columns, rows: 1, step: step)
      for band in bands {
        let pixels = balancedPixels(width: problem.output.width, limit: limit)
        result.append(Schedule(columns: columns, pixels: pixels, band: band))
      }
    }
    return result
  }

  func counts(for problem: ConvolutionProblem) -> ArithmeticCounts {
    var counts = problem.directCounts
    // The panel is written once and read once.
    counts.bytes +=
      8 * problem.batch * problem.inputChannels * problem.kernel.count * problem.output.count
    return counts
  }

  func tolerance(for problem: ConvolutionProblem, schedule: Schedule) -> Double { 0 }

  /// Panel pixels lie side by side, whatever the convolution's stride.
  static func step(_ problem: ConvolutionProblem, _ kernels: Kernels) -> PixelStep {
    problem.inputBlock(vectorWidth: kernels.vectorWidth) == 1 ? .planar1 : .blocked1
  }

  /// A panel per worker.
  func workspace(of problem: ConvolutionProblem, schedule: Schedule, target: Target) -> Int {
    target.threads * Self.panel(problem, band: schedule.band, vectorWidth: target.vectorWidth)
  }

  /// Floats of the patches of so many rows: a whole number of cache lines, so that workers do not
  /// share one.
  fileprivate static func panel(
    _ problem: ConvolutionProblem, band: Int, vectorWidth: Int
  ) -> Int {
    let block = problem.inputBlock(vectorWidth: vectorWidth)
    let blocks = (problem.inputChannels + block - 1) / block
    return (blocks * problem.kernel.count * band * problem.output.width * block + 15) / 16 * 16
  }

  func prepare(
    _ layer: ConvolutionLayer, schedule: Schedule, target: Target
  ) throws -> any PreparedConvolution {
    let step = Self.step(layer.problem, target.kernels)
    let limit = try schedule.tileLimit(
      columns: schedule.columns, step: step, kernels: target.kernels)
    try schedule.require("pixels", in: 1...limit)
    try schedule.require("band", in: 1...layer.problem.output.height)
    return Im2colConvolution(
      layer, schedule, kernels: target.kernels,
      workspaceCount: workspace(of: layer.problem, schedule: schedule, target: target))
  }
}

/// THE ALGORITHM: panel[icBlock][r][s][pixel][block] = the input under tap (r, s) of the pixel;
/// output = weights × panel. THE SCHEDULE: parallel over (image, band of rows); each worker fills
/// its own panel and sweeps all column groups over it.
private final class Im2colConvolution: PreparedConvolution {
  private let problem: ConvolutionProblem
  private let activation: ActivationCode
  private let weights: PackedWeights
  private let bias: FloatBuffer?
  private let runners: [BandRunner]
  private let block: Int
  private let vectorWidth: Int
  private let pixels: Int
  private let band: Int
  private let panelCount: Int
  let workspaceCount: Int
  var packedCount: Int { weights.buffer.count }

  init(
    _ layer: ConvolutionLayer, _ schedule: Im2colStrategy.Schedule, kernels: Kernels,
    workspaceCount: Int
  ) {
    let columns = schedule.columns
    problem = layer.problem
    activation = layer.epilogue.activation.code
    vectorWidth = kernels.vectorWidth
    block = problem.inputBlock(vectorWidth: vectorWidth)
    pixels = schedule.pixels
    band = schedule.band
    self.workspaceCount = workspaceCount
    let step = Im2colStrategy.step(problem, kernels)
    let layout = ColumnLayout(
      problem, columnCounts: columnCounts(upTo: columns, step: step, kernels: kernels),
      block: block, vectorWidth: vectorWidth)
    weights = PackedWeights(layer, layout: layout, block: block, vectorWidth: vectorWidth)
    bias = paddedBias(layer, vectorWidth: vectorWidth)
    runners = (0...columns).map {
      BandRunner(columns: max($0, 1), step: step, kernels: kernels)
    }
    panelCount = Im2colStrategy.panel(problem, band: band, vectorWidth: vectorWidth)
  }

  func run(
    input: TensorView, output: TensorView, residual: TensorView?,
    workspace: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    let bands = (problem.output.height + band - 1) / band
    pool.run(tasks: problem.batch * bands) { task, worker in
      let (image, index) = task.quotientAndRemainder(dividingBy: bands)
      let rows = index * band..<min((index + 1) * band, problem.output.height)
      let panel = workspace + worker * panelCount
      fill(panel, input: input, image: image, rows: rows)
      for group in weights.layout.groups {
        multiply(
          group, panel: panel, rows: rows, output: output, residual: residual, image: image)
      }
    }
  }

  private func fill(
    _ panel: UnsafeMutablePointer<Float>, input: TensorView, image: Int, rows: Range<Int>
  ) {
    let width = problem.output.width
    let row = width * block
    let origin =
      input.base + image * input.imagePitch - problem.paddingTop * input.rowPitch
      - problem.paddingLeft * block
    let step = problem.stride.width * block
    var to = panel
    for icBlock in 0..<input.blocks {
      for r in 0..<problem.kernel.height {
        for s in 0..<problem.kernel.width {
          let tap =
            origin + icBlock * input.planePitch + r * problem.dilation.height * input.rowPitch
            + s * problem.dilation.width * block
          for y in rows {
            let from = tap + y * problem.stride.height * input.rowPitch
            if step == block {
              to.update(from: from, count: row)
            } else {
              copyPixels(from: from, step: step, to: to, count: width, block: block)
            }
            to += row
          }
        }
      }
    }
  }

  private func multiply(
    _ group: ColumnGroup, panel: UnsafeMutablePointer<Float>, rows: Range<Int>,
    output: TensorView, residual: TensorView?, image: Int
  ) {
    let plane = rows.count * problem.output.width * block
    let channel = image * output.imagePitch + group.firstBlock * output.planePitch
    var a = BandArguments(
      input: UnsafePointer(panel + group.icFirst * problem.kernel.count * plane),
      weights: UnsafePointer(weights.buffer.memory + group.offset),
      output: output.base + channel + rows.lowerBound * output.rowPitch)
    a.icBlocks = group.icCount
    a.lastChannels = problem.lastChannels(of: group, block: block)
    a.kernelHeight = problem.kernel.height
    a.kernelWidth = problem.kernel.width
    a.inputPlane = problem.kernel.count * plane
    a.tapRow = problem.kernel.width * plane
    a.tapColumn = plane
    a.inputRow = problem.output.width * block
    a.outputPlane = output.planePitch
    a.outputRow = output.rowPitch
    a.activation = activation
    if let bias { a.bias = UnsafePointer(bias.memory + group.firstBlock * vectorWidth) }
    if let residual {
      a.residual = UnsafePointer(
        residual.base + image * residual.imagePitch + group.firstBlock * residual.planePitch
          + rows.lowerBound * residual.rowPitch)
      a.residualPlane = residual.planePitch
      a.residualRow = residual.rowPitch
    }
    runners[group.columns].run(
      a, rows: rows.count, width: problem.output.width, pixels: pixels, tileRows: 1,
      inputPixel: block, vectorWidth: vectorWidth)
  }
}

/// Copies `count` pixels of `block` floats that are `step` floats apart.
private func copyPixels(
  from source: UnsafeMutablePointer<Float>, step: Int, to target: UnsafeMutablePointer<Float>,
  count: Int, block: Int
) {
  if block == 1 {
    for x in 0..<count { target[x] = source[x * step] }
  } else {
    for x in 0..<count { (target + x * block).update(from: source + x * step, count: block) }
  }
}
