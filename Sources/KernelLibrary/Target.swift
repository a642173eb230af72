import Topology
import Workers

/// What of each level of cache the workers have, in bytes: what blockings are made to fit.
public struct CacheSizes: Hashable, Sendable {
  /// A worker's first-level data cache.
  public var l1: Int
  /// A worker's second-level cache, or its share where workers share one.
  public var l2: Int
  /// All third-level caches that the workers use, together; 0 where there is none.
  public var l3: Int

  public init(l1: Int, l2: Int, l3: Int) {
    self.l1 = l1
    self.l2 = l2
    self.l3 = l3
  }

  /// Where the topology says nothing: small first-level caches of today, a second level that is
  /// common, the L3 of a few cores.
  public static let typical = CacheSizes(l1: 32 << 10, l2: 1 << 20, l3: 32 << 20)

  /// Of the workers' hardware threads; the smallest where they differ. Levels that the topology does
  /// not know are `typical`, but for an L3 on a machine that has other caches.
  public init(_ machine: Machine, _ placement: Placement) {
    let fallback = machine.allowed.members.first ?? 0
    let cpus = placement.slots.map { $0.cpu ?? fallback }
    func share(level: Int) -> Int? {
      let shares = cpus.compactMap { cpu -> Int? in
        guard let cache = machine.cache(level: level, of: cpu) else { return nil }
        let sharers = placement.isBound ? cpus.count { cache.cpus.contains($0) } : 1
        return Int(clamping: cache.bytes) / max(sharers, 1)
      }
      return shares.min().flatMap { $0 > 0 ? $0 : nil }
    }
    let outermost = Set(cpus.compactMap { machine.cache(level: 3, of: $0) })
    l1 = share(level: 1) ?? Self.typical.l1
    l2 = max(l1, share(level: 2) ?? Self.typical.l2)
    l3 = outermost.reduce(0) { $0 + min(Int(clamping: $1.bytes), 1 << 40) }
    if machine.caches.isEmpty { l3 = Self.typical.l3 }
  }
}

/// What candidates are made for: all that a strategy may ask about where it will run.
public struct Target: Sendable {
  public let kernels: Kernels
  /// Workers of the pool.
  public let threads: Int
  public let caches: CacheSizes

  public var vectorWidth: Int { kernels.vectorWidth }
  /// Vector registers of the instruction set.
  public var registers: Int { kernels.set.vectorRegisters }
  /// What the kernels may use.
  public var features: CPUFeatures { kernels.instructionSet.required }
  /// A worker's share of the L3, in bytes; 0 where there is none.
  public var l3Share: Int { caches.l3 / threads }

  public init(_ kernels: Kernels, caches: CacheSizes, threads: Int) {
    self.kernels = kernels
    self.caches = caches
    self.threads = max(threads, 1)
  }

  /// Workers of this machine, placed like that.
  public init(_ kernels: Kernels, placement: Placement) {
    self.init(
      kernels, caches: Self.machine.map { CacheSizes($0, placement) } ?? .typical,
      threads: placement.threads)
  }

  /// The workers of a pool.
  public init(_ kernels: Kernels, pool: WorkerPool) {
    self.init(kernels, placement: pool.placement)
  }

  /// So many workers of this machine, wherever they are.
  public init(_ kernels: Kernels, threads: Int) {
    self.init(kernels, placement: .unbound(threads: threads))
  }

  /// Read once; nil where the topology cannot be read.
  private static let machine = try? Machine.probe()
}
