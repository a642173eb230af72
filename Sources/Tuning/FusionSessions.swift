import Base
import Execution
import Measurement
import Races

/// The race of fused blocks on this machine: a session for every variant, on the same weights.
final class FusionSessions: FusionCourse {
  private let sessions: [Session]
  private let blocks: [ClosedRange<Int>]
  private let sampler: Sampler
  private let rules: RaceRules
  private let watch = Stopwatch()
  private let stop: () -> Bool
  /// Of inferences.
  private(set) var retries: Retries
  /// By step of the session that runs.
  private var times: [Nanoseconds]

  /// - Parameters:
  ///   - sessions: by variant; the first with every layer on its own.
  ///   - blocks: the layers of each block, the longest way to fuse it.
  init(
    sessions: [Session], blocks: [ClosedRange<Int>], sampler: Sampler, rules: RaceRules,
    stop: @escaping () -> Bool
  ) {
    self.sessions = sessions
    self.blocks = blocks
    self.sampler = sampler
    self.rules = rules
    retries = Retries(rules.retries)
    self.stop = stop
    times = [Nanoseconds](repeating: 0, count: sessions[0].network.steps.count)
  }

  var seconds: Double { watch.seconds }

  /// A run that brings this session's activations back into the caches, and the median of some more.
  func sample(variant: Int) throws -> [Nanoseconds] {
    let session = sessions[variant]
    session.run()
    var runs: [[Nanoseconds]] = []
    for _ in 0..<rules.networkInferences { runs.append(try infer(session)) }
    return blocks.indices.map { block in Statistics.median(runs.map { $0[block] }) }
  }

  /// An inference, run again while the machine is slowed; by block.
  private func infer(_ session: Session) throws -> [Nanoseconds] {
    try retries.take {
      if stop() { throw RaceError.interrupted }
      return sampler.time {
        session.runProfiled { step, time in times[step] = time }
        return blocks.map { layers in
          let steps = session.network.layers[layers].map(\.step)
          return Set(steps).reduce(.zero) { $0 + times[$1] }
        }
      }
    }.value
  }
}
