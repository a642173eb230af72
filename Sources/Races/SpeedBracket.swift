import Base
import Measurement
import Workers

/// Puts timings between speed probes, and waits for the machine when one says that it is slowed.
package final class SpeedBracket {
  private let probe: SpeedProbe
  private let pool: WorkerPool
  private let stop: () -> Bool
  /// The last speed probe, reused as the one before the next timing.
  private var last: Double?
  /// Seconds of waiting that are left.
  private var patience: Double
  /// GFLOP/s of the probes around the last timing.
  package private(set) var around = (before: 0.0, after: 0.0)
  /// GFLOP/s of all probes.
  package private(set) var speeds: [Double] = []

  package init(
    probe: SpeedProbe, pool: WorkerPool, patience: Double = MeasurementRules.patienceSeconds,
    stop: @escaping () -> Bool
  ) {
    self.probe = probe
    self.pool = pool
    self.patience = patience
    self.stop = stop
  }

  /// - Returns: what was timed, and whether a probe beside it was slow.
  package func time<Value>(_ body: () -> Value) -> (value: Value, isDisturbed: Bool) {
    let before = last ?? measure()
    let value = body()
    let after = measure()
    last = after
    around = (before, after)
    let isDisturbed = probe.isDisturbed(before) || probe.isDisturbed(after)
    if isDisturbed { waitForSpeed() }
    return (value, isDisturbed)
  }

  private func measure() -> Double {
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
