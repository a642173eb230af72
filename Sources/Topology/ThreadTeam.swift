/// The threads that really ran, as far as timings depend on them (OpenMP's word for them is a team).
///
/// Made from what a pool became (`WorkerPool.team`), not from what was asked for: a system may refuse
/// to bind, or to start a thread.
public struct ThreadTeam: Hashable, Sendable, Codable {
  public var count: Int
  /// Whether workers share a core.
  public var smt: Bool
  /// `core`, `none` or `numa:N`: the binding in force.
  public var binding: String
  /// The hardware threads in the order of the workers; empty when unbound.
  public var cpus: [Int]
  /// Kinds of cores and the caches around them; nil in records of before, which did not have it.
  public var place: WorkerPlace?

  public init(
    count: Int, smt: Bool, binding: String, cpus: [Int] = [], place: WorkerPlace? = nil
  ) {
    self.count = count
    self.smt = smt
    self.binding = binding
    self.cpus = cpus
    self.place = place
  }

  /// What to ask of `Machine.placement(for:)` to get such workers.
  ///
  /// - Throws: `TopologyError` for a binding that is none.
  public func request() throws -> ThreadRequest {
    ThreadRequest(
      count: .exactly(count), smt: smt, binding: try ThreadRequest.Binding(text: binding))
  }
}

/// On what kind of cores workers run, and which caches they have to themselves or share: two dies of
/// one package may differ in it, as do the cores of a hybrid CPU.
public struct WorkerPlace: Hashable, Sendable {
  /// Cores of one kind.
  public struct Cores: Hashable, Sendable {
    /// `P`, `E`, …; empty where all cores are equal.
    public var kind: String
    public var count: Int

    public init(kind: String, count: Int) {
      self.kind = kind
      self.count = count
    }
  }

  /// Equal caches with equally many workers.
  public struct Caches: Hashable, Sendable {
    public var level: Int
    public var bytes: UInt64
    /// Workers of one cache; 0 where the system placed them.
    public var workers: Int
    public var count: Int

    public init(level: Int, bytes: UInt64, workers: Int, count: Int) {
      self.level = level
      self.bytes = bytes
      self.workers = workers
      self.count = count
    }
  }

  /// By kind. Of workers that the system places, all cores that it may take.
  public var cores: [Cores]
  /// Data and unified caches, the innermost level first.
  public var caches: [Caches]

  public init(cores: [Cores], caches: [Caches]) {
    self.cores = cores
    self.caches = caches
  }
}

extension Machine {
  /// The team of the first `count` workers of a placement.
  ///
  /// - Parameters:
  ///   - binding: what was asked for.
  ///   - isBound: whether every one of them is on the hardware thread that the placement says.
  public func team(
    of placement: Placement, count: Int, binding: ThreadRequest.Binding, isBound: Bool
  ) -> ThreadTeam {
    let slots = placement.prefix(count).slots
    let cpus = isBound ? slots.compactMap(\.cpu) : []
    guard isBound, cpus.count == slots.count else {
      let usable = cores.filter { !$0.cpus.intersection(allowed).isEmpty }
      return ThreadTeam(
        count: slots.count, smt: slots.count > usable.count, binding: "none",
        place: WorkerPlace(
          cores: counted(usable), caches: shared(by: allowed.members, workers: false)))
    }
    let used = cores.filter { core in cpus.contains(where: core.cpus.contains) }
    return ThreadTeam(
      count: slots.count, smt: used.count < slots.count, binding: "\(binding)", cpus: cpus,
      place: WorkerPlace(cores: counted(used), caches: shared(by: cpus, workers: true)))
  }

  private func counted(_ cores: [Core]) -> [WorkerPlace.Cores] {
    Dictionary(grouping: cores) { kindName(of: $0) ?? "" }
      .map { WorkerPlace.Cores(kind: $0.key, count: $0.value.count) }
      .sorted { $0.kind < $1.kind }
  }

  private func shared(by cpus: [Int], workers: Bool) -> [WorkerPlace.Caches] {
    var counts: [WorkerPlace.Caches: Int] = [:]
    for cache in caches where cache.kind != .instruction {
      let here = cpus.count { cache.cpus.contains($0) }
      guard here > 0 else { continue }
      let group = WorkerPlace.Caches(
        level: cache.level, bytes: cache.bytes, workers: workers ? here : 0, count: 0)
      counts[group, default: 0] += 1
    }
    return counts.map { group, count in
      var group = group
      group.count = count
      return group
    }.sorted { ($0.level, $0.bytes, $0.workers) < ($1.level, $1.bytes, $1.workers) }
  }
}

// As text: of plans, of the store's columns, and for people.

extension WorkerPlace {
  /// Such as `2`, `1 E` or `8 E + 6 P`.
  public var coreText: String {
    cores.map { $0.kind.isEmpty ? "\($0.count)" : "\($0.count) \($0.kind)" }
      .joined(separator: " + ")
  }

  /// Such as `2 × L2 1 MiB, L3 32 MiB for 2`.
  public var cacheText: String {
    caches.map { group in
      (group.count > 1 ? "\(group.count) × " : "")
        + "L\(group.level) \(ByteText.binary(group.bytes))"
        + (group.workers > 1 ? " for \(group.workers)" : "")
    }.joined(separator: ", ")
  }

  /// Such as `P:1,E:1`; the kind is empty where all cores are equal.
  public var coreCode: String {
    cores.map { "\($0.kind):\($0.count)" }.joined(separator: ",")
  }

  /// Level, bytes, workers of one, number: `1:32768:1:2,3:33554432:2:1`.
  public var cacheCode: String {
    caches.map { "\($0.level):\($0.bytes):\($0.workers):\($0.count)" }.joined(separator: ",")
  }

  /// Reads `coreCode` and `cacheCode`; nil for texts that are none.
  public init?(cores coreCode: String, caches cacheCode: String) {
    var cores: [Cores] = []
    for part in coreCode.split(separator: ",") {
      let sides = part.split(separator: ":", omittingEmptySubsequences: false)
      guard sides.count == 2, let count = Int(sides[1]), count > 0, sides[0].utf8.count <= 16,
        sides[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
      else { return nil }
      cores.append(Cores(kind: String(sides[0]), count: count))
    }
    var caches: [Caches] = []
    for part in cacheCode.split(separator: ",") {
      let numbers = part.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
      let known = numbers.compactMap { $0 }
      guard numbers.count == 4, known.count == 4, known.allSatisfy({ $0 >= 0 }) else { return nil }
      caches.append(
        Caches(level: known[0], bytes: UInt64(known[1]), workers: known[2], count: known[3]))
    }
    guard !cores.isEmpty else { return nil }
    self.init(cores: cores, caches: caches)
  }
}

extension WorkerPlace: Codable {
  private enum Keys: String, CodingKey { case cores, caches }

  public init(from decoder: any Decoder) throws {
    let c = try decoder.container(keyedBy: Keys.self)
    let texts = (
      try c.decode(String.self, forKey: .cores), try c.decode(String.self, forKey: .caches)
    )
    guard let place = WorkerPlace(cores: texts.0, caches: texts.1) else {
      throw DecodingError.dataCorruptedError(
        forKey: .cores, in: c, debugDescription: "not kind:count and level:bytes:workers:count")
    }
    self = place
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: Keys.self)
    try c.encode(coreCode, forKey: .cores)
    try c.encode(cacheCode, forKey: .caches)
  }
}
