import Base

/// What part of each network's time every strategy takes.
struct StrategySection {
  let data: ReportData

  var section: HTMLPage.Section {
    HTMLPage.Section(id: "strategies", title: "Where the time goes", content: content)
  }

  private var content: Markup {
    let shown = data.layerSeries
    guard !shown.isEmpty else {
      return """
        <p class="absent">There is no row of layers.csv: <code>convbench run</code> and \
        <code>convbench suite</code> write it.</p>
        """
    }
    let names = SeriesNames(data, of: data.series)
    let parts = StrategyShares.parts(data.layers.filter { shown.contains($0.series) })
    let charts = shown.map { series -> Markup in
      let shares = StrategyShares(data, series, parts, width: shown.count > 1 ? 490 : 1000)
      return """
        <figure><figcaption><b>\(names.long(series))</b></figcaption>
        \(shares.drawing(names.long(series)).markup)\(shares.table(names.long(series))
          .folded("These shares as a table"))</figure>
        """
    }
    let entries = parts.map { part -> (name: String, shape: Markup) in
      let box: Markup = "<rect x=\"1\" y=\"1\" width=\"12\" height=\"12\" rx=\"2\""
      return (part, "\(box) class=\"\(StrategyShares.style(part))\"/>")
    }
    return """
      <p>Shares of the time of an inference, layers timed inside the running network. <em>Other \
      layers</em> are pooling, addition, normalisation and the like; <em>between layers</em> is what \
      no layer accounts for. \(ReportText.markLegend).</p>
      \(data.omittedLayerSeries)\(StrategyStyle.legend(entries))
      \(shown.count > 1 ? "<div class=\"pair\">\(charts)</div>" as Markup : "\(charts)")
      """
  }
}

/// A series' networks as stacked bars.
struct StrategyShares {
  static let other = "other layers"
  static let between = "between layers"

  private struct Row {
    var name: String
    var ms: Double
    var mark: String
    /// Of the parts, summing to 1.
    var shares: [Double]
  }

  private let parts: [String]
  private var rows: [Row] = []

  private let width: Double
  private static let rowHeight = 18.0
  private static let top = 4.0

  /// - Parameter width: of the drawing.
  init(_ data: ReportData, _ series: ReportData.Series, _ parts: [String], width: Double) {
    self.width = width
    self.parts = parts
    let groups = Dictionary(grouping: data.layers.filter { $0.series == series }, by: \.network)
    for network in groups.keys.sorted(by: { data.place($0) < data.place($1) }) {
      let layers = groups[network] ?? []
      let total = layers.reduce(0) { $0 + $1.ms }
      guard total > 0 else { continue }
      let shares = parts.map { part in
        layers.reduce(0) { $0 + (Self.part($1) == part ? $1.ms : 0) } / total
      }
      rows.append(
        Row(
          name: network.label(among: data.networks), ms: total, mark: layers[0].mark, shares: shares
        ))
    }
  }

  /// Strategies in the charts' order, then the rest.
  static func parts(_ layers: [ReportData.Layer]) -> [String] {
    let all = Set(layers.map(part))
    let rest = [other, between]
    return StrategyStyle.sorted(all.subtracting(rest)) + rest.filter(all.contains)
  }

  static func part(_ layer: ReportData.Layer) -> String {
    if layer.kind == "between" { return between }
    return layer.strategy.isEmpty ? other : layer.strategy
  }

  static func style(_ part: String) -> String {
    switch part {
    case other: "f7"
    case between: "rest"
    default: StrategyStyle.fill(part)
    }
  }

  func drawing(_ name: String) -> Drawing {
    let left = min(rows.map { TextWidth.of($0.name, size: 11.5) }.max() ?? 0, 150) + 8
    let right = width - 86
    let bottom = Self.top + Double(rows.count) * Self.rowHeight
    var drawing = Drawing(
      width: width, height: bottom + 22, title: "Share of time by strategy, \(name)",
      summary: "A stacked bar per network; the table below has the figures.")
    let scale = LinearScale(maximum: 1, from: left, to: right)
    for (index, row) in rows.enumerated() {
      let y = Self.top + Double(index) * Self.rowHeight
      drawing.text(row.name, x: left - 7, y: y + 12, size: 11.5, anchor: .end, limit: 150)
      var start = 0.0
      for (part, share) in zip(parts, row.shares) where share > 0 {
        let (from, to) = (scale(start), scale(start + share))
        drawing.rectangle(
          x: from, y: y + 1.5, width: max(to - from, 0.3), height: 14, style: Self.style(part),
          tip: "\(row.name): \(part) \(NumberText.percent(share)), \(ReportText.ms(share * row.ms))"
        )
        start += share
      }
      drawing.text(ReportText.ms(row.ms), x: width - 16, y: y + 12, size: 11.5, anchor: .end)
      drawing.text(row.mark, x: width - 11, y: y + 12, size: 11.5)
    }
    for tick in [0, 0.25, 0.5, 0.75, 1.0] {
      drawing.line(scale(tick), bottom, scale(tick), bottom + 4, style: "axis")
      drawing.text(
        "\(Int(tick * 100)) %", x: scale(tick), y: bottom + 17, size: 11, anchor: .middle,
        style: "soft")
    }
    return drawing
  }

  func table(_ name: String) -> HTMLTable {
    var table = HTMLTable(
      "Percent of an inference, \(name)",
      [.text("network"), .number("ms")] + parts.map { .number($0) })
    for row in rows {
      table.add(
        ["\(row.name)", "\(NumberText.significant(row.ms)) \(row.mark)"]
          + row.shares.map { $0 == 0 ? "–" : "\(NumberText.percentNumber($0))" })
    }
    return table
  }
}
