import Convolution
import KernelInterface

/// How a convolution on register tiles is blocked.
struct BandSchedule: StrategySchedule {
  var columns = 1
  var pixels = 1
  var tileRows = 1
  /// Input blocks per pass: their weights stay in L1 while a band is swept.
  var chunk = 1
  /// Output rows per band (pixels / width where rows are flattened).
  var band = 1
  /// Column groups outermost (weights are reused) instead of bands (input is reused).
  var groupsOutermost = true

  static let parameters: [ScheduleParameter<BandSchedule>] = [
    .init("columns", \.columns, .range(1...4), "output-channel blocks per register tile"),
    .init("pixels", \.pixels, .count, "output pixels per tile row"),
    .init("rows", \.tileRows, .range(1...2), "output rows per tile (1 or 2)"),
    .init("chunk", \.chunk, .count, "input-channel blocks per pass; their weights stay in L1"),
    .init("band", \.band, .count, "output rows per task"),
    .init("order", \.groupsOutermost, "1: output channels outermost, 0: bands outermost"),
  ]

  /// - Throws: `ConfigurationError` where there is no kernel for the tile.
  func check(step: PixelStep, kernels: Kernels) throws {
    let limit = try tileLimit(columns: columns, step: step, kernels: kernels)
    try require("pixels", in: 1...limit)
    guard tileRows == 2 else { return }
    guard pixels <= kernels.set.tilePixels(columns: columns, rows: 2, step: step) else {
      throw ConfigurationError(
        "configuration \"\(configuration)\": no tile of two rows of \(pixels) pixels")
    }
  }
}

extension StrategySchedule {
  /// The most pixels of a tile of one row.
  ///
  /// - Throws: `ConfigurationError` where there is none of so many columns.
  func tileLimit(columns: Int, step: PixelStep, kernels: Kernels) throws -> Int {
    let limit = kernels.set.tilePixels(columns: columns, rows: 1, step: step)
    guard limit > 0 else {
      throw ConfigurationError("configuration \"\(configuration)\": no tile of \(columns) columns")
    }
    return limit
  }
}
