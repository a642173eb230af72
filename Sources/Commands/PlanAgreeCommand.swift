import ArgumentParser
import Base
import Foundation
import Plans

struct PlanAgreeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "agree",
    abstract: "Compare several plans of one network: how far did the tunings choose the same?",
    discussion: """
      Exit code 1 when fewer pairs of plans have the same strategy than asked for, or when a \
      difference is beyond the noise. scripts/check-stability tunes and then asks this.
      """)

  @Argument(help: "At least two plan files.")
  var plans: [String]

  @Option(help: ArgumentHelp("Of all pairs of plans and layers.", valueName: "%"))
  var least = 95.0

  func run() throws {
    let agreement = try PlanAgreement(plans.map { try Plan.load(path: $0) })
    let count = agreement.layers
    try printResult(
      "\(agreement.plans) plans of \(count) layers: \(agreement.agreeing) layers with one "
        + "strategy in all of them")
    try printResult(
      String(
        format: "pairs of plans: %.1f %% of layers with the same strategy, %.1f %% with the same "
          + "candidate", 100 * agreement.samePairs, 100 * agreement.sameCandidatePairs))
    if !agreement.differences.isEmpty {
      var table = TextTable([
        .left("layer"), .left("chosen"), .right("apart %"), .left("verdict"),
      ])
      for difference in agreement.differences {
        var votes: [String: Int] = [:]
        for choice in difference.choices { votes[choice.strategy, default: 0] += 1 }
        let chosen = votes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
          .map { "\($0.value) \($0.key)" }.joined(separator: ", ")
        table.add([
          difference.name, chosen,
          difference.gap.map { String(format: "%.1f", 100 * $0) } ?? "-",
          difference.isWithinNoise ? "within the noise" : "BEYOND THE NOISE",
        ])
      }
      try printResult(table)
    }
    guard agreement.samePairs >= least / 100,
      agreement.differences.allSatisfy(\.isWithinNoise)
    else { throw ExitCode(1) }
  }
}
