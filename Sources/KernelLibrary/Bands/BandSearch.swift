import Convolution
import KernelInterface

/// The blockings worth timing for a convolution on register tiles.
struct BandSearch {
  let problem: ConvolutionProblem
  let target: Target
  /// Pixels per row that a tile runs along: the whole image where rows are flattened, the batch
  /// where every image is one pixel.
  let width: Int
  let rows: Int
  private let runsAlongBatch: Bool

  private var kernels: Kernels { target.kernels }
  private var threads: Int { target.threads }

  init(problem: ConvolutionProblem, flat: Bool, target: Target) {
    self.problem = problem
    self.target = target
    runsAlongBatch = BandConvolution.runsAlongBatch(problem, vectorWidth: target.vectorWidth)
    width =
      runsAlongBatch ? problem.batch : flat ? problem.output.count : problem.output.width
    rows = problem.output.height
  }

  /// Bytes of L1 that a weight slice may take: five eighths, the rest is for what streams by. In an
  /// L1 of more than 32 KiB also what is right there: more of the pixels stay beside the slice.
  private var weightBudgets: [Int] {
    let common = 32 << 10
    let l1 = target.caches.l1
    return (l1 > common ? [l1, common] : [l1]).map { $0 * 5 / 8 }
  }

  /// Bytes of L2 that a band's input and output may take; weights come through it too.
  private var bandBudget: Int { target.caches.l2 * 5 / 16 }

  var step: PixelStep {
    BandConvolution.step(of: problem, vectorWidth: kernels.vectorWidth)
  }

  func schedules() -> [BandSchedule] {
    var result: [BandSchedule] = []
    for columns in columnCounts {
      for (pixels, tileRows) in tiles(columns: columns) {
        for chunk in chunks(columns: columns) {
          for band in bands(chunk: chunk, columns: columns) {
            for groupsOutermost in [true, false] {
              let schedule = BandSchedule(
                columns: columns, pixels: pixels, tileRows: tileRows, chunk: chunk, band: band,
                groupsOutermost: groupsOutermost)
              if !result.contains(schedule) { result.append(schedule) }
            }
          }
        }
      }
    }
    return result
  }

  /// A good blocking without timing anything: balanced tiles of at most so many columns, weights in
  /// L1, each thread its share of the rows.
  func firstGuess(columns limit: Int) -> BandSchedule {
    let columns = columnCounts.filter { $0 <= limit }.max() ?? columnCounts[0]
    let tile = tiles(columns: columns)[0]
    let chunk = chunks(columns: columns)[0]
    return BandSchedule(
      columns: columns, pixels: tile.pixels, tileRows: tile.rows, chunk: chunk,
      band: bands(chunk: chunk, columns: columns)[0], groupsOutermost: true)
  }

  private var outputBlocks: Int {
    (problem.outputChannels + kernels.vectorWidth - 1) / kernels.vectorWidth
  }

  private var columnCounts: [Int] {
    let available = [2, 3, 4, 1].filter {
      kernels.set.tilePixels(columns: $0, rows: 1, step: step) > 0
    }
    let useful = available.filter { $0 <= outputBlocks && ($0 > 1 || outputBlocks == 1) }
    // Two columns are cut to one at the end; with a single block they still run, half empty.
    return useful.isEmpty ? [available[0]] : useful
  }

  private func tiles(columns: Int) -> [(pixels: Int, rows: Int)] {
    let limit = kernels.set.tilePixels(columns: columns, rows: 1, step: step)
    var result = [(balancedPixels(width: width, limit: limit), 1)]
    // Flattened rows that the tiles do not divide may do better with tiles that divide a row.
    let alongRow = balancedPixels(
      width: runsAlongBatch ? width : problem.output.width, limit: limit)
    if alongRow != result[0].0 { result.append((alongRow, 1)) }
    if width > limit, width % limit == 0 || width > 3 * limit,
      !result.contains(where: { $0.0 == limit })
    {
      result.append((limit, 1))
    }
    let segment = kernels.set.tilePixels(columns: columns, rows: 2, step: step)
    if segment > 0, rows > 1, width <= 2 * segment {
      result.append((balancedPixels(width: width, limit: segment), 2))
    }
    return result
  }

  private func chunks(columns: Int) -> [Int] {
    let block = problem.inputBlock(vectorWidth: kernels.vectorWidth)
    let blocks = (problem.inputChannelsPerGroup + block - 1) / block
    let bytesPerBlock = 4 * problem.kernel.count * block * columns * kernels.vectorWidth
    // Equal passes: a short last one would load and store the sums for little work.
    let balanced = weightBudgets.map { budget in
      let fit = max(1, budget / bytesPerBlock)
      let passes = (blocks + fit - 1) / fit
      return (blocks + passes - 1) / passes
    }
    // Twice what is right in 32 KiB fits a larger L1, too; twice that of the larger fits none.
    var result: [Int] = []
    for chunk in balanced + [min(blocks, 2 * (balanced.last ?? 1))] where !result.contains(chunk) {
      result.append(chunk)
    }
    return result.filter { $0 < blocks } + [blocks]
  }

  /// All rows a thread has, and as many as keep the band's input and output in L2.
  private func bands(chunk: Int, columns: Int) -> [Int] {
    let block = problem.inputBlock(vectorWidth: kernels.vectorWidth)
    let rowBytes =
      4
      * (chunk * block * problem.input.width * problem.stride.height
        + columns * kernels.vectorWidth * problem.output.width)
    let fit = max(1, bandBudget / max(1, rowBytes))
    let share = (rows + threads - 1) / threads
    var result = [share]
    func add(_ band: Int) {
      let even = (rows + band - 1) / band
      let balanced = (rows + even - 1) / even
      if !result.contains(balanced) { result.append(balanced) }
    }
    if fit < share { add(fit) }
    if rows > 4 { add(max(2, min(fit, share) / 4)) }
    if threads > 1 { add(rows) }
    return result
  }
}
