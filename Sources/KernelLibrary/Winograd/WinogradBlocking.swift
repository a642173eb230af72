import Convolution
import KernelInterface

/// How the tiles of Winograd's filtering are worked on.
struct WinogradBlocking: Hashable, Sendable {
  var tiles = 1
  var columns = 1
  /// A worker takes a block through all passes; else all workers share every pass.
  var fused = true

  /// Floats of transformed input and product of a block, of each worker where a block is one's own.
  ///
  /// - Parameters:
  ///   - elements: of a transformed tile.
  ///   - count: tiles of the problem.
  func workspace(
    of problem: ConvolutionProblem, elements: Int, count: Int, target: Target
  ) -> Int {
    elements * Self.blocks(problem, target) * min(tiles, count) * target.vectorWidth
      * (fused ? target.threads : 1)
  }

  private static func blocks(_ problem: ConvolutionProblem, _ target: Target) -> Int {
    let width = target.vectorWidth
    return (problem.inputChannels + width - 1) / width
      + (problem.outputChannels + width - 1) / width
  }

  /// Bytes of transformed input and product that a block may have: half the second-level cache, all
  /// of it, and twice that, where passes over parts of V and M find them there.
  private static func budgets(_ target: Target) -> [Int] {
    [target.caches.l2 / 2, target.caches.l2, 2 * target.caches.l2]
  }

  /// The same where all workers share every pass: half of the L3, or where there is none, of memory
  /// so much that the weights are read a few times.
  private static func sharedBudget(_ target: Target) -> Int {
    target.caches.l3 > 0 ? target.caches.l3 / 2 : 16 * target.caches.l2
  }

  /// Those worth timing, best guess first.
  static func all(
    for problem: ConvolutionProblem, elements: Int, count: Int, target: Target
  ) -> [WinogradBlocking] {
    let (kernels, threads) = (target.kernels, target.threads)
    let outputBlocks = (problem.outputChannels + kernels.vectorWidth - 1) / kernels.vectorWidth
    let budgets = budgets(target)
    // Floats of transformed input and product per tile.
    let perTile = elements * blocks(problem, target) * kernels.vectorWidth
    var result: [WinogradBlocking] = []
    for columns in [2, 4, 3] where columns <= outputBlocks || columns == 2 {
      let limit = kernels.set.tilePixels(columns: columns, rows: 1, step: .blocked1)
      guard limit > 0 else { continue }
      var sizes: [Int] = []
      func add(_ tiles: Int) {
        let blocks = (count + tiles - 1) / tiles
        let size = (count + blocks - 1) / blocks
        if !sizes.contains(size) { sizes.append(size) }
      }
      for budget in budgets {
        let fit = budget / 4 / perTile / limit * limit
        if fit >= limit { add(min(fit, count)) }
      }
      // A block is one worker's task: a layer that fits the cache as a whole is cut for all of
      // them, once each and twice each.
      for parts in [threads, 2 * threads] where threads > 1 {
        let share = (count + parts - 1) / parts
        if share * perTile * 4 <= budgets.max()! { add(share) }
      }
      // First guesses are those that give every worker a block.
      let busy = sizes.filter { (count + $0 - 1) / $0 >= threads }
      for size in busy + sizes.filter({ !busy.contains($0) }) {
        result.append(WinogradBlocking(tiles: size, columns: columns, fused: true))
      }
      // Large weights are read once when all tiles go through a pass together.
      let all = min(count, max(limit, sharedBudget(target) / 4 / perTile))
      result.append(WinogradBlocking(tiles: all, columns: columns, fused: false))
    }
    return result
  }
}
