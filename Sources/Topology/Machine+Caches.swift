/// Caches of one level, kind, size and sharing, counted.
struct CacheGroup {
  let level: Int
  let kind: Machine.Cache.Kind
  let bytes: UInt64
  let lineBytes: Int
  /// Cores that share one of them.
  let cores: Int
  var instances: Int

  /// `L3`, `L1d`, `L1i`.
  var name: String {
    switch kind {
    case .unified: "L\(level)"
    case .data: "L\(level)d"
    case .instruction: "L\(level)i"
    }
  }

  var shape: MachineShape.Caches {
    MachineShape.Caches(count: instances, name: name, bytes: bytes, cores: cores)
  }
}

extension Machine {
  /// The caches, equal ones together, outermost first.
  var cacheSummary: [CacheGroup] {
    var groups: [CacheGroup] = []
    let coreOf = CPULookup(cores.map(\.cpus))
    for cache in caches {
      let sharers = max(1, Set(cache.cpus.members.compactMap { coreOf[$0] }).count)
      let known = groups.firstIndex {
        $0.level == cache.level && $0.kind == cache.kind && $0.bytes == cache.bytes
          && $0.cores == sharers && $0.lineBytes == cache.lineBytes
      }
      if let known {
        groups[known].instances += 1
      } else {
        groups.append(
          CacheGroup(
            level: cache.level, kind: cache.kind, bytes: cache.bytes, lineBytes: cache.lineBytes,
            cores: sharers, instances: 1))
      }
    }
    return groups
  }
}
