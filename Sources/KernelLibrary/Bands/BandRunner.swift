import Convolution
import KernelInterface

/// The register tile kernels of one column count, and how a row of output is cut into them.
struct BandRunner: Sendable {
  /// `single[p]` computes `p` pixels of one row; index 0 is unused.
  private let single: [BandKernel]
  /// `double[p]` computes `p` pixels of two rows each; empty where there is no such tile.
  private let double: [BandKernel]
  /// Floats of one tap's weights per input block; 0 for planar input.
  private let perBlock: Int

  init(columns: Int, step: PixelStep, kernels: Kernels) {
    perBlock = step.isBlocked ? columns * kernels.vectorWidth * kernels.vectorWidth : 0
    func table(_ rows: Int) -> [BandKernel] {
      let limit = kernels.set.tilePixels(columns: columns, rows: rows, step: step)
      guard limit > 0 else { return [] }
      return (0...limit).map {
        kernels.set.band(columns: columns, pixels: max($0, 1), rows: rows, step: step)!
      }
    }
    single = table(1)
    double = table(2)
  }

  /// Computes `rows` × `width` output pixels with tiles of `pixels` (fewer at the end of a row),
  /// two rows at a time where `tileRows` is 2.
  ///
  /// - Parameters:
  ///   - arguments: everything but `rows` and `tiles`; pointers at the first pixel.
  ///   - inputPixel: floats between the inputs of neighbouring output pixels.
  ///   - vectorWidth: floats between neighbouring output pixels.
  func run(
    _ arguments: BandArguments, rows: Int, width: Int, pixels: Int, tileRows: Int,
    inputPixel: Int, vectorWidth: Int
  ) {
    var band = arguments
    band.inputPixel = inputPixel
    if tileRows == 2, rows >= 2, !double.isEmpty {
      let even = rows & ~1
      sweep(band, double, 2, even, width, min(pixels, double.count - 1), inputPixel, vectorWidth)
      guard even < rows else { return }
      band.input += even * band.inputRow
      band.output += even * band.outputRow
      if let residual = band.residual { band.residual = residual + even * band.residualRow }
      sweep(band, single, 1, 1, width, min(pixels, single.count - 1), inputPixel, vectorWidth)
    } else {
      sweep(band, single, 1, rows, width, min(pixels, single.count - 1), inputPixel, vectorWidth)
    }
  }

  private func sweep(
    _ arguments: BandArguments, _ table: [BandKernel], _ tileRows: Int, _ rows: Int,
    _ width: Int, _ pixels: Int, _ inputPixel: Int, _ vectorWidth: Int
  ) {
    var band = arguments
    band.rows = rows
    band.tiles = width / pixels
    askAhead(&band, tileRows)
    if band.tiles > 0 {
      table[pixels](&band)
      band.aheadEnd = band.ahead
    }
    let done = band.tiles * pixels
    guard done < width else { return }
    band.input += done * inputPixel
    band.output += done * vectorWidth
    if let residual = band.residual { band.residual = residual + done * vectorWidth }
    band.tiles = 1
    table[width - done](&band)
  }

  /// Lets the call fetch as many weights as its own from behind them, spread over its tiles: weights
  /// lie in the order of use, and a tile that meets its own only in memory waits for them.
  private func askAhead(_ band: inout BandArguments, _ tileRows: Int) {
    let count = band.icBlocks * band.kernelHeight * band.kernelWidth * perBlock
    let sweeps = max(1, band.rows / tileRows * band.tiles)
    band.ahead = band.weights + count
    band.aheadEnd = band.ahead + count
    band.aheadLines = (perBlock + 16 * sweeps - 1) / (16 * sweeps)
  }
}

/// Cuts a row into the fewest tiles of at most `limit` pixels, as equal as possible, so that no
/// short remainder wastes the registers.
func balancedPixels(width: Int, limit: Int) -> Int {
  let tiles = (width + limit - 1) / limit
  return (width + tiles - 1) / tiles
}

/// The tiles there are of at most `limit` columns, widest first.
func columnCounts(upTo limit: Int, step: PixelStep, kernels: Kernels) -> [Int] {
  (1...limit).reversed().filter {
    kernels.set.tilePixels(columns: $0, rows: 1, step: step) > 0
  }
}
