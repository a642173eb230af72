import Base
import Topology
import Workers

/// The least time that a computation can take on this machine, and what decides it.
///
/// Data are taken to come from the innermost level that holds them, each byte once; the levels and
/// the multiply-adders work at the same time, and the slowest of them is the roof.
public struct Roofline: Sendable {
  /// A level: what it holds for all workers together, and its load bandwidth.
  public struct Level: Sendable, Hashable {
    public var name: String
    public var bytes: Int
    /// GB/s of all workers.
    public var bandwidth: Double

    public init(name: String, bytes: Int, bandwidth: Double) {
      self.name = name
      self.bytes = bytes
      self.bandwidth = bandwidth
    }
  }

  public struct Bound: Sendable, Hashable {
    public var time: Nanoseconds
    /// `FMA`, or a level's name.
    public var roof: String

    public init(time: Nanoseconds, roof: String) {
      self.time = time
      self.roof = roof
    }
  }

  /// Innermost first; the last one holds everything.
  public private(set) var levels: [Level]

  public init(levels: [Level]) { self.levels = levels }

  /// From bandwidths measured on a pool.
  public init(bandwidths: [BandwidthProbe.Level], machine: Machine, pool: WorkerPool) {
    let cpus = pool.placement.slots.map { $0.cpu ?? machine.allowed.members.first ?? 0 }
    levels = bandwidths.map { level in
      guard let number = Int(level.name.dropFirst()) else {
        return Level(name: level.name, bytes: .max, bandwidth: level.load)
      }
      let caches = Set(cpus.compactMap { machine.cache(level: number, of: $0) })
      let unbound = pool.placement.isBound ? 1 : pool.count
      let bytes = caches.reduce(0) { $0 + Int(clamping: $1.bytes) }
      return Level(
        name: level.name, bytes: number < 3 ? bytes * unbound : bytes, bandwidth: level.load)
    }
  }

  /// With another bandwidth of one level, e.g. as measured beside samples.
  public func replacing(_ name: String, bandwidth: Double) -> Roofline {
    var result = self
    for index in levels.indices where levels[index].name == name {
      result.levels[index].bandwidth = bandwidth
    }
    return result
  }

  /// - Parameters:
  ///   - operations: floating-point operations.
  ///   - activations: bytes of input, output and residual.
  ///   - resident: bytes that a level must have room for to hold them, halos included.
  ///   - weights: bytes of weights.
  ///   - state: where the data are at the start.
  ///   - peak: of all workers.
  public func bound(
    operations: Double, activations: Int, resident: Int, weights: Int, state: CacheState,
    peak: Gflops
  ) -> Bound {
    var best = Bound(time: Nanoseconds(operations / peak.value), roof: "FMA")
    guard !levels.isEmpty else { return best }
    let (from, weightsFrom) = sources(activations: resident, weights: weights, state: state)
    // What comes from far passes through every nearer level: the inner levels are never slower.
    for (index, level) in levels.enumerated() {
      let bytes = (from >= index ? activations : 0) + (weightsFrom >= index ? weights : 0)
      let time = Nanoseconds(Double(bytes) / level.bandwidth)
      if time > best.time { best = Bound(time: time, roof: level.name) }
    }
    return best
  }

  /// Indices of the levels that activations and weights start in.
  private func sources(
    activations: Int, weights: Int, state: CacheState
  ) -> (activations: Int, weights: Int) {
    let last = levels.count - 1
    func innermost(holding bytes: Int) -> Int {
      levels.firstIndex { $0.bytes >= bytes } ?? last
    }
    switch state {
    case .cold: return (last, last)
    case .hot:
      let level = innermost(holding: activations + weights)
      return (level, level)
    case .network:
      // The private caches hold what was written last; weights were evicted from them.
      let shared = levels.firstIndex { $0.name == "L3" || $0.name == "memory" } ?? last
      return (innermost(holding: activations), max(shared, innermost(holding: weights)))
    }
  }
}
