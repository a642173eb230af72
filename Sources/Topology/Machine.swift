/// The hardware that timings depend on, and the part of it that this process may use.
///
/// Indices of packages, cores and caches are hwloc's logical ones (neighbours in the numbering are
/// neighbours in the hardware). Hardware threads and NUMA nodes carry the operating system's
/// numbers, those that `taskset` and `numactl` take.
public struct Machine: Codable, Sendable, Hashable {
  public struct Package: Codable, Sendable, Hashable {
    public let index: Int
    public let cpus: CPUSet
  }

  public struct NUMANode: Codable, Sendable, Hashable {
    /// The operating system's number.
    public let id: Int
    public let memoryBytes: UInt64
    /// The hardware threads near it; empty for a node of memory only.
    public let cpus: CPUSet
  }

  public struct Cache: Codable, Sendable, Hashable {
    public enum Kind: String, Codable, Sendable {
      case data, unified, instruction
    }

    public let level: Int
    public let kind: Kind
    public let bytes: UInt64
    /// 0 when unknown.
    public let lineBytes: Int
    /// Associativity; nil when unknown or full.
    public let ways: Int?
    /// The hardware threads that share it.
    public let cpus: CPUSet
  }

  /// A class of cores of a hybrid CPU. A machine of equal cores has none.
  public struct CoreKind: Codable, Sendable, Hashable {
    /// `P` or `E`; numbered from the fastest (`P`, `E1`, `E2`) where there are more than two.
    public let name: String
    /// hwloc's rank: higher is faster and hungrier.
    public let efficiency: Int
    public let cpus: CPUSet
  }

  public struct Core: Codable, Sendable, Hashable {
    public let index: Int
    /// Index into `packages`.
    public let package: Int
    /// The operating system's number of the nearest NUMA node.
    public let numaNode: Int
    /// Index into `kinds`; nil where all cores are equal.
    public let kind: Int?
    /// Its hardware threads.
    public let cpus: CPUSet
  }

  /// Where the description comes from. Only this system's can be bound to.
  public enum Origin: String, Codable, Sendable {
    case thisSystem, xml, synthetic
  }

  public let origin: Origin
  public let cpuModel: String
  /// As the CPU reports it (`GenuineIntel`, `AuthenticAMD`); empty when unknown.
  public let vendor: String
  /// Such as `family 26 model 2`: tells core designs apart where the model is just a brand; empty
  /// when unknown.
  public let cpuFamily: String
  /// As `uname -m` prints it; empty when unknown.
  public let architecture: String
  public let hostName: String?
  /// Such as `Linux 6.1.0`; empty when unknown.
  public let kernel: String
  public let packages: [Package]
  public let numaNodes: [NUMANode]
  /// Outermost level first.
  public let caches: [Cache]
  public let kinds: [CoreKind]
  public let cores: [Core]
  /// The hardware threads this process may use: its affinity within its cgroup's set.
  public let allowed: CPUSet
  /// CPU time per second that the control group grants, in CPUs; nil without a limit.
  public let cpuQuota: Double?
  public let memoryBytes: UInt64
  /// What kernels can run here; empty for another system's description.
  public let instructionSets: [InstructionSet]
}

extension Machine {
  public var hardwareThreads: Int { cores.reduce(0) { $0 + $1.cpus.count } }

  /// Hardware threads on the widest core: 1 without simultaneous multithreading.
  public var threadsPerCore: Int { cores.map(\.cpus.count).max() ?? 1 }

  /// The kind's name of a core (`P`, `E`); nil where all are equal.
  public func kindName(of core: Core) -> String? {
    core.kind.map { kinds[$0].name }
  }

  /// The data or unified cache of one level that a hardware thread uses.
  public func cache(level: Int, of cpu: Int) -> Cache? {
    caches.first { $0.level == level && $0.kind != .instruction && $0.cpus.contains(cpu) }
  }

  /// The cache that memory traffic leaves through: the outermost one of a hardware thread.
  public func lastLevelCache(of cpu: Int) -> Cache? {
    caches.filter { $0.kind != .instruction && $0.cpus.contains(cpu) }.max { $0.level < $1.level }
  }

  /// The outermost cache that a core shares with no other core: what rotating buffers must exceed
  /// so that data comes from farther away.
  public func lastPrivateCache(of cpu: Int) -> Cache? {
    guard let core = cores.first(where: { $0.cpus.contains(cpu) }) else { return nil }
    return caches.filter { $0.kind != .instruction && core.cpus == $0.cpus }
      .max { $0.level < $1.level }
  }
}

extension Machine {
  /// Reads a machine and checks what the rest of the code relies on: packages, cores with hardware
  /// threads, kinds and packages that the cores refer to, something that is allowed.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    origin = try container.decode(Origin.self, forKey: .origin)
    cpuModel = try container.decode(String.self, forKey: .cpuModel)
    vendor = try container.decode(String.self, forKey: .vendor)
    cpuFamily = try container.decode(String.self, forKey: .cpuFamily)
    architecture = try container.decode(String.self, forKey: .architecture)
    hostName = try container.decodeIfPresent(String.self, forKey: .hostName)
    kernel = try container.decode(String.self, forKey: .kernel)
    packages = try container.decode([Package].self, forKey: .packages)
    numaNodes = try container.decode([NUMANode].self, forKey: .numaNodes)
    caches = try container.decode([Cache].self, forKey: .caches)
    kinds = try container.decode([CoreKind].self, forKey: .kinds)
    cores = try container.decode([Core].self, forKey: .cores)
    allowed = try container.decode(CPUSet.self, forKey: .allowed)
    cpuQuota = try container.decodeIfPresent(Double.self, forKey: .cpuQuota)
    memoryBytes = try container.decode(UInt64.self, forKey: .memoryBytes)
    instructionSets = try container.decode([InstructionSet].self, forKey: .instructionSets)

    let areCoresSound = cores.enumerated().allSatisfy { index, core in
      core.index == index && !core.cpus.isEmpty && packages.indices.contains(core.package)
        && core.kind.map(kinds.indices.contains) ?? true
    }
    guard !packages.isEmpty, !cores.isEmpty, areCoresSound, !allowed.isEmpty else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "a machine whose cores, packages and kinds do not fit together"))
    }
  }
}
