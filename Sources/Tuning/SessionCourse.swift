import Base
import Execution
import Measurement
import Races

/// The races within a network on this machine.
final class SessionCourse: NetworkCourse {
  private let session: Session
  private let sampler: Sampler
  private let watch = Stopwatch()
  private let stop: () -> Bool
  /// By step.
  private var times: [Nanoseconds]

  /// Warms the session up.
  init(session: Session, sampler: Sampler, stop: @escaping () -> Bool) {
    self.session = session
    self.sampler = sampler
    self.stop = stop
    times = [Nanoseconds](repeating: 0, count: session.network.steps.count)
    let warmUp = Stopwatch()
    var runs = 0
    repeat {
      session.run()
      runs += 1
    } while !stop()
      && (runs < MeasurementRules.warmUpRuns
        || warmUp.elapsed < MeasurementRules.warmUpTime)
  }

  var seconds: Double { watch.seconds }
  var isInterrupted: Bool { stop() }

  func select(_ candidate: Int, layer: Int) { session.select(candidate, layer: layer) }

  func infer() -> Timing<[Nanoseconds]> {
    sampler.time {
      session.runProfiled { step, time in times[step] = time }
      return session.network.layers.map { times[$0.step] }
    }
  }
}
