import Base
import Workers

/// Puts timings between speed probes, and waits for the machine when one says that it is slowed.
public final class Sampler {
  private let probe: SpeedProbe
  private let pool: WorkerPool
  private let stop: () -> Bool
  /// The last speed probe, reused as the one before the next timing.
  private var last: Gflops?
  /// Seconds of waiting that are left.
  private var patience: Double
  /// Of all probes.
  public private(set) var speeds: [Gflops] = []

  /// - Parameters:
  ///   - patience: seconds that waiting for the machine may take in all.
  ///   - stop: ends the waiting.
  public init(
    probe: SpeedProbe, pool: WorkerPool, patience: Double = MeasurementRules.patienceSeconds,
    stop: @escaping () -> Bool
  ) {
    self.probe = probe
    self.pool = pool
    self.patience = patience
    self.stop = stop
  }

  public func time<Value>(_ body: () -> Value) -> Timing<Value> {
    let before = last ?? measure()
    let value = body()
    let after = measure()
    last = after
    let isDisturbed = probe.isDisturbed(before) || probe.isDisturbed(after)
    if isDisturbed { waitForSpeed() }
    return Timing(value, speedBefore: before, speedAfter: after, isDisturbed: isDisturbed)
  }

  /// The next timing begins with a probe of its own: something else runs before it.
  public func startAnew() { last = nil }

  private func measure() -> Gflops {
    let speed = probe.measure(on: pool)
    speeds.append(speed)
    return speed
  }

  /// Lets a slow spell pass.
  private func waitForSpeed() {
    let wait = Stopwatch()
    while patience > 0, wait.seconds < MeasurementRules.waitSeconds, !stop() {
      let speed = probe.measure(on: pool, remember: false)
      last = speed
      if !probe.isDisturbed(speed) { break }
    }
    patience -= wait.seconds
  }
}
