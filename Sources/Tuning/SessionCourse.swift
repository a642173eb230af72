import Base
import Execution
import Measurement
import Races

/// The races within a network on this machine.
final class SessionCourse: NetworkCourse {
  private let session: Session
  private let bracket: SpeedBracket
  private let watch = Stopwatch()
  private let stop: () -> Bool
  /// By step.
  private var times: [Double]

  /// Warms the session up.
  init(session: Session, bracket: SpeedBracket, stop: @escaping () -> Bool) {
    self.session = session
    self.bracket = bracket
    self.stop = stop
    times = [Double](repeating: 0, count: session.network.steps.count)
    let warmUp = Stopwatch()
    var runs = 0
    repeat {
      session.run()
      runs += 1
    } while !stop()
      && (runs < MeasurementRules.warmUpRuns
        || warmUp.nanoseconds < MeasurementRules.warmUpNanoseconds)
  }

  var seconds: Double { watch.seconds }
  var isInterrupted: Bool { stop() }

  func select(_ candidate: Int, layer: Int) { session.select(candidate, layer: layer) }

  func infer() -> (nanoseconds: [Double], isDisturbed: Bool) {
    let isDisturbed = bracket.time {
      session.runProfiled { step, nanoseconds in times[step] = Double(nanoseconds) }
    }.isDisturbed
    return (session.network.layers.map { times[$0.step] }, isDisturbed)
  }
}
