import Execution
import KernelLibrary
import Measurement
import Reports

/// The planned network beside the same network with one strategy wherever that applies.
struct StrategyComparison: Codable {
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
  /// Runs the plan against each exact strategy in turn, block by block, each pair so long.
  func compare(seconds: Double) throws -> [StrategyComparison] {
    let names = StrategyTable.all.filter { !$0.isApproximate }.map(\.name)
    let planned = try session(choices)
    var results: [StrategyComparison] = []
    var progress = ProgressLine(label: "compare", total: names.count)
    for (index, name) in names.enumerated() {
      progress.update(done: Double(index), note: name)
      let single = try HeuristicChoices.choices(
        for: network, preferring: name, kernels: kernels, threads: placement.threads)
      let applied = single.count { $0.strategy == name }
      if applied == 0 { continue }
      let sides = [planned, try session(single, on: separate)].map {
        SessionBenchmark(session: $0, pool: pool, kernels: kernels)
      }
      for side in sides { side.warmUp(isCancelled: { Interrupt.isRequested }) }
      let watch = Stopwatch()
      var isReversed = false
      repeat {
        // The order alternates, so that a trend hits both sides alike.
        isReversed.toggle()
        for side in isReversed ? sides.reversed() : sides {
          side.measureBlock(isCancelled: { Interrupt.isRequested })
        }
        try Interrupt.check()
      } while watch.seconds < seconds
      for side in sides { side.sortOut() }
      results.append(
        StrategyComparison(
          strategy: name, layers: applied, strategyMs: Statistics.median(sides[1].samples) / 1e6,
          plannedMs: Statistics.median(sides[0].samples) / 1e6,
          pValue: Statistics.mannWhitney(sides[0].samples, sides[1].samples)))
    }
    progress.finish()
    for (index, p) in Statistics.holm(results.map(\.pValue)).enumerated() {
      results[index].pValue = p
    }
    return results
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
