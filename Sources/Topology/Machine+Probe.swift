import CHwloc
import Foundation

extension Machine {
  /// The machine this process runs on.
  ///
  /// The process's affinity is read once and kept: a pool that binds the calling thread later must
  /// not make the machine look smaller.
  public static func probe() throws -> Machine {
    let topology = try HwlocTopology(.thisSystem)
    // HWLOC_XMLFILE and HWLOC_SYNTHETIC make hwloc describe another machine.
    let isThisSystem = hwloc_topology_is_thissystem(topology.handle) != 0
    return try Machine(topology, origin: isThisSystem ? .thisSystem : .xml)
  }

  /// Reads a description that `lstopo FILE.xml` wrote, here or on another machine.
  public init(xmlFile path: String) throws {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard let attributes else { throw TopologyError("\(path): no such file") }
    guard attributes[.type] as? FileAttributeType != .typeDirectory else {
      throw TopologyError("\(path): a folder, not an hwloc XML file")
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw TopologyError("\(path): not readable")
    }
    try self.init(HwlocTopology(.xml(path)), origin: .xml)
  }

  /// Builds a machine from hwloc's synthetic text, such as `package:2 l3:4 core:8 pu:2`.
  public init(synthetic text: String) throws {
    guard Self.syntheticThreads(text) != nil else {
      throw HwlocTopology.syntheticError(text)
    }
    try self.init(HwlocTopology(.synthetic(text)), origin: .synthetic)
  }

  /// The affinity this process started with, as of the first call.
  public static let startAffinity: CPUSet? = try? HwlocTopology(.thisSystem).affinity

  /// Hardware threads a synthetic text asks for; nil above 65,536, since hwloc would build them all.
  private static func syntheticThreads(_ text: String) -> Int? {
    var depth = 0
    let levels = text.filter { character in
      if character == "[" || character == "(" { depth += 1 }
      defer { if character == "]" || character == ")" { depth -= 1 } }
      return depth == 0
    }
    var total = 1
    for level in levels.split(whereSeparator: \.isWhitespace) {
      guard let arity = level.split(separator: ":").last.flatMap({ Int($0) }) else { continue }
      let (product, overflow) = total.multipliedReportingOverflow(by: arity)
      guard !overflow, product > 0, product <= 65_536 else { return nil }
      total = product
    }
    return total
  }

  init(_ topology: HwlocTopology, origin: Origin) throws {
    let root = topology.root
    let units = topology.objects(HWLOC_OBJ_PU).map { Int($0.pointee.os_index) }
    guard !units.isEmpty else { throw TopologyError("hwloc found no CPU in this topology") }
    let here = origin == .thisSystem
    let host = here ? HostFacts.read() : HostFacts()
    let packageObjects = topology.objects(HWLOC_OBJ_PACKAGE)
    let describing = packageObjects + [root]

    func info(_ names: String...) -> String? {
      for name in names {
        for object in describing {
          if let value = HwlocTopology.info(object, name) { return value }
        }
      }
      return nil
    }

    self.origin = origin
    cpuModel = info("CPUModel") ?? host.cpuModel ?? "unknown CPU"
    vendor = info("CPUVendor") ?? host.vendor ?? ""
    cpuFamily = [("family", "CPUFamilyNumber"), ("model", "CPUModelNumber")]
      .compactMap { word, name in info(name).map { "\(word) \($0)" } }.joined(separator: " ")
    architecture = info("Architecture") ?? host.architecture ?? ""
    hostName = info("HostName") ?? host.hostName
    kernel =
      [info("OSName") ?? host.systemName, info("OSRelease") ?? host.systemRelease]
      .compactMap { $0 }.joined(separator: " ")
    memoryBytes = root.pointee.total_memory
    instructionSets = here ? InstructionSet.supported : []
    cpuQuota = here ? CPUQuota.current() : nil

    let everything = CPUSet(units)
    let packages =
      packageObjects.isEmpty
      ? [Package(index: 0, cpus: everything)]
      : packageObjects.enumerated().map {
        Package(index: $0.offset, cpus: HwlocTopology.cpuSet($0.element.pointee.cpuset))
      }
    let numaNodes = topology.objects(HWLOC_OBJ_NUMANODE).map { object in
      NUMANode(
        id: Int(object.pointee.os_index),
        memoryBytes: object.pointee.attr?.pointee.numanode.local_memory ?? 0,
        cpus: HwlocTopology.cpuSet(object.pointee.cpuset))
    }
    let kinds = Self.coreKinds(topology.cpuKinds)
    self.packages = packages
    self.numaNodes = numaNodes
    self.kinds = kinds
    caches = Self.caches(topology)

    var allowed = topology.allowed.intersection(everything)
    if here, let affinity = Self.startAffinity {
      let both = allowed.intersection(affinity)
      if !both.isEmpty { allowed = both }
    }
    self.allowed = allowed.isEmpty ? everything : allowed

    // Some virtual machines and synthetic texts have hardware threads but no cores.
    let coreObjects = topology.objects(HWLOC_OBJ_CORE)
    let coreSets =
      coreObjects.isEmpty
      ? units.map { CPUSet([$0]) } : coreObjects.map { HwlocTopology.cpuSet($0.pointee.cpuset) }
    let (packageOf, nodeOf, kindOf) = (
      CPULookup(packages.map(\.cpus)), CPULookup(numaNodes.map(\.cpus)),
      CPULookup(kinds.map(\.cpus))
    )
    cores = coreSets.filter { !$0.isEmpty }.enumerated().map { index, cpus in
      Core(
        index: index, package: packageOf.holding(cpus) ?? 0,
        numaNode: (nodeOf.holding(cpus).map { numaNodes[$0] } ?? numaNodes.first)?.id ?? 0,
        kind: kindOf.holding(cpus), cpus: cpus)
    }
  }

  private static func coreKinds(_ ranked: [(efficiency: Int, cpus: CPUSet)]) -> [CoreKind] {
    let fastestFirst = ranked.sorted { $0.efficiency > $1.efficiency }
    return fastestFirst.enumerated().map { index, kind in
      let name = index == 0 ? "P" : fastestFirst.count == 2 ? "E" : "E\(index)"
      return CoreKind(name: name, efficiency: kind.efficiency, cpus: kind.cpus)
    }
  }

  private static func caches(_ topology: HwlocTopology) -> [Cache] {
    let types = [
      HWLOC_OBJ_L5CACHE, HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L3CACHE, HWLOC_OBJ_L2CACHE,
      HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L3ICACHE, HWLOC_OBJ_L2ICACHE, HWLOC_OBJ_L1ICACHE,
    ]
    return types.flatMap { type in
      topology.objects(type).compactMap { object in
        guard let cache = object.pointee.attr?.pointee.cache else { return nil }
        let kind: Cache.Kind =
          switch cache.type {
          case HWLOC_OBJ_CACHE_DATA: .data
          case HWLOC_OBJ_CACHE_INSTRUCTION: .instruction
          default: .unified
          }
        return Cache(
          level: Int(cache.depth), kind: kind, bytes: cache.size,
          lineBytes: Int(cache.linesize),
          ways: cache.associativity > 0 ? Int(cache.associativity) : nil,
          cpus: HwlocTopology.cpuSet(object.pointee.cpuset))
      }
    }
  }
}
