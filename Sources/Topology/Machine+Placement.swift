// Placement in two steps: how many workers, then which hardware threads.
//
// Order of cores. The machine is a tree of domains: core kind, package, NUMA node, then every
// shared cache from the outermost in. At each level the first domain that holds all the workers
// still to place is filled; where none does, the largest comes first. So few workers end up around
// one cache, and many fill one node before the next.

extension Machine {
  /// Decides how many workers run and where. Throws a `TopologyError` where the request asks for
  /// more than the machine (or the set of CPUs this process may use) has.
  public func placement(for request: ThreadRequest) throws -> Placement {
    var reasons: [String] = []
    let candidates = try usableCores(for: request, reasons: &reasons)
    let capacity =
      request.smt ? candidates.reduce(0) { $0 + $1.cpus.count } : candidates.count

    let threads: Int
    switch request.count {
    case .automatic:
      threads = automaticCount(candidates, capacity, request, &reasons)
    case .exactly(let asked):
      guard asked >= 1 else {
        throw TopologyError("--threads \(asked): at least one thread is needed")
      }
      guard asked <= capacity else { throw tooMany(asked, candidates, capacity, request) }
      threads = asked
      reasons.append("\(count(asked, "worker")): asked for")
      if let quota = cpuQuota, Double(asked) > quota {
        reasons.append(
          "warning: the control group grants \(quotaText(quota)) CPUs; workers will be throttled")
      }
    }

    guard request.binding != .none else {
      reasons.append("unbound: --bind none leaves placing to the operating system")
      return .unbound(threads: threads, reasons: reasons)
    }
    let ordered = order(candidates, workers: threads, levels: placementLevels[...])
    let chosen = hardwareThreads(of: ordered, threads)
    describeOrder(chosen.map(\.core), request, &reasons)
    return Placement(
      slots: chosen.enumerated().map { worker, place in
        .init(
          worker: worker, cpu: place.cpu, core: place.core.index, numaNode: place.core.numaNode)
      },
      isBindable: origin == .thisSystem, reasons: reasons)
  }

  // MARK: Which cores

  /// The cores that may be used, reduced to their allowed hardware threads.
  private func usableCores(
    for request: ThreadRequest, reasons: inout [String]
  ) throws -> [Core] {
    var cores = self.cores.compactMap { core -> Core? in
      let cpus = core.cpus.intersection(allowed)
      guard !cpus.isEmpty else { return nil }
      return Core(
        index: core.index, package: core.package, numaNode: core.numaNode, kind: core.kind,
        cpus: cpus)
    }
    if allowed.count < hardwareThreads {
      reasons.append(
        "this process may use only CPU \(allowed): \(cores.count) of \(count(self.cores.count, "core"))"
      )
    }
    if case .numa(let node) = request.binding {
      let near = try coresNear(node)
      cores = cores.filter { near.contains($0.index) }
      guard !cores.isEmpty else {
        throw TopologyError("--bind numa:\(node): this process may use none of that node's CPUs")
      }
      reasons.append("only NUMA node \(node): --bind numa:\(node)")
    }
    return cores
  }

  /// The cores near a NUMA node, by index.
  ///
  /// Several nodes can be near the same cores: fast memory beside the large one in Knights Landing's
  /// flat mode, or memory of the whole machine. So the node's own hardware threads count, not which
  /// node a core names first.
  private func coresNear(_ node: Int) throws -> Set<Int> {
    let coreOf = CPULookup(cores.map(\.cpus))
    let known = numaNodes.filter { !$0.cpus.isEmpty }
    // A machine that knows no nodes is one node.
    let found =
      known.isEmpty && cores.contains { $0.numaNode == node }
      ? cores.map(\.index)
      : known.first { $0.id == node }?.cpus.members.compactMap { coreOf[$0] }
    guard let found, !found.isEmpty else {
      let nodes = (known.isEmpty ? [cores[0].numaNode] : known.map(\.id).sorted())
        .map { "\($0)" }.joined(separator: ", ")
      throw TopologyError("--bind numa:\(node): no such NUMA node with cores; there is \(nodes)")
    }
    return Set(found)
  }

  // MARK: How many

  private func automaticCount(
    _ cores: [Core], _ capacity: Int, _ request: ThreadRequest, _ reasons: inout [String]
  ) -> Int {
    if request.smt {
      reasons.append(
        "\(count(capacity, "worker")): one per hardware thread of \(count(cores.count, "core"))")
    } else {
      let siblings = cores.contains { $0.cpus.count > 1 }
      reasons.append(
        "\(count(capacity, "worker")): one per physical core"
          + (siblings ? "; a second one on a core shares its vector units (--smt)" : ""))
    }
    if let quota = cpuQuota, quota < Double(capacity) {
      let threads = max(1, Int(quota))
      reasons.append(
        "reduced to \(count(threads, "worker")): the control group grants \(quotaText(quota)) CPUs")
      return threads
    }
    return capacity
  }

  private func tooMany(
    _ asked: Int, _ cores: [Core], _ capacity: Int, _ request: ThreadRequest
  ) -> TopologyError {
    let place = if case .numa(let node) = request.binding { " of node \(node)" } else { "" }
    let threads = cores.reduce(0) { $0 + $1.cpus.count }
    if !request.smt, threads >= asked {
      return TopologyError(
        "--threads \(asked): this process may use \(count(capacity, "core"))\(place); "
          + "with --smt up to \(threads)")
    }
    let unit = request.smt ? "hardware thread" : "core"
    return TopologyError(
      "--threads \(asked): this process may use \(count(capacity, unit))\(place)")
  }

  // MARK: In which order

  /// A level of the tree: which domain of it a core belongs to.
  private typealias Level = (Core) -> Int

  private var placementLevels: [Level] {
    let narrowest = cores.map(\.cpus.count).min() ?? 0
    let shared = caches.filter { $0.kind != .instruction && $0.cpus.count > narrowest }
    let cacheLevels = Set(shared.map(\.level)).sorted(by: >).map { level -> Level in
      let ofLevel = shared.filter { $0.level == level }
      var domain: [Int: Int] = [:]
      for (index, cache) in ofLevel.enumerated() {
        for cpu in cache.cpus.members { domain[cpu] = index }
      }
      // A core without this cache is a domain of its own.
      return { core in core.cpus.members.first.flatMap { domain[$0] } ?? -1 - core.index }
    }
    return [{ $0.package }, { $0.numaNode }] + cacheLevels
  }

  private func order(_ cores: [Core], workers: Int, levels: ArraySlice<Level>) -> [Core] {
    guard cores.count > 1 else { return cores }
    if cores.contains(where: { $0.kind != cores[0].kind }) {
      let byKind = Dictionary(grouping: cores) { $0.kind ?? Int.max }
      var left = workers
      return byKind.sorted { $0.key < $1.key }.flatMap { _, group in
        defer { left = max(0, left - group.count) }
        return order(group, workers: left, levels: levels)
      }
    }
    guard let level = levels.first else { return cores.sorted { $0.index < $1.index } }
    let domains = Dictionary(grouping: cores, by: level).values.sorted {
      $0[0].index < $1[0].index
    }
    // While none holds all the workers left, the largest; the sort keeps equal ones in order.
    let bySize = domains.indices.sorted {
      (domains[$1].count, $0) < (domains[$0].count, $1)
    }
    var left = workers
    var taken = 0
    while taken < bySize.count, domains[bySize[taken]].count < left {
      left -= domains[bySize[taken]].count
      taken += 1
    }
    var sequence = Array(bySize.prefix(taken))
    var others = bySize.dropFirst(taken).sorted()
    // Then the first that does, and the rest behind it.
    if let fitting = others.firstIndex(where: { domains[$0].count >= left }) {
      sequence.append(others.remove(at: fitting))
    }
    sequence += others
    left = workers
    return sequence.flatMap { index in
      defer { left = max(0, left - domains[index].count) }
      return order(
        domains[index], workers: min(left, domains[index].count), levels: levels.dropFirst())
    }
  }

  /// Takes the first hardware thread of each core, then the second ones where there are still
  /// workers; siblings get neighbouring worker numbers.
  private func hardwareThreads(of cores: [Core], _ workers: Int) -> [(core: Core, cpu: Int)] {
    var taken = [Int](repeating: 0, count: cores.count)
    var left = workers
    while left > 0 {
      for index in cores.indices where left > 0 && taken[index] < cores[index].cpus.count {
        taken[index] += 1
        left -= 1
      }
    }
    return cores.indices.flatMap { index in
      cores[index].cpus.members.prefix(taken[index]).map { (cores[index], $0) }
    }
  }

  // MARK: In words

  private func describeOrder(
    _ chosen: [Core], _ request: ThreadRequest, _ reasons: inout [String]
  ) {
    let kinds = Set(chosen.compactMap(\.kind)).sorted().map { self.kinds[$0].name }
    if kinds.count > 1 {
      reasons.append(
        "\(kinds.joined(separator: " before ")) cores; work is split evenly, so the slowest kind "
          + "sets the pace (--threads \(chosen.count { $0.kind == 0 }) uses P cores only)")
    } else if let kind = kinds.first, self.kinds.count > 1 {
      reasons.append("\(kind) cores only")
    }
    var seen: Set<Int> = []
    let nodes = chosen.map(\.numaNode).filter { seen.insert($0).inserted }
    if numaNodes.count > 1 {
      reasons.append(
        nodes.count == 1
          ? "all on NUMA node \(nodes[0])"
          : "NUMA nodes filled in turn: " + nodes.map { "\($0)" }.joined(separator: ", "))
    }
    if let reason = cacheReason(chosen) { reasons.append(reason) }
    reasons.append("each bound to its hardware thread, so none is moved off a warm cache")
  }

  private func cacheReason(_ chosen: [Core]) -> String? {
    let lookup = CacheLookup(self.caches)
    var sharers: [Int: Int] = [:]
    for core in chosen {
      if let cache = lookup.outermost(of: core.cpus.members[0]) { sharers[cache, default: 0] += 1 }
    }
    guard let (index, most) = sharers.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), most > 1
    else { return nil }
    let cache = caches[index]
    let size = ByteText.binary(cache.bytes)
    return most == chosen.count
      ? "all share one L\(cache.level) cache of \(size)"
      : "\(count(sharers.count, "L\(cache.level) cache")) filled in turn, so neighbours share one"
  }

  private func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }

  private func quotaText(_ quota: Double) -> String {
    let hundredths = (quota * 100).rounded() / 100
    return hundredths == hundredths.rounded() ? "\(Int(hundredths))" : "\(hundredths)"
  }
}
