// Invariant: `held` and the workspace have a part per worker; a worker touches only its own, and
// only between the start and the end of one of its tasks.

import Convolution
import Foundation
import Workers

/// Convolutions that follow one another, computed together band by band, so that what is between
/// them stays in the core's own cache: depthwise and pointwise, or the inverted residual of
/// MobileNetV2 (Sandler et al. 2018, section 3.3).
///
///     parallel over (image, segment of output rows)
///       for each band of the segment
///         for each convolution, first to last
///           compute the rows that the band needs and that are not there yet
///
/// Every worker keeps a window of rows of each intermediate tensor. Rows that the next band needs
/// again are moved to the window's front; those that two segments need are computed twice.
public final class FusedBlock: PreparedConvolution, @unchecked Sendable {
  private let stages: [any RowConvolution]
  private let band: Int
  private let workers: Int
  /// By intermediate tensor: a window of as many rows as a band needs at most.
  private let windows: [FusedWindow]
  /// By worker and intermediate: the rows in the window, padding included.
  private let held: UnsafeMutablePointer<Range<Int>>
  private let countPerWorker: Int

  public var workspaceCount: Int { workers * countPerWorker }
  /// Nothing of its own.
  public var packedCount: Int { 0 }

  /// Scratch memory of a block before there is one, in floats.
  public static func workspaceCount(
    of problems: [ConvolutionProblem], band: Int, vectorWidth: Int, threads: Int
  ) -> Int {
    let windows = FusedWindow.all(between: problems, band: band, vectorWidth: vectorWidth)
    return threads * (windows.last?.end ?? 0)
  }

  /// Whether a convolution can be part of a block: direct, 1×1 and depthwise ones can.
  public static func canContain(_ convolution: any PreparedConvolution) -> Bool {
    convolution is any RowConvolution && convolution.workspaceCount == 0
  }

  /// - Parameters:
  ///   - convolutions: at least two, each reads what the one before it writes.
  ///   - band: output rows of the last one that are computed together.
  ///   - threads: workers of the pool it runs on.
  /// - Throws: `ConfigurationError` where they cannot be fused.
  public init(
    _ convolutions: [any PreparedConvolution], band: Int, vectorWidth: Int, threads: Int
  ) throws {
    stages = convolutions.filter(Self.canContain).compactMap { $0 as? any RowConvolution }
    guard stages.count == convolutions.count, stages.count > 1 else {
      throw ConfigurationError(
        "a fused block has two or more direct, 1×1 or depthwise convolutions of strategies direct, "
          + "pointwise and depthwise")
    }
    for (first, second) in zip(stages, stages.dropFirst())
    where first.problem.outputShape != second.problem.inputShape {
      throw ConfigurationError("\(second.problem) does not read what \(first.problem) writes")
    }
    self.band = band
    workers = threads
    windows = FusedWindow.all(
      between: stages.map(\.problem), band: band, vectorWidth: vectorWidth)
    countPerWorker = windows.last?.end ?? 0
    held = .allocate(capacity: threads * windows.count)
    held.initialize(repeating: 0..<0, count: threads * windows.count)
  }

  deinit { held.deallocate() }

  public func run(
    input: TensorView, output: TensorView, residual: TensorView?,
    workspace: UnsafeMutablePointer<Float>, pool: WorkerPool
  ) {
    let batch = output.shape.batch
    let segments = batch % workers == 0 ? 1 : min(workers, output.shape.height)
    pool.run(tasks: batch * segments) { task, worker in
      let (image, segment) = task.quotientAndRemainder(dividingBy: segments)
      let rows = WorkerPool.partition(
        tasks: output.shape.height, worker: segment, of: segments)
      let part = Part(
        memory: workspace + worker * countPerWorker, held: held + worker * windows.count)
      begin(part)
      var first = rows.lowerBound
      while first < rows.upperBound {
        let end = min(first + band, rows.upperBound)
        produce(
          stages.count - 1, rows: first..<end, input: input.image(image),
          output: output.image(image), residual: residual?.image(image), part)
        first = end
      }
    }
  }

  /// What belongs to one worker.
  private struct Part {
    let memory: UnsafeMutablePointer<Float>
    let held: UnsafeMutablePointer<Range<Int>>
  }

  /// Empties the windows and clears their columns of padding.
  private func begin(_ part: Part) {
    for (index, window) in windows.enumerated() {
      part.held[index] = 0..<0
      let layout = window.layout
      guard layout.halo != .none else { continue }
      let view = TensorView(memory: part.memory + window.offset, layout: layout)
      let (left, right) = (layout.halo.left * layout.block, layout.halo.right * layout.block)
      for block in 0..<layout.blocks {
        for y in 0..<layout.shape.height {
          let row = view.base + block * layout.planePitch + y * layout.rowPitch
          (row - left).update(repeating: 0, count: left)
          (row + layout.shape.width * layout.block).update(repeating: 0, count: right)
        }
      }
    }
  }

  /// Computes rows of a stage, and before it what it needs of the stages before.
  private func produce(
    _ stage: Int, rows: Range<Int>, input: TensorView, output: TensorView,
    residual: TensorView?, _ part: Part
  ) {
    guard !rows.isEmpty else { return }
    var source = input
    if stage > 0 {
      let needed = stages[stage].problem.inputRows(of: rows)
      let fresh = slide(stage - 1, to: needed, part)
      source = view(stage - 1, first: needed.lowerBound, part)
      let inside = fresh.clamped(to: 0..<windows[stage - 1].height)
      for row in fresh where !inside.contains(row) { clear(row, of: source, windows[stage - 1]) }
      produce(stage - 1, rows: inside, input: input, output: source, residual: nil, part)
    }
    stages[stage].compute(rows: rows, input: source, output: output, residual: residual)
  }

  /// Makes a window begin with the first of the rows, keeps what it has of them and returns the
  /// others, which are the last.
  private func slide(_ index: Int, to rows: Range<Int>, _ part: Part) -> Range<Int> {
    let old = part.held[index]
    part.held[index] = rows
    let kept = rows.lowerBound..<max(rows.lowerBound, min(old.upperBound, rows.upperBound))
    guard old.contains(rows.lowerBound), !kept.isEmpty else { return rows }
    let layout = windows[index].layout
    let distance = (rows.lowerBound - old.lowerBound) * layout.rowPitch
    for block in 0..<layout.blocks {
      let plane = part.memory + windows[index].offset + block * layout.planePitch
      memmove(
        plane, plane + distance,
        kept.count * layout.rowPitch * MemoryLayout<Float>.stride)
    }
    return kept.upperBound..<rows.upperBound
  }

  /// A window as a tensor whose row `first` is the window's first.
  private func view(_ index: Int, first: Int, _ part: Part) -> TensorView {
    let window = windows[index]
    let layout = window.layout
    var shape = layout.shape
    shape.height = window.height
    return TensorView(
      base: part.memory + window.offset + layout.origin - first * layout.rowPitch, shape: shape,
      block: layout.block, rowPitch: layout.rowPitch, planePitch: layout.planePitch,
      imagePitch: layout.imagePitch)
  }

  /// A row of padding.
  private func clear(_ row: Int, of view: TensorView, _ window: FusedWindow) {
    for block in 0..<view.blocks {
      (view.base + block * view.planePitch + row * view.rowPitch
        - window.layout.halo.left * view.block)
        .update(repeating: 0, count: view.rowPitch)
    }
  }
}
