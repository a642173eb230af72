import Convolution

/// Where every storage of a network lies in one arena, and which halos have to be cleared when.
///
/// Storages that are never alive together share memory: greedily, largest first, each into the
/// smallest gap that fits.
///
/// Kernels do not write halos, so a halo stays zero until another storage uses the memory. A
/// storage therefore goes where one of the same layout lies already, if it can, and inherits its
/// halo; it is cleared before the first step that writes it only where something else was there in
/// between. Runs follow one another, so what is there at the end counts at the start. (Measured:
/// of ResNet-1202's more than 1,200 storages 11 are cleared.)
public struct MemoryPlan: Sendable {
  /// First float of every storage, a multiple of 16 (64 bytes).
  public let offsets: [Int]
  /// Floats of the arena.
  public let count: Int
  /// For every step the storages whose halo is cleared before it.
  public let clears: [[Int]]

  /// A storage's place in time, first and last step that uses it, and in memory.
  struct Block {
    let storage: Int
    let layout: TensorLayout
    var lifetime: ClosedRange<Int>
    var offset = 0

    var size: Int { (layout.count + 15) / 16 * 16 }
    var range: Range<Int> { offset..<offset + size }
    func isTwin(of other: Block) -> Bool { offset == other.offset && layout == other.layout }
  }

  /// - Parameter greedyLimit: more storages are placed in the order of their use and all halos
  ///   cleared, in a time that grows with the steps: the greedy way looks at every pair.
  ///   (ResNet-1202 has some 1,200.)
  public init(_ network: LoweredNetwork, greedyLimit: Int = 4096) {
    var blocks = Self.lifetimes(network)
    let isLong = blocks.count > greedyLimit
    if isLong { Self.placeInOrder(&blocks) } else { Self.place(&blocks) }
    // What is between fused layers has no place.
    var offsets = [Int](repeating: 0, count: network.storages.count)
    for block in blocks { offsets[block.storage] = block.offset }
    self.offsets = offsets
    count = blocks.map(\.range.upperBound).max() ?? 0
    var clears = [[Int]](repeating: [], count: network.steps.count)
    for block in blocks where block.layout.halo != .none && block.lifetime.lowerBound >= 0 {
      if isLong || Self.isDirty(block, among: blocks, period: network.steps.count + 1) {
        clears[block.lifetime.lowerBound].append(block.storage)
      }
    }
    self.clears = clears
  }

  /// The inputs and constants are alive always (they are loaded once and read by every run), the
  /// outputs to the end.
  private static func lifetimes(_ network: LoweredNetwork) -> [Block] {
    var blocks: [Block?] = network.storages.map { _ in nil }
    func use(_ tensor: Int, at step: Int) {
      let storage = network.tensors[tensor].storage
      var block =
        blocks[storage]
        ?? Block(storage: storage, layout: network.storages[storage], lifetime: step...step)
      block.lifetime =
        min(block.lifetime.lowerBound, step)...max(block.lifetime.upperBound, step)
      blocks[storage] = block
    }
    for tensor in network.inputs.values.sorted() + network.constants.map(\.tensor) {
      use(tensor, at: -1)
      use(tensor, at: network.steps.count)
    }
    for (index, step) in network.steps.enumerated() {
      for input in step.inputs { use(input, at: index) }
      use(step.output, at: index)
    }
    for output in network.outputs { use(output, at: network.steps.count) }
    return blocks.compactMap { $0 }
  }

  private static func place(_ blocks: inout [Block]) {
    let order = blocks.indices.sorted {
      (blocks[$1].size, blocks[$0].lifetime.lowerBound, $0)
        < (blocks[$0].size, blocks[$1].lifetime.lowerBound, $1)
    }
    var placed: [Int] = []
    for index in order {
      let block = blocks[index]
      let others = placed.filter { blocks[$0].lifetime.overlaps(block.lifetime) }
        .map { blocks[$0].range }.sorted { $0.lowerBound < $1.lowerBound }
      blocks[index].offset =
        twinOffset(block, placed.map { blocks[$0] }, others)
        ?? smallestGap(of: block.size, between: others)
      placed.append(index)
    }
  }

  /// Where a storage of the same layout lies whose memory is free.
  private static func twinOffset(_ block: Block, _ placed: [Block], _ others: [Range<Int>])
    -> Int?
  {
    guard block.layout.halo != .none else { return nil }
    return placed.first { twin in
      twin.layout == block.layout && !others.contains { $0.overlaps(twin.range) }
    }?.offset
  }

  private static func smallestGap(of size: Int, between others: [Range<Int>]) -> Int {
    var best: (offset: Int, size: Int)?
    var end = 0
    for range in others {
      let gap = range.lowerBound - end
      if gap >= size, gap < best?.size ?? .max { best = (end, gap) }
      end = max(end, range.upperBound)
    }
    return best?.offset ?? end
  }

  /// Whether something else used the block's memory since a storage of the same layout, or the
  /// block itself in the run before, left it with a zero halo. `period` is the length of a run.
  private static func isDirty(_ block: Block, among blocks: [Block], period: Int) -> Bool {
    let start = block.lifetime.lowerBound
    var clean = block.lifetime.upperBound - period
    var dirty = Int.min
    for other in blocks where other.storage != block.storage && other.range.overlaps(block.range) {
      let end = other.lifetime.upperBound
      let recent = end < start ? end : end - period
      if other.isTwin(of: block) { clean = max(clean, recent) } else { dirty = max(dirty, recent) }
    }
    return dirty > clean
  }
}
