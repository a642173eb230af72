/// The machine as nested boxes of text, with the worker that sits on each hardware thread.
///
/// Package, NUMA node (a box of its own only where a package has several) and outer cache are
/// boxes; cores are columns of two lines, the hardware thread's number over its worker. Columns of
/// cores that share an inner cache stand together between bars.
public struct MachineDrawing: CustomStringConvertible {
  public let description: String

  public init(_ machine: Machine, placement: Placement? = nil, width: Int = 100) {
    let drafter = Drafter(machine, placement, width: max(width, 40))
    description = drafter.drawing
  }
}

private struct Drafter {
  typealias Core = Machine.Core

  let machine: Machine
  let workers: [Int: Int]
  let unboundWorkers: Int
  let width: Int
  /// The level whose caches are boxes: the outermost one that cores share, or any third level.
  let boxLevel: Int?
  let cellWidth: Int
  let caches: CacheLookup
  let coresOfPackages: [Int: [Core]]
  let nodeWithID: [Int: Machine.NUMANode]

  init(_ machine: Machine, _ placement: Placement?, width: Int) {
    self.machine = machine
    self.width = width
    var workers: [Int: Int] = [:]
    for slot in placement?.slots ?? [] {
      if let cpu = slot.cpu { workers[cpu] = slot.worker }
    }
    self.workers = workers
    caches = CacheLookup(machine.caches)
    coresOfPackages = Dictionary(grouping: machine.cores) { $0.package }
    nodeWithID = Dictionary(machine.numaNodes.map { ($0.id, $0) }) { first, _ in first }
    unboundWorkers = placement.map { $0.isBound ? 0 : $0.threads } ?? 0
    boxLevel = machine.cacheSummary.filter {
      $0.kind != .instruction && ($0.cores > 1 || $0.level >= 3)
    }.map(\.level).max()
    let largestCPU = machine.cores.compactMap(\.cpus.members.last).max() ?? 0
    let largestWorker = workers.values.max() ?? 0
    cellWidth = max("\(largestCPU)".count, "w\(largestWorker)".count) + 1
  }

  var drawing: String {
    // Every box costs four columns.
    let packages = machine.packages.map(package)
    var lines = TextBlock.flow(packages, width: width).lines
    lines.append(legend)
    return lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }
      .joined(separator: "\n")
  }

  private var legend: String {
    let cpus = machine.cores.flatMap(\.cpus.members)
    var parts: [String] = []
    if !workers.isEmpty {
      parts.append("w0 worker 0, the calling thread")
    }
    if unboundWorkers > 0 {
      let noun = unboundWorkers == 1 ? "worker" : "workers"
      parts.append("\(unboundWorkers) \(noun), unbound: anywhere on ·")
    } else if cpus.contains(where: { workers[$0] == nil && machine.allowed.contains($0) }) {
      parts.append("· free")
    }
    if cpus.contains(where: { !machine.allowed.contains($0) }) {
      parts.append("× not allowed to this process")
    }
    return parts.joined(separator: "   ")
  }

  // MARK: Boxes

  private func package(_ package: Machine.Package) -> TextBlock {
    let cores = coresOfPackages[package.index] ?? []
    var title = "package \(package.index)"
    let nodes = groups(cores) { $0.numaNode }
    if nodes.count == 1 { title += " · " + nodeTitle(cores[0].numaNode, in: package) }
    let inner = width - 4
    let blocks = nodes.map { nodeCores in
      nodes.count == 1
        ? cacheBlocks(nodeCores, width: inner)
        : cacheBlocks(nodeCores, width: inner - 4)
          .boxed(nodeTitle(nodeCores[0].numaNode, in: package))
    }
    return TextBlock.flow(blocks, width: inner).boxed(title)
  }

  /// A node's number and memory; only the number where the node is larger than the package.
  private func nodeTitle(_ id: Int, in package: Machine.Package) -> String {
    guard let node = nodeWithID[id], node.memoryBytes > 0,
      package.cpus.isSuperset(of: node.cpus)
    else { return "node \(id)" }
    return "node \(id), \(ByteText.binary(node.memoryBytes))"
  }

  private func cacheBlocks(_ cores: [Core], width: Int) -> TextBlock {
    guard let boxLevel else { return coreBlock(cores, width: width) }
    let boxes = groups(cores) { core in
      caches.index(level: boxLevel, of: core.cpus.members[0]) ?? -1
    }.map { members in
      let cache = caches.cache(level: boxLevel, of: members[0].cpus.members[0])
      let title = cache.map { "L\($0.level) \(ByteText.binary($0.bytes))" } ?? "no L\(boxLevel)"
      return coreBlock(members, width: width - 4).boxed(title)
    }
    return TextBlock.flow(boxes, width: width)
  }

  // MARK: Cores

  /// One strip per kind of core, each under a line that says what these cores are.
  private func coreBlock(_ cores: [Core], width: Int) -> TextBlock {
    TextBlock.stacked(
      groups(cores) { $0.kind ?? -1 }.map { members in
        TextBlock([heading(members)] + strip(members, width: width))
      })
  }

  private func heading(_ cores: [Core]) -> String {
    let kind = machine.kindName(of: cores[0]).map { "\($0) " } ?? ""
    var parts = ["\(cores.count) \(kind)\(cores.count == 1 ? "core" : "cores")"]
    let cpu = cores[0].cpus.members[0]
    for level in stride(from: (boxLevel ?? 6) - 1, through: 1, by: -1) {
      guard let cache = caches.cache(level: level, of: cpu) else { continue }
      let name = cache.kind == .data ? "L\(level)d" : "L\(level)"
      let sharers = cores.count { cache.cpus.isSuperset(of: $0.cpus) }
      parts.append(
        "\(name) \(ByteText.binary(cache.bytes))" + (sharers > 1 ? " for \(sharers)" : ""))
    }
    return parts.joined(separator: " · ")
  }

  private func strip(_ cores: [Core], width: Int) -> [String] {
    let clusters = groups(cores) { core in innerDomain(core) }
    let isClustered = clusters.contains { $0.count > 1 } && clusters.count > 1
    // The row label, the cells, and a bar per cluster where there are clusters.
    let unit = isClustered ? clusters.map(\.count).max() ?? 1 : 1
    let unitWidth = unit * cellWidth + (isClustered ? 2 : 0)
    let fitting = max(1, (width - Self.labelWidth) / unitWidth) * unit
    let rows = (cores.count + fitting - 1) / fitting
    // Whole clusters, and rows of one length.
    let perRow = ((cores.count + rows - 1) / rows + unit - 1) / unit * unit

    let ordered = clusters.flatMap { $0 }
    let ends = Set(clusters.compactMap(\.last?.index))
    return stride(from: 0, to: ordered.count, by: perRow).flatMap { start in
      let row = Array(ordered[start..<min(start + perRow, ordered.count)])
      let threads = row.map(\.cpus.count).max() ?? 1
      return (0..<threads).flatMap { rank -> [String] in
        func line(_ label: String, _ cell: (Int) -> String) -> String {
          let cells = row.enumerated().map { index, core in
            let text = rank < core.cpus.count ? cell(core.cpus.members[rank]) : ""
            let bar = isClustered && ends.contains(core.index) && index + 1 < row.count
            return TextBlock.right(text, cellWidth) + (bar ? " │" : "")
          }
          return TextBlock.left(label, Self.labelWidth) + cells.joined()
        }
        return [line(rank == 0 ? "cpu" : "smt", { "\($0)" }), line("", mark)]
      }
    }
  }

  private static let labelWidth = 3

  private func mark(_ cpu: Int) -> String {
    if let worker = workers[cpu] { return "w\(worker)" }
    return machine.allowed.contains(cpu) ? "·" : "×"
  }

  /// Which shared cache inside the box a core belongs to; its own index where it shares none.
  private func innerDomain(_ core: Core) -> Int {
    let shared = stride(from: (boxLevel ?? 6) - 1, through: 1, by: -1).lazy
      .compactMap { caches.index(level: $0, of: core.cpus.members[0]) }
      .first { machine.caches[$0].cpus.count > core.cpus.count }
    return shared ?? -1 - core.index
  }

  /// Cores by a key, groups in the order of their first core.
  private func groups(_ cores: [Core], by key: (Core) -> Int) -> [[Core]] {
    Dictionary(grouping: cores, by: key).values.sorted { $0[0].index < $1[0].index }
  }
}
