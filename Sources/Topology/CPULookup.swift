/// Which of a list of sets each hardware thread is in, found in one step: machines have as many
/// packages, nodes and caches as cores, and looking through all for each would be quadratic.
struct CPULookup: Sendable {
  private let sets: [CPUSet]
  private var first: [Int: Int] = [:]

  /// - Parameter sets: where several hold a thread, the first counts.
  init(_ sets: [CPUSet]) {
    self.sets = sets
    for (index, set) in sets.enumerated() {
      for cpu in set.members where first[cpu] == nil { first[cpu] = index }
    }
  }

  /// The index of the first set that holds a hardware thread.
  subscript(cpu: Int) -> Int? { first[cpu] }

  /// The index of the first set that holds all of `cpus`.
  func holding(_ cpus: CPUSet) -> Int? {
    guard let cpu = cpus.members.first, let index = first[cpu] else { return nil }
    if sets[index].isSuperset(of: cpus) { return index }
    // Sets that overlap without one being in the other: no machine known has them.
    return sets.firstIndex { $0.isSuperset(of: cpus) }
  }
}

/// The data and unified caches that hardware threads use, by level.
struct CacheLookup: Sendable {
  private let caches: [Machine.Cache]
  /// By level: indices into `caches`, and where among them each hardware thread is.
  private let levels: [Int: (indices: [Int], lookup: CPULookup)]

  init(_ caches: [Machine.Cache]) {
    self.caches = caches
    let indices = caches.indices.filter { caches[$0].kind != .instruction }
    levels = Dictionary(grouping: indices) { caches[$0].level }.mapValues { indices in
      (indices, CPULookup(indices.map { caches[$0].cpus }))
    }
  }

  /// Index into the machine's caches.
  func index(level: Int, of cpu: Int) -> Int? {
    guard let (indices, lookup) = levels[level], let found = lookup[cpu] else { return nil }
    return indices[found]
  }

  func cache(level: Int, of cpu: Int) -> Machine.Cache? {
    index(level: level, of: cpu).map { caches[$0] }
  }

  /// Index of the outermost cache of a hardware thread.
  func outermost(of cpu: Int) -> Int? {
    levels.keys.sorted(by: >).lazy.compactMap { index(level: $0, of: cpu) }.first
  }
}
