import Base
import Measurement
import Results

/// Who is faster at what: every machine, tool and team against the first.
struct RatioSection {
  let data: ReportData

  /// One series against another, network by network.
  struct Pair {
    var base: ReportData.Series
    var other: ReportData.Series
    var comparison: Comparison
  }

  /// Folded pairs, of one machine with other tools or threads.
  private static let foldedLimit = 12

  /// nil where there is nothing to compare.
  var section: HTMLPage.Section? {
    let pairs = Self.pairs(data)
    guard !pairs.isEmpty else { return nil }
    let names = SeriesNames(data, of: data.series)
    let between = pairs.filter { $0.base.machine != $0.other.machine }
    let within = pairs.filter { $0.base.machine == $0.other.machine }.prefix(Self.foldedLimit)
    let open = between.isEmpty ? Array(within.prefix(1)) : between
    let folded = between.isEmpty ? Array(within.dropFirst()) : Array(within)
    let rest = folded.map { pair -> Markup in
      """
      <details><summary>\(names.long(pair.other)), against \(names.short(pair.base))</summary>
      \(content(pair, names))</details>

      """
    }
    return HTMLPage.Section(
      id: "compare", title: "Who is faster at what?",
      content: """
        <p>How many times as fast B is as A, every network a dot with the ratio's 95 % interval. \
        Within the grey band a difference does not count: it is below 2 % or below twice the noise \
        floor, what two equal runs are known to differ by. Undecided is not equal.</p>
        \(open.map { content($0, names) })\(rest)
        """)
  }

  private func content(_ pair: Pair, _ names: SeriesNames) -> Markup {
    let comparison = pair.comparison
    // Only what tells the two apart.
    let short = SeriesNames(data, of: [pair.base, pair.other])
    let sides = (baseline: short.short(pair.base), file: short.short(pair.other))
    let counts = [Verdict.faster, .slower, .equal, .undecided].map {
      "\(comparison.count($0)) \($0.rawValue)"
    }.joined(separator: ", ")
    let mean = comparison.geometricMean.map { mean in
      "geometric mean \(NumberText.fixed(mean.ratio, decimals: 3))×"
        + (mean.interval.map {
          " (\(NumberText.fixed($0.low, decimals: 3)) to \(NumberText.fixed($0.high, decimals: 3)))"
        } ?? "")
    }
    let chart = RatioChart(comparison, names: sides)
    let table = ComparisonPage.table(
      ComparisonTable(comparison, names: sides),
      "\(names.long(pair.other)) against \(names.long(pair.base))")
    return """
      <figure><figcaption><b>\(sides.file): \(names.long(pair.other))</b><br>against \(sides.baseline): \
      \(names.long(pair.base)). \(counts)\(mean.map { "; \($0)" } ?? "").</figcaption></figure>
      \(ComparisonPage.picture(chart))\(table.folded("These ratios as a table"))
      """
  }

  /// The first machine against each other one with as many threads where it has that, and against
  /// what else ran on it.
  static func pairs(_ data: ReportData) -> [Pair] {
    let chiefs = data.chiefs
    guard let base = chiefs.first else { return [] }
    let far = chiefs.dropFirst().map { chief in
      data.series.filter {
        ($0.machine, $0.tool, $0.threads, $0.isa, $0.choice)
          == (chief.machine, base.tool, base.threads, base.isa, base.choice)
      }.max { data.runCount($0) < data.runCount($1) } ?? chief
    }
    let near = data.series.filter { $0.machine == base.machine && $0 != base }
    return (far + near).compactMap { other in
      let fields = MatchField.networks.filter {
        $0 != .threads || base.threads == other.threads
      }
      let files = [base, other].map { series in
        ResultFile(
          name: data.machines.first { $0.id == series.machine }?.name ?? series.machine,
          rows: data.runs.filter { $0.series == series }.map(\.measured))
      }
      // Without a network in common there is nothing to say.
      let comparison = try? Comparison(
        baseline: files[0], file: files[1], rules: ComparisonRules(fields: fields))
      return comparison.map { Pair(base: base, other: other, comparison: $0) }
    }
  }
}

extension ReportData {
  /// Whose layers stand side by side: one series a machine, or of a single machine those that differ.
  var sideBySide: [Series] {
    let best = chiefs.filter { chief in layers.contains { $0.series == chief } }
    return best.count > 1 ? best : layerSeries
  }

  /// The colour of a series: a hue for each tool, machine and instruction set, paler for fewer threads.
  func style(_ series: Series) -> String {
    func kin(_ one: Series) -> Series {
      var kin = one
      kin.threads = 0
      return kin
    }
    var hues: [Series] = []
    for one in self.series where !hues.contains(kin(one)) { hues.append(kin(one)) }
    let threads = Set(self.series.filter { kin($0) == kin(series) }.map(\.threads))
    let paler = min(threads.count { $0 > series.threads }, 2)
    let hue = (hues.firstIndex(of: kin(series)) ?? 0) % HTMLStyle.paletteSize
    return paler == 0 ? "f\(hue)" : "f\(hue) l\(paler)"
  }

  func runCount(_ series: Series) -> Int { runs.count { $0.series == series } }

  /// Of every machine the series that stands for it: convbench's, tuned, with the layers of the most networks and the most threads; the
  /// machine with the most networks first.
  var chiefs: [Series] {
    let best = machines.compactMap { machine -> Series? in
      let all = series.filter { $0.machine == machine.id && runCount($0) > 0 }
      func rank(_ one: Series) -> (Int, Int, Int, Int, Int) {
        (
          one.tool == RunIdentity.convbench ? 1 : 0, one.choice == "plan" ? 1 : 0,
          Set(layers.lazy.filter { $0.series == one }.map(\.network)).count, runCount(one),
          one.threads
        )
      }
      let ranks = Dictionary(uniqueKeysWithValues: all.map { ($0, rank($0)) })
      return all.max { ranks[$0] ?? (0, 0, 0, 0, 0) < ranks[$1] ?? (0, 0, 0, 0, 0) }
    }
    return best.enumerated().sorted {
      (-runCount($0.element), $0.offset) < (-runCount($1.element), $1.offset)
    }.map(\.element)
  }
}
