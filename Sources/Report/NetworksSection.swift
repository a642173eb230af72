import Base
import Foundation

/// Latency of every network, a bar a series.
struct NetworksSection {
  let data: ReportData

  /// A panel stays readable with so many bars; the table has all.
  static let seriesLimit = HTMLStyle.paletteSize
  static let networkLimit = 200

  var section: HTMLPage.Section {
    HTMLPage.Section(id: "networks", title: "Networks", content: content)
  }

  private var content: Markup {
    guard !data.runs.isEmpty else {
      return """
        <p class="absent">There is no row of networks.csv: <code>convbench run</code> and \
        <code>convbench suite</code> write them.</p>
        """
    }
    let shown = shownSeries
    let names = SeriesNames(data, of: data.series)
    if data.series.count == 1 {
      let chart = SpeedChart(runs: data.runs, data: data, name: names.long(shown[0]))
      return """
        <p>\(names.long(shown[0])). Bars are the speed in operations of the definition, so that \
        networks of all sizes share one scale; whiskers are the median's 95 % interval. \
        \(ReportText.markLegend).</p>
        <figure>\(chart.drawing.markup)</figure>
        \(table(names).folded("All figures as a table"))
        """
    }
    let panels = data.networks.prefix(Self.networkLimit).map { network -> Markup in
      let runs = data.runs.filter { $0.network == network && shown.contains($0.series) }
      // One bar compares nothing; the table has it.
      guard runs.count > 1 else { return "" }
      let panel = LatencyPanel(
        network: network.label(among: data.networks), runs: runs, names: names,
        styles: Dictionary(uniqueKeysWithValues: shown.map { ($0, data.style($0)) }))
      return "<figure>\(panel.drawing.markup)</figure>\n"
    }
    return """
      \(legend(shown, names))
      \(summary(names))
      <h3>Latency of a batch</h3>
      <p class="note">Shorter is faster. Every panel has a scale of its own from zero to its slowest \
      bar; whiskers are the median's 95 % interval. \(ReportText.markLegend).\(omitted(shown))</p>
      <div class="panels">
      \(panels)</div>
      \(table(names).folded("All figures as a table"))
      """
  }

  /// Of every machine those with the most networks, in the charts' order.
  var shownSeries: [ReportData.Series] {
    let counts = Dictionary(grouping: data.runs, by: \.series).mapValues(\.count)
    let best = data.series.enumerated().sorted {
      (-(counts[$0.element] ?? 0), $0.offset) < (-(counts[$1.element] ?? 0), $1.offset)
    }.map(\.element)
    return data.spread(best, most: Self.seriesLimit)
  }

  private func omitted(_ shown: [ReportData.Series]) -> String {
    var parts: [String] = []
    if shown.count < data.series.count {
      parts.append(
        " Charts show \(shown.count) of \(data.series.count) configurations, of every machine "
          + "those with the most networks; the table has all.")
    }
    if data.networks.count > Self.networkLimit {
      parts.append(" The first \(Self.networkLimit) of \(data.networks.count) networks are drawn.")
    }
    return parts.joined()
  }

  private func legend(_ shown: [ReportData.Series], _ names: SeriesNames) -> Markup {
    let items = shown.map { series -> Markup in
      let swatch: Markup = """
        <svg viewBox="0 0 14 14" aria-hidden="true"><rect x="1" y="1" width="12" height="12" rx="2" \
        class="\(data.style(series))"/></svg>
        """
      return "<li>\(swatch)<b>\(names.short(series))</b> · \(names.long(series))</li>\n"
    }
    return "<ul class=\"legend\">\(items)</ul>"
  }

  // MARK: Summary

  /// Geometric means against the first series, each over the networks that both have.
  private func summary(_ names: SeriesNames) -> Markup {
    let shown = shownSeries
    guard let base = shown.first else { return "" }
    let medians = Dictionary(
      data.runs.map { (Key($0.series, $0.network), $0.median) }, uniquingKeysWith: { $1 })
    let rows = shown.compactMap { series -> SummaryChart.Row? in
      let ratios = data.networks.compactMap { network -> Double? in
        guard let mine = medians[Key(series, network)], let other = medians[Key(base, network)]
        else { return nil }
        return other / mine
      }
      guard !ratios.isEmpty else { return nil }
      let mean = exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
      return SummaryChart.Row(
        name: names.short(series), speed: mean, least: ratios.min() ?? mean,
        most: ratios.max() ?? mean, networks: ratios.count,
        style: data.style(series))
    }
    guard rows.count > 1 else { return "" }
    let chart = SummaryChart(rows: rows, base: names.short(base))
    return """
      <h3>All networks at a glance</h3>
      <p class="note">Geometric mean of the speed relative to \(names.short(base)), over the networks \
      that both ran; whiskers reach from the least to the greatest ratio of a network.</p>
      <figure>\(chart.drawing.markup)</figure>
      """
  }

  private struct Key: Hashable {
    var series: ReportData.Series
    var network: ReportData.Network

    init(_ series: ReportData.Series, _ network: ReportData.Network) {
      self.series = series
      self.network = network
    }
  }

  // MARK: Table

  private func table(_ names: SeriesNames) -> HTMLTable {
    var table = HTMLTable(
      "Newest run of each network and configuration",
      [
        .text("network"), .text("configuration"), .number("median, ms"),
        .number("95 % interval, ms"),
        .number("images/s"), .number("GFLOP/s"), .number("% of peak"), .number("samples"),
        .text("validity"),
      ])
    for run in data.runs {
      let share = run.peak.map { NumberText.percentNumber(run.gflops / $0) }
      table.add([
        "\(run.network.label(among: data.networks))", "\(names.short(run.series))",
        "\(NumberText.significant(run.median))",
        "\(NumberText.significant(run.low)) – \(NumberText.significant(run.high))",
        "\(NumberText.significant(Double(run.network.batch) * 1000 / run.median))",
        "\(NumberText.gflops(run.gflops))", "\(share ?? "–")", "\(NumberText.grouped(run.samples))",
        "\(run.validity)",
      ])
    }
    return table
  }
}
