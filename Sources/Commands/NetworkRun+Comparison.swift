import Base
import Execution
import KernelLibrary
import Measurement
import Runs

/// The planned network beside the same network with one strategy wherever that applies.
struct StrategyComparison: Codable {
  /// Or `no fusion`: the plan's choices, every layer on its own.
  let strategy: String
  /// Layers that the strategy applies to; the others run `direct` or what else there is.
  let layers: Int
  /// Medians of inferences that were taken in turn, milliseconds.
  let strategyMs: Double
  let plannedMs: Double
  /// Of the two series of samples (Mann–Whitney), corrected for the number of strategies (Holm).
  var pValue: Double

  /// How many times faster the plan is.
  var gain: Double { strategyMs / plannedMs }
  /// Smaller differences are not told from the machine's noise.
  var isSignificant: Bool { pValue < 0.05 && abs(gain - 1) > 0.02 }
}

extension NetworkRun {
  /// Runs the plan against each of its rivals in turn, block by block, each pair so long.
  func compare(seconds: Double) throws -> [StrategyComparison] {
    let planned = try session(choices)
    let rivals = try rivals()
    var results: [StrategyComparison] = []
    var progress = ProgressLine(label: "compare", total: rivals.count)
    for (index, rival) in rivals.enumerated() {
      progress.update(done: Double(index), note: rival.name)
      let sides = [planned, try session(rival.choices, on: separate)].map {
        SessionBenchmark(session: $0, pool: pool, kernels: kernels)
      }
      SessionBenchmark.measureInTurns(
        sides, seconds: seconds, isCancelled: { Interrupt.isRequested })
      try Interrupt.check()
      results.append(
        StrategyComparison(
          strategy: rival.name, layers: rival.layers,
          strategyMs: Statistics.median(sides[1].samples).milliseconds,
          plannedMs: Statistics.median(sides[0].samples).milliseconds,
          pValue: Statistics.mannWhitney(
            sides[0].samples.map(\.value), sides[1].samples.map(\.value))))
    }
    progress.finish()
    for (index, p) in Statistics.holm(results.map(\.pValue)).enumerated() {
      results[index].pValue = p
    }
    return results
  }

  /// Each exact strategy wherever it applies, and where layers are fused the plan without that.
  private func rivals() throws -> [(name: String, choices: [Candidate], layers: Int)] {
    var rivals = try StrategyTable.all.filter { !$0.isApproximate }.map(\.name).map { name in
      let single = try HeuristicChoices.choices(
        for: separate, preferring: name, target: Target(kernels, placement: rig.placement))
      return (name: name, choices: single, layers: single.count { $0.strategy == name })
    }.filter { $0.layers > 0 }
    if network.steps.count < separate.steps.count {
      rivals.append(("no fusion", choices, choices.count))
    }
    return rivals
  }

  func table(_ comparisons: [StrategyComparison]) -> String {
    var table = TextTable([
      .left("instead of the plan"), .right("layers"), .right("ms"), .right("planned ms"),
      .right("plan is faster"), .left(""),
    ])
    for row in comparisons {
      table.add([
        row.strategy, "\(row.layers) of \(choices.count)", NumberText.milliseconds(row.strategyMs),
        NumberText.milliseconds(row.plannedMs), "\(NumberText.significant(row.gain, digits: 3)) ×",
        row.isSignificant ? "" : "within noise",
      ])
    }
    return table.description
  }
}
