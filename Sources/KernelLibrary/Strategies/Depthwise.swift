import Convolution
import KernelInterface
import Workers

/// Depthwise convolution: one plane per channel, every tap a vector product.
struct DepthwiseStrategy: ConvolutionStrategy {
  let name = "depthwise"
  let summary = "groups = input channels, any depth multiplier, kernel, stride and dilation"
  let isApproximate = false
  let revision = 1
  let families: [KernelFamily] = [.depthwise]
  let isFusible = true
  let preference = 0
  let appearance = ChartAppearance(colour: 2, mark: .cross)
  let example: String? = "g64mb1ic64ih28oc64oh28kh3ph1"
  let speedTargets = [
    SpeedTarget(0.70, of: .roofline, .layers(of: ["mobilenetv1"], isMember: \.isDepthwise))
  ]

  struct Schedule: StrategySchedule {
    var band = 1

    static let parameters: [ScheduleParameter<Schedule>] = [
      .init("band", \.band, .count, "output rows per task")
    ]
  }

  func rejection(of problem: ConvolutionProblem, target: Target) -> String? {
    if !problem.isDepthwise {
      return "it has \(problem.groups) groups for \(problem.inputChannels) input channels"
    }
    return nil
  }

  func schedules(for problem: ConvolutionProblem, target: Target) -> [Schedule] {
    let rows = problem.output.height
    let share = (rows + target.threads - 1) / target.threads
    var bands: [Int] = []
    for band in [rows, share, 14, 4] where band <= rows && !bands.contains(band) {
      bands.append(band)
    }
    return bands.map { Schedule(band: $0) }
  }

  func counts(for problem: ConvolutionProblem) -> ArithmeticCounts { problem.directCounts }

  func spreadsNonFinite(in problem: ConvolutionProblem) -> Bool { false }

  func tolerance(for problem: ConvolutionProblem, schedule: Schedule) -> Double { 0 }

  /// The input with its channels repeated, where there is a depth multiplier.
  func workspace(of problem: ConvolutionProblem, schedule: Schedule, target: Target) -> Int {
    Self.repeated(problem, vectorWidth: target.vectorWidth)?.count ?? 0
  }

  /// nil for a depth multiplier of 1.
  fileprivate static func repeated(
    _ problem: ConvolutionProblem, vectorWidth: Int
  ) -> TensorLayout? {
    guard problem.outputChannels != problem.inputChannels else { return nil }
    var shape = problem.inputShape
    shape.channels = problem.outputChannels
    return TensorLayout(shape: shape, block: vectorWidth, halo: problem.halo)
  }

  func prepare(
    _ layer: ConvolutionLayer, schedule: Schedule, target: Target
  ) throws -> any PreparedConvolution {
    try schedule.require("band", in: 1...layer.problem.output.height)
    return DepthwiseConvolution(layer, band: schedule.band, kernels: target.kernels)
  }
}

/// THE SCHEDULE: parallel over (image, channel block, band of rows); neighbouring blocks of whole
/// planes are one call of the kernel. With a depth multiplier the input channels are first repeated
/// into a workspace tensor, so that every output channel finds its input in its own lane.
private final class DepthwiseConvolution: RowConvolution {
  let problem: ConvolutionProblem
  private let activation: ActivationCode
  private let kernels: Kernels
  /// `[output block][kh][kw][vector width]`.
  private let weights: FloatBuffer
  private let bias: FloatBuffer?
  private let band: Int
  /// The repeated input with its halo; nil for a depth multiplier of 1.
  private let repeated: TensorLayout?

  var workspaceCount: Int { repeated?.count ?? 0 }
  var packedCount: Int { weights.count }

  init(_ layer: ConvolutionLayer, band: Int, kernels: Kernels) {
    problem = layer.problem
    activation = layer.epilogue.activation.code
    self.kernels = kernels
    self.band = band
    let width = kernels.vectorWidth
    let blocks = (problem.outputChannels + width - 1) / width
    let taps = problem.kernel.count
    weights = FloatBuffer(count: blocks * taps * width)
    for k in 0..<problem.outputChannels {
      let (b, lane) = k.quotientAndRemainder(dividingBy: width)
      for tap in 0..<taps {
        weights.memory[(b * taps + tap) * width + lane] = layer.weights[k * taps + tap]
      }
    }
    bias = paddedBias(layer, vectorWidth: width)
    repeated = DepthwiseStrategy.repeated(problem, vectorWidth: width)
  }

  func run(
    input: TensorView, output: TensorView, residual: TensorView?,
    workspace: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    var source = input
    if let repeated {
      source = TensorView(memory: workspace, layout: repeated)
      repeatChannels(of: input, into: workspace, layout: repeated, pool: pool)
    }
    let blocks = output.blocks
    let bands = (problem.output.height + band - 1) / band
    if bands == 1 {
      let planes = problem.batch * blocks
      pool.runOnWorkers { worker in
        var range = WorkerPool.partition(tasks: planes, worker: worker, of: pool.count)
        while let first = range.first {
          let (image, block) = first.quotientAndRemainder(dividingBy: blocks)
          let count = min(blocks - block, range.count)
          compute(
            image: image, blocks: block..<block + count, rows: 0..<problem.output.height,
            input: source, output: output, residual: residual)
          range.removeFirst(count)
        }
      }
      return
    }
    pool.run(tasks: problem.batch * blocks * bands) { task, _ in
      let (plane, index) = task.quotientAndRemainder(dividingBy: bands)
      let (image, block) = plane.quotientAndRemainder(dividingBy: blocks)
      let first = index * band
      compute(
        image: image, blocks: block..<block + 1,
        rows: first..<min(first + band, problem.output.height),
        input: source, output: output, residual: residual)
    }
  }

  /// - Precondition: the depth multiplier is 1.
  func compute(
    rows: Range<Int>, input: TensorView, output: TensorView, residual: TensorView?
  ) {
    compute(
      image: 0, blocks: 0..<output.blocks, rows: rows, input: input, output: output,
      residual: residual)
  }

  private func compute(
    image: Int, blocks: Range<Int>, rows: Range<Int>, input: TensorView, output: TensorView,
    residual: TensorView?
  ) {
    let width = kernels.vectorWidth
    let block = blocks.lowerBound
    var a = DepthwiseArguments(
      input: input.base + image * input.imagePitch + block * input.planePitch
        + (rows.lowerBound * problem.stride.height - problem.paddingTop) * input.rowPitch
        - problem.paddingLeft * width,
      weights: weights.memory + block * problem.kernel.count * width,
      output: output.base + image * output.imagePitch + block * output.planePitch
        + rows.lowerBound * output.rowPitch)
    a.kernelHeight = problem.kernel.height
    a.kernelWidth = problem.kernel.width
    a.strideWidth = problem.stride.width
    a.tapRow = problem.dilation.height * input.rowPitch
    a.tapColumn = problem.dilation.width * width
    a.inputRow = problem.stride.height * input.rowPitch
    a.outputRow = output.rowPitch
    a.planes = blocks.count
    a.inputPlane = input.planePitch
    a.outputPlane = output.planePitch
    a.rows = rows.count
    a.width = problem.output.width
    a.activation = activation
    if let bias { a.bias = UnsafePointer(bias.memory + block * width) }
    if let residual {
      a.residual = UnsafePointer(
        residual.base + image * residual.imagePitch + block * residual.planePitch
          + rows.lowerBound * residual.rowPitch)
      a.residualPlane = residual.planePitch
      a.residualRow = residual.rowPitch
    }
    kernels.set.depthwise(&a)
  }

  /// Fills the workspace, halo included, with output channel k's input in lane k.
  private func repeatChannels(
    of input: TensorView, into memory: UnsafeMutablePointer<Float>, layout: TensorLayout,
    pool: WorkerPool
  ) {
    let target = TensorView(memory: memory, layout: layout)
    let multiplier = problem.outputChannels / problem.inputChannels
    pool.run(tasks: problem.batch * layout.blocks) { task, _ in
      let (image, block) = task.quotientAndRemainder(dividingBy: layout.blocks)
      (memory + image * layout.imagePitch + block * layout.planePitch)
        .update(repeating: 0, count: layout.planeCount)
      let first = block * layout.block
      for k in first..<min(first + layout.block, problem.outputChannels) {
        for y in 0..<problem.input.height {
          let from = input.base + input.offset(image, k / multiplier, y, 0)
          let to = target.base + target.offset(image, k, y, 0)
          for x in 0..<problem.input.width { to[x * layout.block] = from[x * input.block] }
        }
      }
    }
  }
}
