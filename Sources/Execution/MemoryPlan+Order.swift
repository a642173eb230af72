extension MemoryPlan {
  /// Places storages in the order in which they are first used, each into the smallest free gap
  /// that fits: a heap with a free list, as allocators have it.
  static func placeInOrder(_ blocks: inout [Block]) {
    let starts = blocks.indices.sorted {
      (blocks[$0].lifetime.lowerBound, $0) < (blocks[$1].lifetime.lowerBound, $1)
    }
    let ends = blocks.indices.sorted {
      (blocks[$0].lifetime.upperBound, $0) < (blocks[$1].lifetime.upperBound, $1)
    }
    var heap = Heap()
    var freed = 0
    for index in starts {
      while blocks[ends[freed]].lifetime.upperBound < blocks[index].lifetime.lowerBound {
        heap.free(blocks[ends[freed]].range)
        freed += 1
      }
      blocks[index].offset = heap.take(blocks[index].size)
    }
  }

  /// Free gaps by size, joined with their neighbours.
  private struct Heap {
    private var end = 0
    /// First floats of gaps by the power of two of their size. Gaps that are gone stay until they
    /// are come across; of a class the last few are tried, then any of a larger class fits.
    private var classes = [[Int]](repeating: [], count: 64)
    private var ends: [Int: Int] = [:]
    private var starts: [Int: Int] = [:]

    private static let tries = 16

    mutating func take(_ size: Int) -> Int {
      guard size > 0 else { return 0 }
      guard let start = gap(size), let gapEnd = ends[start] else {
        // What is free at the end grows.
        guard let start = starts[end] else {
          defer { end += size }
          return end
        }
        remove(start, end)
        end = start + size
        return start
      }
      remove(start, gapEnd)
      if start + size < gapEnd { insert(start + size, gapEnd) }
      return start
    }

    mutating func free(_ range: Range<Int>) {
      guard !range.isEmpty else { return }
      var (first, last) = (range.lowerBound, range.upperBound)
      if let start = starts[first] {
        remove(start, first)
        first = start
      }
      if let next = ends[last] {
        remove(last, next)
        last = next
      }
      insert(first, last)
    }

    private mutating func gap(_ size: Int) -> Int? {
      for index in Self.index(size)..<classes.count {
        var best: (start: Int, size: Int)?
        var (place, tries) = (classes[index].count - 1, Self.tries)
        while place >= 0, tries > 0 {
          let start = classes[index][place]
          let length = (ends[start] ?? start) - start
          if length == 0 || Self.index(length) != index {
            classes[index].swapAt(place, classes[index].count - 1)
            classes[index].removeLast()
          } else {
            tries -= 1
            if length >= size, length < best?.size ?? .max { best = (start, length) }
          }
          place -= 1
        }
        if let best { return best.start }
      }
      return nil
    }

    private static func index(_ size: Int) -> Int { Int.bitWidth - 1 - size.leadingZeroBitCount }

    private mutating func insert(_ first: Int, _ last: Int) {
      classes[Self.index(last - first)].append(first)
      ends[first] = last
      starts[last] = first
    }

    private mutating func remove(_ first: Int, _ last: Int) {
      ends[first] = nil
      starts[last] = nil
    }
  }
}
