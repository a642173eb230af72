import Convolution
import KernelInterface
import Workers

/// Direct convolution on register tiles: THE ALGORITHM is the definition, summed per output tile
/// over input blocks and taps; THE SCHEDULE is
///
///     parallel over (image, column group, band) in the order that `groupsOutermost` says
///       for each chunk of input blocks
///         for each register tile of the band
///           load sums, add chunk × taps products, store sums (or the epilogue's result)
///
/// A tile's pixels lie along a row of the output, along a whole plane or along the batch (`Line`).
final class BandConvolution: RowConvolution {
  let problem: ConvolutionProblem
  private let activation: ActivationCode
  private let weights: PackedWeights
  private let bias: FloatBuffer?
  private let blocking: BandSchedule
  private let runners: [BandRunner]
  /// Pixels per tile where rows are not flattened: a number chosen for flattened rows is balanced.
  private let rowPixels: Int
  private let block: Int
  private let vectorWidth: Int

  var workspaceCount: Int { 0 }
  var packedCount: Int { weights.buffer.count }

  init(_ layer: ConvolutionLayer, blocking: BandSchedule, kernels: Kernels) {
    problem = layer.problem
    activation = layer.epilogue.activation.code
    vectorWidth = kernels.vectorWidth
    block = problem.inputBlock(vectorWidth: vectorWidth)
    self.blocking = blocking
    rowPixels =
      problem.isPointwise
      ? balancedPixels(width: problem.output.width, limit: blocking.pixels) : blocking.pixels
    let step = Self.step(of: problem, vectorWidth: vectorWidth)
    let layout = ColumnLayout(
      problem, columnCounts: columnCounts(upTo: blocking.columns, step: step, kernels: kernels),
      block: block, vectorWidth: vectorWidth)
    weights = PackedWeights(layer, layout: layout, block: block, vectorWidth: vectorWidth)
    bias = paddedBias(layer, vectorWidth: vectorWidth)
    runners = (0...blocking.columns).map {
      BandRunner(columns: max($0, 1), step: step, kernels: kernels)
    }
  }

  /// - Throws: `ConfigurationError` where there is no kernel for the schedule.
  convenience init(_ layer: ConvolutionLayer, schedule: BandSchedule, kernels: Kernels) throws {
    try schedule.check(
      step: Self.step(of: layer.problem, vectorWidth: kernels.vectorWidth), kernels: kernels)
    self.init(layer, blocking: schedule, kernels: kernels)
  }

  /// What the pixels of a register tile lie along.
  private enum Line {
    case row
    /// 1×1 without gaps between rows: all pixels are one long row.
    case plane
    /// One pixel an image: the images are the row.
    case batch
  }

  /// Whether the images of a batch can be the pixels of a tile, whose weights are read once then.
  static func runsAlongBatch(_ problem: ConvolutionProblem, vectorWidth: Int) -> Bool {
    problem.batch > 1 && problem.output.count == 1
      && problem.inputBlock(vectorWidth: vectorWidth) > 1
  }

  /// The kernels' pixel step for a problem.
  static func step(of problem: ConvolutionProblem, vectorWidth: Int) -> PixelStep {
    let planar = problem.inputBlock(vectorWidth: vectorWidth) == 1
    if runsAlongBatch(problem, vectorWidth: vectorWidth) { return .blocked }
    switch problem.stride.width {
    case 1: return planar ? .planar1 : .blocked1
    case 2: return planar ? .planar2 : .blocked2
    default: return planar ? .planar : .blocked
    }
  }

  func run(
    input: TensorView, output: TensorView, residual: TensorView?,
    workspace: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    let line = line(input, output, residual)
    let images = line == .batch ? 1 : problem.batch
    let (units, band) =
      switch line {
      case .row: (problem.output.height, blocking.band)
      case .plane: (problem.output.count, blocking.band * problem.output.width)
      case .batch: (problem.batch, problem.batch)
      }
    let bands = (units + band - 1) / band
    let groups = weights.layout.groups.count
    pool.run(tasks: images * groups * bands) { task, _ in
      // The image outermost: a group swept over the images' large planes would find none of them in
      // the private caches again.
      let (image, rest) = task.quotientAndRemainder(dividingBy: groups * bands)
      let (group, index) =
        blocking.groupsOutermost
        ? (rest / bands, rest % bands) : (rest % groups, rest / groups)
      compute(
        weights.layout.groups[group], units: index * band..<min((index + 1) * band, units),
        along: line, input: input, output: output, residual: residual, image: image)
    }
  }

  func compute(
    rows: Range<Int>, input: TensorView, output: TensorView, residual: TensorView?
  ) {
    let isFlat = isFlat(input, output, residual)
    let pixels = isFlat ? problem.output.width : 1
    for group in weights.layout.groups {
      compute(
        group, units: rows.lowerBound * pixels..<rows.upperBound * pixels,
        along: isFlat ? .plane : .row, input: input, output: output, residual: residual, image: 0)
    }
  }

  private func line(_ input: TensorView, _ output: TensorView, _ residual: TensorView?) -> Line {
    if Self.runsAlongBatch(problem, vectorWidth: vectorWidth), output.imagePitch == vectorWidth,
      residual == nil || residual!.imagePitch == vectorWidth
    {
      return .batch
    }
    return isFlat(input, output, residual) ? .plane : .row
  }

  /// Pixels of a 1×1 convolution without gaps between rows are one long row.
  private func isFlat(_ input: TensorView, _ output: TensorView, _ residual: TensorView?) -> Bool {
    problem.isPointwise && problem.stride == Extent(1)
      && input.rowPitch == problem.input.width * block
      && output.rowPitch == problem.output.width * vectorWidth
      && (residual == nil || residual!.rowPitch == output.rowPitch)
  }

  /// One band of one column group: rows, or pixels where they lie along another line.
  private func compute(
    _ group: ColumnGroup, units: Range<Int>, along line: Line, input: TensorView,
    output: TensorView, residual: TensorView?, image: Int
  ) {
    let inputUnit =
      switch line {
      case .row: problem.stride.height * input.rowPitch
      case .plane: block
      case .batch: input.imagePitch
      }
    let outputUnit = line == .row ? output.rowPitch : vectorWidth
    var a = BandArguments(
      input: input.base + image * input.imagePitch + group.icFirst * input.planePitch
        - problem.paddingTop * input.rowPitch - problem.paddingLeft * block
        + units.lowerBound * inputUnit,
      weights: weights.buffer.memory + group.offset,
      output: output.base + image * output.imagePitch + group.firstBlock * output.planePitch
        + units.lowerBound * outputUnit)
    a.kernelHeight = problem.kernel.height
    a.kernelWidth = problem.kernel.width
    a.inputPlane = input.planePitch
    a.tapRow = problem.dilation.height * input.rowPitch
    a.tapColumn = problem.dilation.width * block
    a.inputRow = problem.stride.height * input.rowPitch
    a.outputPlane = output.planePitch
    a.outputRow = output.rowPitch
    if let bias {
      a.bias = UnsafePointer(bias.memory + group.firstBlock * vectorWidth)
    }
    var done = 0
    while done < group.icCount {
      a.icBlocks = min(blocking.chunk, group.icCount - done)
      a.accumulate = done > 0
      done += a.icBlocks
      if done == group.icCount {
        a.lastChannels = problem.lastChannels(of: group, block: block)
        a.activation = activation
        if let residual {
          a.residual = UnsafePointer(
            residual.base + image * residual.imagePitch + group.firstBlock * residual.planePitch
              + units.lowerBound * (line == .row ? residual.rowPitch : vectorWidth))
          a.residualPlane = residual.planePitch
          a.residualRow = residual.rowPitch
        }
      }
      runners[group.columns].run(
        a, rows: line == .row ? units.count : 1,
        width: line == .row ? problem.output.width : units.count,
        pixels: line == .row ? rowPixels : blocking.pixels, tileRows: blocking.tileRows,
        inputPixel: line == .batch ? input.imagePitch : problem.stride.width * block,
        vectorWidth: vectorWidth)
      a.input += a.icBlocks * input.planePitch
      a.weights += a.icBlocks * weights.layout.perBlockAndColumn * group.columns
    }
  }
}
