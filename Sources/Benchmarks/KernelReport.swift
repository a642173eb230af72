import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Networks
import Topology
import Workers

/// Measures the kernel targets in one run and writes them as Markdown.
public struct KernelReport {
  private let machine: Machine
  private let targets: KernelTargets
  private let kinds: Set<String>
  private let seconds: Double
  private let isCancelled: () -> Bool
  private let progress: (String) -> Void
  private var lines: [String] = []
  private var reached = 0
  private var missed: [String] = []
  /// Of the best instruction set on one thread, for the gain of a second one.
  private var oneThread: [ConvolutionProblem: Double] = [:]

  /// - Parameters:
  ///   - kinds: of `KernelTargets.kinds`, those to measure.
  ///   - seconds: per problem and strategy, as `bench --seconds`.
  ///   - progress: told what is measured next.
  public init(
    machine: Machine, kinds: [String] = KernelTargets.kinds, seconds: Double,
    isCancelled: @escaping () -> Bool, progress: @escaping (String) -> Void
  ) throws {
    self.machine = machine
    self.kinds = Set(kinds)
    targets = try KernelTargets()
    self.seconds = seconds
    self.isCancelled = isCancelled
    self.progress = progress
  }

  /// The report. - Throws: what `ProblemBenchmark` throws.
  public mutating func run(toolVersion: String, date: Date = Date()) throws -> String {
    let load = SystemLoad()
    lines = [
      "# Kernels against their targets", "",
      "- machine: \(machine.cpuModel), \(machine.name), id \(machine.fingerprint.id)",
      "- convbench \(toolVersion), \(date.formatted(.iso8601))",
      "- batch 1, float32, input just written, weights not in the private caches; the peak,"
        + " or the bandwidth that is the roof, measured beside every sample",
    ]
    registerTiles()
    try plainLoops()
    let sets = Kernels.available.suffix(2).filter { $0.instructionSet != .baseline }.reversed()
    for (index, kernels) in (sets.isEmpty ? [.best] : Array(sets)).enumerated() where !isCancelled()
    {
      try oneThread(kernels, isBest: index == 0)
    }
    if !isCancelled(), machine.cores.count > 1 {
      do { try twoThreads(.best) } catch let error as TopologyError {
        lines += ["", "Two threads were not measured: \(error)."]
      }
    }
    let validity = Validity(samples: [], load: SystemLoad().since(load))
    lines += [
      "", "## Summary", "", "\(reached) targets reached, \(missed.count) missed; run: \(validity)",
    ]
    lines += missed.isEmpty ? [] : [""] + missed.map { "- \($0)" }
    return lines.joined(separator: "\n")
  }

  private func pool(threads: Int) throws -> WorkerPool {
    try WorkerPool.complete(machine.placement(for: ThreadRequest(count: .exactly(threads))))
  }

  private mutating func oneThread(_ kernels: Kernels, isBest: Bool) throws {
    let allowance = isBest ? 0 : KernelTargets.narrowAllowance
    let title = kernels.instructionSet.title
    let pool = try pool(threads: 1)
    defer { pool.shutdown() }
    lines += [
      "", "## \(title), one thread", "",
      "| problem | strategy | at least | reached | | GFLOP/s | peak | ms | configuration |",
      "|---|---|--:|--:|---|--:|--:|--:|---|",
    ]
    let benchmark = ProblemBenchmark(kernels: kernels, pool: pool, machine: machine)
    var options = ProblemBenchmark.Options()
    options.seconds = seconds
    let chosen = targets.targets.filter { kinds.contains($0.strategy.name) }
    for target in chosen where target.basis != .general {
      let name = target.strategy.name
      options.strategies = [name]
      for problem in target.problems where !isCancelled() {
        progress("\(title): \(problem) \(name)")
        let result = try benchmark.run(problem, options: options, isCancelled: isCancelled)
        guard let entry = result.best(of: name) else { continue }
        if isBest, oneThread[problem] == nil { oneThread[problem] = entry.time.median }
        let share =
          target.basis == .peak ? entry.directShareOfPeak : entry.shareOfRoofline ?? 0
        let unit = target.basis == .peak ? "" : " of roofline (\(entry.roof ?? "?"))"
        let limit = target.least - allowance
        row(
          "`\(problem)`", name, Self.percent(limit) + unit, Self.percent(share),
          share >= limit, title, Self.cells(entry))
      }
    }
    for target in chosen where target.basis == .general {
      try gain(target, benchmark, title: title)
    }
    steps(kernels, pool, benchmark, allowance: allowance, title: title)
  }

  /// Every instruction set's best tile, operands in L1.
  private mutating func registerTiles() {
    guard kinds.contains("micro") else { return }
    lines += [
      "", "## Register tiles, one thread, operands in L1", "",
      "| instruction set | at least | reached | | GFLOP/s | peak | best tile |",
      "|---|--:|--:|---|--:|--:|---|",
    ]
    for kernels in Kernels.available.reversed() where !isCancelled() {
      let title = kernels.instructionSet.title
      progress("\(title): register tiles")
      guard
        let tile = TileBenchmark.measure(kernels: kernels, isCancelled: isCancelled)
          .max(by: { $0.shareOfPeak < $1.shareOfPeak })
      else { continue }
      let limit = KernelTargets.tileShare(of: kernels.instructionSet)
      let isReached = tile.shareOfPeak >= limit
      lines.append(
        Self.line([
          title, Self.percent(limit), Self.percent(tile.shareOfPeak), Self.mark(isReached),
          NumberText.gflops(tile.gflops), NumberText.gflops(tile.gflops / tile.shareOfPeak),
          tile.name,
        ]))
      count(
        isReached,
        "\(title): best register tile \(tile.name), \(Self.percent(tile.shareOfPeak)) of the peak"
          + " instead of \(Self.percent(limit))")
    }
  }

  /// Every strategy of every instruction set beside the loops that anybody would write.
  private mutating func plainLoops() throws {
    guard kinds.contains("loops") else { return }
    lines += [
      "", "## Plain loops, one thread", "",
      "How many times as fast as loops over planar tensors, best of five in turns; at least 1.", "",
      "| problem | strategy | "
        + Kernels.available.map(\.instructionSet.title)
        .joined(separator: " | ") + " |",
      "|---|---|" + Kernels.available.map { _ in "--:|" }.joined(),
    ]
    let pool = try pool(threads: 1)
    defer { pool.shutdown() }
    for (strategy, descriptor) in KernelTargets.loops where !isCancelled() {
      progress("\(descriptor) \(strategy): plain loops")
      let loops = try PlainLoops(descriptor: descriptor)
      let gains = try Kernels.available.map {
        try loops.gain(of: strategy, kernels: $0, pool: pool)
      }
      lines.append(Self.line(["`\(descriptor)`", strategy] + gains.map(Self.factor)))
      for (kernels, gain) in zip(Kernels.available, gains) {
        count(
          gain > 1,
          "\(kernels.instructionSet.title): `\(descriptor)` \(strategy), \(Self.factor(gain))"
            + " plain loops")
      }
    }
  }

  /// Beside the strategy for every problem.
  private mutating func gain(
    _ target: KernelTargets.Target, _ benchmark: ProblemBenchmark, title: String
  ) throws {
    let (name, general) = (target.strategy.name, StrategyTable.general.name)
    var options = ProblemBenchmark.Options()
    options.seconds = seconds
    options.strategies = [general, name]
    var gains: [Double] = []
    for problem in target.problems where !isCancelled() {
      progress("\(title): \(problem) \(name)")
      let result = try benchmark.run(problem, options: options, isCancelled: isCancelled)
      guard let before = result.best(of: general), let fast = result.best(of: name) else {
        continue
      }
      let gain = before.time.median / fast.time.median
      gains.append(gain)
      lines.append(
        Self.line(
          ["`\(problem)`", name, "", Self.factor(gain) + " \(general)", ""] + Self.cells(fast)))
    }
    guard !gains.isEmpty else { return }
    let mean = Statistics.geometricMean(gains)
    row(
      "layers of \(target.networks.joined(separator: " and ")), geometric mean", name,
      Self.factor(target.least) + " \(general)", Self.factor(mean) + " \(general)",
      mean >= target.least, title, ["", "", "", "\(gains.count) layers"])
  }

  private mutating func steps(
    _ kernels: Kernels, _ pool: WorkerPool, _ benchmark: ProblemBenchmark, allowance: Double,
    title: String
  ) {
    guard kinds.contains("operations"), !isCancelled() else { return }
    progress("\(title): operations between convolutions")
    let steps = StepBandwidth(
      kernels: kernels, levels: benchmark.bandwidths, capacities: benchmark.levels.map(\.bytes))
    let limit = KernelTargets.stepShare - allowance
    lines += [
      "", "| operation | at least | reached | | GB/s | copy GB/s | level | ms |",
      "|---|--:|--:|---|--:|--:|---|--:|",
    ]
    for result in steps.measureAll() {
      let isReached = result.share >= limit
      lines.append(
        Self.line([
          result.name, Self.percent(limit), Self.percent(result.share), Self.mark(isReached),
          NumberText.significant(result.bandwidth), NumberText.significant(result.copy),
          result.level, NumberText.milliseconds(result.time.milliseconds),
        ]))
      count(isReached, "\(title): \(result.name), \(Self.percent(result.share))")
    }
  }

  private mutating func twoThreads(_ kernels: Kernels) throws {
    let pool = try pool(threads: 2)
    defer { pool.shutdown() }
    lines += [
      "", "## Two threads, \(kernels.instructionSet.title)", "",
      "| problem | strategy | at least | gain | | ms, one thread | ms, two | configuration |",
      "|---|---|--:|--:|---|--:|--:|---|",
    ]
    let benchmark = ProblemBenchmark(kernels: kernels, pool: pool, machine: machine)
    var options = ProblemBenchmark.Options()
    options.seconds = seconds
    var done: Set<ConvolutionProblem> = []
    for target in targets.targets
    where target.basis != .general && kinds.contains(target.strategy.name) {
      options.strategies = [target.strategy.name]
      for problem in target.problems where !isCancelled() && done.insert(problem).inserted {
        guard let before = oneThread[problem],
          let limit = KernelTargets.twoThreads.first(where: { before > $0.milliseconds })
        else { continue }
        progress("two threads: \(problem)")
        let result = try benchmark.run(problem, options: options, isCancelled: isCancelled)
        guard let entry = result.best(of: target.strategy.name) else { continue }
        let gain = before / entry.time.median
        lines.append(
          Self.line([
            "`\(problem)`", target.strategy.name, Self.factor(limit.gain), Self.factor(gain),
            Self.mark(gain >= limit.gain), NumberText.milliseconds(before),
            NumberText.milliseconds(entry.time.median),
            "`\(entry.candidate.configuration)`",
          ]))
        count(gain >= limit.gain, "two threads: `\(problem)`, \(Self.factor(gain))")
      }
    }
  }

  // MARK: Text

  private mutating func row(
    _ problem: String, _ strategy: String, _ target: String, _ value: String, _ isReached: Bool,
    _ title: String, _ rest: [String]
  ) {
    lines.append(Self.line([problem, strategy, target, value, Self.mark(isReached)] + rest))
    count(isReached, "\(title): \(problem) \(strategy), \(value) instead of \(target)")
  }

  private mutating func count(_ isReached: Bool, _ text: String) {
    if isReached { reached += 1 } else { missed.append(text) }
  }

  /// GFLOP/s, peak, ms, configuration.
  private static func cells(_ entry: BenchEntry) -> [String] {
    [
      NumberText.gflops(entry.speed.value), NumberText.gflops(entry.peak.value),
      NumberText.milliseconds(entry.time.median), "`\(entry.candidate.configuration)`",
    ]
  }

  private static func line(_ cells: [String]) -> String {
    "| " + cells.joined(separator: " | ") + " |"
  }

  private static func mark(_ isReached: Bool) -> String { isReached ? "✓" : "✗" }
  private static func percent(_ share: Double) -> String { NumberText.percent(share) }
  private static func factor(_ gain: Double) -> String { String(format: "%.2f ×", gain) }
}
