import Convolution
import Execution
import KernelLibrary
import Measurement
import Plans
import Races
import Store

/// What a tuning would do, and how long that is expected to take. Nothing is measured for it.
public struct TuningForecast: Sendable {
  /// A shape of layer.
  public struct Shape: Sendable {
    /// Of the first layer of this shape.
    public let name: String
    public let workload: Workload
    /// Layers that have it.
    public let layers: Int
    public let candidates: Int
    /// The store has its race.
    public let isStored: Bool
    /// 0 where it is stored.
    public let seconds: Double
  }

  /// In the order of the tuning.
  public let shapes: [Shape]
  /// Of running the network and racing in it; 0 where that is not asked for, or nothing is new.
  public let networkSeconds: Double
  /// Races of this machine that the seconds are scaled by; 0 where they are assumed.
  public let knownRaces: Int

  public var seconds: Double { shapes.reduce(networkSeconds) { $0 + $1.seconds } }
  public var stored: Int { shapes.count(where: \.isStored) }

  /// Where the seconds are from, in words.
  public var source: String {
    knownRaces > 0 ? "\(knownRaces) stored races" : "FLOPs, 30 GFLOP/s a core assumed"
  }
}

extension Tuner {
  /// - Parameter isNetwork: whether the layers are a network that is run, too.
  /// - Throws: `RaceError.noCandidate`, `StoreError`, `StrategyError`.
  public func forecast(_ layers: [TuningLayer], isNetwork: Bool) throws -> TuningForecast {
    let (factor, races) = try pace()
    let shapes = try uniqueShapes(layers).map { shape in
      let isStored =
        try !options.refresh && storedRace(shape.key)?.outcome.winner != nil
      return TuningForecast.Shape(
        name: shape.layer.name, workload: shape.layer.workload, layers: shape.layers.count,
        candidates: shape.candidates.count, isStored: isStored,
        seconds: isStored ? 0 : factor * shape.cost)
    }
    // What won in isolation decides who races in the network: with a new race that is new, too.
    let isNew = shapes.contains { !$0.isStored }
    let rules = options.rules
    let network = options.inNetwork && isNetwork && isNew
    let seconds = network ? rules.networkBlockSeconds + rules.networkSeconds : 0
    return TuningForecast(
      shapes: shapes, networkSeconds: options.fuses ? 1.5 * seconds : seconds, knownRaces: races)
  }

  /// How much longer this machine's races took than `cost` says, the median, and of how many races.
  private func pace() throws -> (factor: Double, races: Int) {
    guard let store else { return (1, 0) }
    var filter = RaceFilter()
    filter.machine = fingerprint.id
    var factors: [Double] = []
    try store.forEachRace(filter) { _, record in
      guard record.key.subject == .isolated, record.key.team.count == team.count,
        record.key.cacheState == .network, let finished = record.finished
      else { return }
      let cost = cost(record.key.workload.problem, candidates: record.measurements.count)
      let seconds = finished - record.started
      // A clock that was set meanwhile tells nothing.
      if seconds > 0, seconds < 3600 { factors.append(seconds / cost) }
    }
    return factors.isEmpty ? (1, 0) : (Statistics.median(factors), factors.count)
  }
}
