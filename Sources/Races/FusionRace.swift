import Base
import KernelLibrary
import Measurement

/// A network whose blocks of layers can be timed fused and on their own: sessions, or a simulation
/// in tests.
package protocol FusionCourse: AnyObject {
  /// A sample of all blocks at once, each in the same variant: 0 is every layer on its own. By
  /// block.
  func sample(variant: Int) throws -> [Nanoseconds]
  /// Seconds since the race began.
  var seconds: Double { get }
}

/// Races for each block of layers the ways to fuse it and not to fuse it.
///
/// Every sample times every block, so all blocks race at the same time: a round takes all variants
/// that are still needed in random order.
package final class FusionRace {
  package struct Result {
    /// The variant that won.
    package var winner: Int
    package var ending: RaceEnding
    /// By variant: its time over the winner's, in common rounds; nil for who did not run.
    package var ratios: [Double?]
    /// By variant.
    package var samples: [[Nanoseconds]]
  }

  private let course: any FusionCourse
  private let blocks: [[RaceField.Entry]]
  private let rules: RaceRules
  private let deadline: Double
  /// The budget ended it before its own rules: not to be used again.
  package private(set) var isCutShort = false

  /// - Parameter blocks: by block its entries, numbered as the variants.
  package init(
    on course: any FusionCourse, blocks: [[RaceField.Entry]], rules: RaceRules,
    deadline: Double = .infinity
  ) {
    self.course = course
    self.blocks = blocks
    self.rules = rules
    self.deadline = deadline
  }

  /// - Returns: one per block.
  package func run() throws -> [Result] {
    var tournament = Tournament(blocks, dealing: .coupled, rules: rules)
    let found = try tournament.run(
      until: rules.networkSeconds, deadline: deadline, clock: { course.seconds },
      play: { heat in
        try course.sample(variant: heat[0])
      })
    isCutShort = tournament.isCutShort
    return zip(blocks, found).map { entries, result in
      Result(
        winner: result.winner, ending: result.ending,
        ratios: entries.map { result.ratios[$0.number] },
        samples: entries.map { result.samples[$0.number] ?? [] })
    }
  }
}
