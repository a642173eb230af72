import Base
import KernelLibrary
import Measurement

/// A network whose blocks of layers can be timed fused and on their own: sessions, or a simulation
/// in tests.
package protocol FusionCourse: AnyObject {
  /// A sample of all blocks at once, each in the same variant: 0 is every layer on its own.
  /// Nanoseconds by block.
  func sample(variant: Int) throws -> [Double]
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
    /// By variant, nanoseconds.
    package var samples: [[Double]]
  }

  private let course: any FusionCourse
  private let rules: RaceRules
  private let deadline: Double
  private let blocks: [[RaceField.Entry]]
  private var fields: [RaceField]
  private var endings: [RaceEnding?]
  private var random: SeededGenerator
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
    fields = blocks.map { RaceField($0, rules: rules) }
    endings = blocks.map { _ in nil }
    random = SeededGenerator(seed: rules.seed)
  }

  /// - Returns: one per block.
  package func run() throws -> [Result] {
    var round = 0
    while round < rules.maximumRounds, endings.contains(nil) {
      if round >= rules.minimumRounds, course.seconds > rules.networkSeconds { break }
      if round > 0, course.seconds > deadline {
        isCutShort = true
        break
      }
      try runRound()
      round += 1
      for index in blocks.indices where endings[index] == nil {
        endings[index] = fields[index].look(after: round)
      }
    }
    return blocks.indices.map { index in
      let field = fields[index]
      let winner = field.choice
      return Result(
        winner: winner, ending: endings[index] ?? .budget,
        ratios: blocks[index].map { field.ratio($0.number, to: winner) },
        samples: blocks[index].map { field.samples[$0.number] ?? [] })
    }
  }

  /// Every variant that somebody still races runs once.
  private func runRound() throws {
    let open = blocks.indices.filter { endings[$0] == nil }
    let active = open.map { Set(fields[$0].active) }
    let variants = active.reduce(into: Set<Int>()) { $0.formUnion($1) }.sorted()
    for variant in variants.shuffled(using: &random) {
      let times = try course.sample(variant: variant)
      for (index, entries) in zip(open, active) where entries.contains(variant) {
        fields[index].add(times[index], of: variant)
      }
    }
  }
}
