import Base
import Foundation
import Measurement

/// How the samples of every run are spread, and what does not count.
struct SamplesSection {
  let data: ReportData

  /// nil where no row has samples.
  var section: HTMLPage.Section? {
    let names = SeriesNames(data, of: data.series)
    let order = data.chiefs + data.layerSeries.filter { !data.chiefs.contains($0) }
    let charts = order.compactMap { series -> (name: String, chart: SamplesChart)? in
      let runs = data.runs.filter { $0.series == series && !$0.measured.samples.isEmpty }
      guard !runs.isEmpty else { return nil }
      return (names.long(series), SamplesChart(runs, data))
    }
    guard let first = charts.first else { return nil }
    let rest = charts.dropFirst().map { entry -> Markup in
      "<details><summary>\(entry.name)</summary>\(figure(entry.chart, entry.name))</details>\n"
    }
    return HTMLPage.Section(
      id: "samples", title: "How the samples are spread",
      content: """
        <p>Every inference that the rows kept (at most 100 a run, evenly over it), as a multiple of \
        the run's median: a stroke each, those far outside the middle half (1.5 times its width) \
        longer and in another colour. They count: a median does not mind. Inferences during which \
        the machine was slowed were left out before; the rows have their number, which stands at the \
        right, and not their times.</p>
        \(figure(first.chart, first.name))\(rest)
        """)
  }

  private func figure(_ chart: SamplesChart, _ name: String) -> Markup {
    """
    <figure><figcaption><b>\(name)</b></figcaption>
    \(Figure.markup(wide: 860) { chart.drawing(width: $0) })</figure>

    """
  }
}

/// A row a run: strokes at the samples over the median.
struct SamplesChart {
  struct Row {
    var name: String
    /// Over the median.
    var inner: [Double]
    var outer: [Double]
    var discarded: Int
    var count: Int
    var mark: String
  }

  let rows: [Row]

  private static let rowHeight = 18.0
  private static let top = 20.0

  /// Runs without samples have no row.
  init(_ runs: [ReportData.Run], _ data: ReportData) {
    rows = runs.compactMap { run in
      let samples = run.measured.samples.sorted()
      guard !samples.isEmpty else { return nil }
      let median = Statistics.median(samples)
      let low = Statistics.quantile(samples, 0.25)
      let high = Statistics.quantile(samples, 0.75)
      let fence = (low - 1.5 * (high - low))...(high + 1.5 * (high - low))
      return Row(
        name: run.network.label(among: data.networks),
        inner: samples.filter(fence.contains).map { $0 / median },
        outer: samples.filter { !fence.contains($0) }.map { $0 / median },
        discarded: run.discarded, count: run.samples, mark: run.mark)
    }
  }

  func drawing(width: Double) -> Drawing {
    let longest = rows.map { TextWidth.of($0.name, size: 11.5) }.max() ?? 0
    let left = min(longest, width * 0.3) + 9
    let right = width - (width < 500 ? 64 : 176)
    let bottom = Self.top + Double(rows.count) * Self.rowHeight + 2
    let all = rows.flatMap { $0.inner + $0.outer }.sorted()
    let low = min(0.9, Statistics.quantile(all, 0.002))
    let high = min(max(1.25, Statistics.quantile(all, 0.99)), 3)
    let scale = LogScale(low: max(low, 0.3), high: high, from: left, to: right)
    var drawing = Drawing(
      width: width, height: bottom + 36, title: "Samples over the median of their run",
      summary: rows.prefix(12).map {
        "\($0.name): \($0.outer.count) of \($0.inner.count + $0.outer.count) far out, "
          + "\($0.discarded) left out"
      }.joined(separator: "; "))
    drawing.text(
      width < 500 ? "left out" : "left out, of", x: width - 2, y: 12, size: 11, anchor: .end,
      style: "soft")
    var last = -100.0
    for tick in [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.3, 1.5, 1.7, 2, 2.5, 3]
    where tick >= scale.low && tick <= scale.high {
      drawing.line(
        scale(tick), Self.top - 4, scale(tick), bottom, style: tick == 1 ? "axis" : "grid")
      guard scale(tick) - last > 30 else { continue }
      last = scale(tick)
      drawing.text(
        TickText.of(tick), x: scale(tick), y: bottom + 14, size: 11, anchor: .middle, style: "soft")
    }
    for (index, row) in rows.enumerated() {
      let y = Self.top + (Double(index) + 0.5) * Self.rowHeight
      drawing.text(
        row.name, x: left - 7, y: y + 4, size: 11.5, anchor: .end, limit: left - 8)
      drawing.strokes(row.inner.map { scale($0) }, y: y - 4, height: 8, style: "tick f0")
      drawing.strokes(row.outer.map { scale($0) }, y: y - 7, height: 14, style: "tick strong f5")
      let share = Double(row.discarded) / Double(max(row.count + row.discarded, 1))
      drawing.text(
        width < 500
          ? NumberText.percent(share)
          : "\(row.discarded) of \(row.count + row.discarded) (\(NumberText.percent(share)))",
        x: width - 2, y: y + 4, size: 11, anchor: .end, style: row.discarded > 0 ? "" : "soft")
    }
    drawing.text(
      "time over the run's median", x: (left + right) / 2, y: bottom + 30, size: 11,
      anchor: .middle, style: "soft")
    return drawing
  }
}
