import Base
import KernelLibrary
import Measurement

/// `convbench bench` as people read it.
public enum BenchText {
  public static func text(_ result: BenchResult, problem: BatchFile.Problem) -> String {
    var title = result.problem.description
    if result.epilogue != .none { title += " \(result.epilogue)" }
    if let name = problem.name { title += "  \(name)" }
    if problem.multiplicity > 1 { title += "  × \(problem.multiplicity)" }
    var table = TextTable([
      .left("strategy"), .left("configuration"), .right("ms"), .right("95 % interval"),
      .right("GFLOP/s"), .right("executed"), .right("% of peak"), .right("% of roof"),
      .left("roof"), .right("workspace"), .right("prepare ms"),
      .right("error"), .left("validity"),
    ])
    for entry in result.entries {
      table.add([
        name(entry.candidate), entry.candidate.configuration.description,
        NumberText.milliseconds(entry.time.median),
        NumberText.milliseconds(entry.time.interval.low) + "–"
          + NumberText.milliseconds(entry.time.interval.high),
        NumberText.gflops(entry.speed.value),
        entry.executedSpeed.map { NumberText.gflops($0.value) } ?? "–",
        entry.shareOfPeak.map(NumberText.percentNumber) ?? "–",
        entry.shareOfRoofline.map(NumberText.percentNumber) ?? "–", entry.roof ?? "–",
        NumberText.bytes(entry.workspaceBytes),
        NumberText.milliseconds(entry.preparation.milliseconds), NumberText.errorText(entry.error),
        entry.validity.description,
      ])
    }
    var lines = [title, "\(table)"]
    lines += result.entries.compactMap { entry in
      guard let precision = entry.precision, !precision.isReached else { return nil }
      return
        "\(entry.candidate.strategy): ±\(NumberText.percent(precision.target)) was not reached: "
        + "±\(NumberText.percent(precision.halfWidth)) after \(entry.time.count) samples"
    }
    lines += result.rejections.map { "\($0.strategy) does not apply: \($0.reason)" }
    lines += result.notes.map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// A run for a profiler.
  public static func text(_ run: RepeatedRun, problem: BatchFile.Problem) -> String {
    "\(run.workload) \(run.candidate): \(run.times.count) runs, median "
      + NumberText.milliseconds(Statistics.median(run.times).milliseconds) + " ms, prepared in "
      + NumberText.milliseconds(run.preparation.milliseconds) + " ms"
  }

  /// An approximation of these weights is no competitor of what computes them exactly.
  private static func name(_ candidate: Candidate) -> String {
    let strategy = try? StrategyTable.strategy(named: candidate.strategy)
    return strategy?.isApproximate == true ? "\(candidate.strategy) (approx.)" : candidate.strategy
  }
}
