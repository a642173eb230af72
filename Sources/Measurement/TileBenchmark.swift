// Invariant: the kernel reads `weights` and `input` and writes `output` within their counts, all
// owned by the benchmark for as long as it runs.

import Base
import CSIMD
import Convolution
import KernelInterface
import KernelLibrary
import Topology

/// The register tiles alone, on operands that stay in L1: what the kernels can do at most.
public enum TileBenchmark {
  public struct Result: Hashable, Sendable, Codable {
    public var instructionSet: InstructionSet
    /// Output-channel blocks.
    public var columns: Int
    /// Output pixels per row of the tile.
    public var pixels: Int
    /// Output rows.
    public var rows: Int
    /// Median.
    public var gflops: Double
    /// Of the FMA peak, the better of right before and right after; the median of the rounds.
    public var shareOfPeak: Double

    /// `TileShape.name`.
    public var name: String {
      TileShape(columns: columns, pixels: pixels, rows: rows).name
    }
  }

  static let rounds = 9
  static let burst: Nanoseconds = 200_000
  /// Bytes that weights and input may take of an L1 of 32 KiB.
  static let budget = 22 << 10
  /// Rows of tiles per call, so that the call itself costs nothing.
  static let sweeps = 32

  /// Every tile of an instruction set; about 5 ms each.
  public static func measure(
    kernels: Kernels, isCancelled: () -> Bool = { false }
  ) -> [Result] {
    cs_flush_denormals()
    var results: [Result] = []
    for row in kernels.set.rows where !isCancelled() {
      guard case .band(let tile, .blocked1, let kernel) = row.body else { continue }
      results.append(measure(tile, kernel, kernels))
    }
    return results
  }

  private static func measure(
    _ tile: TileShape, _ kernel: BandKernel, _ kernels: Kernels
  ) -> Result {
    let set = kernels.set
    let (columns, pixels, rows) = (tile.columns, tile.pixels, tile.rows)
    let width = kernels.vectorWidth
    let plane = rows * pixels * width
    let perBlock = 4 * (columns * width * width + plane)
    let blocks = max(1, budget / perBlock)
    let weights = FloatBuffer(count: blocks * width * columns * width)
    let input = FloatBuffer(count: blocks * plane)
    let output = FloatBuffer(count: columns * plane)
    weights.memory.update(repeating: 0.25, count: weights.count)
    input.memory.update(repeating: 0.5, count: input.count)
    var a = BandArguments(input: input.memory, weights: weights.memory, output: output.memory)
    a.icBlocks = blocks
    a.inputPlane = plane
    a.outputPlane = plane
    // Tiles of one row are swept in place; those of two rows step over their second row only.
    a.inputRow = rows == 1 ? 0 : pixels * width
    a.outputRow = rows == 1 ? 0 : pixels * width
    a.rows = rows == 1 ? sweeps : rows
    let calls = rows == 1 ? 1 : sweeps
    let operations = Double(2 * columns * width * pixels * rows * blocks * width * sweeps)

    func time(_ repetitions: Int) -> Nanoseconds {
      let watch = Stopwatch()
      for _ in 0..<repetitions * calls { kernel(&a) }
      return watch.elapsed
    }
    func peak(_ iterations: Int) -> Gflops {
      let watch = Stopwatch()
      _ = set.fmaBurst(iterations: iterations)
      return Gflops(
        operations: Double(iterations) * Double(set.fmaBurstOperations), in: watch.elapsed)
    }
    _ = time(2)
    let repetitions = max(1, Int(4 * (burst / max(time(4), 1))))
    let iterations = max(
      1, Int(burst.value * peak(1000).value / Double(set.fmaBurstOperations)))
    var speeds: [Gflops] = []
    var shares: [Double] = []
    var before = peak(iterations)
    for _ in 0..<rounds {
      let speed = Gflops(
        operations: operations * Double(repetitions), in: time(repetitions))
      let after = peak(iterations)
      speeds.append(speed)
      shares.append(speed / max(before, after))
      before = after
    }
    return Result(
      instructionSet: kernels.instructionSet, columns: columns, pixels: pixels, rows: rows,
      gflops: Statistics.median(speeds).value, shareOfPeak: Statistics.median(shares))
  }
}
