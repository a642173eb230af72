import Base

/// One inference from its first layer to its last.
struct TimelineSection {
  let data: ReportData

  /// So many networks at most.
  private static let limit = 16

  /// nil without layers.
  var section: HTMLPage.Section? {
    let shown = data.layerSeries
    guard !shown.isEmpty else { return nil }
    let names = SeriesNames(data, of: data.series)
    let charts = data.networks.compactMap { network -> TimelineChart? in
      let chart = TimelineChart(data, network, shown, names)
      return chart.rows.isEmpty ? nil : chart
    }
    let most = charts.map(\.rows.count).max() ?? 0
    // Those that most machines ran say most.
    let kept = charts.filter { $0.rows.count == most }.prefix(Self.limit)
    guard let first = kept.first(where: { $0.hasFused }) ?? kept.first else { return nil }
    let strategies = StrategyShares.parts(
      data.layers.filter { layer in shown.contains(layer.series) })
    let rest = kept.filter { $0.name != first.name }.map { chart -> Markup in
      "<details><summary>\(chart.name)</summary>\(figure(chart))</details>\n"
    }
    return HTMLPage.Section(
      id: "timeline", title: "One inference",
      content: """
        <p>Every layer in the order of execution, as long as it takes in the running network. A block \
        of fused layers has a frame; the lines in it divide it by the operations of its layers, whose \
        single times nobody can measure. All machines of a network share one scale.</p>
        \(data.omittedLayerSeries)\(StrategyStyle.legend(strategies.map { part in
          (part, "<rect x=\"1\" y=\"1\" width=\"12\" height=\"12\" rx=\"2\" class=\"\(StrategyShares.style(part))\"/>")
        }))\(figure(first))\(rest)
        """)
  }

  private func figure(_ chart: TimelineChart) -> Markup {
    """
    <figure><figcaption><b>\(chart.name)</b></figcaption>
    \(Figure.markup { chart.drawing(width: $0) })</figure>

    """
  }
}

/// A network's inference on every machine: a bar each, on one scale.
struct TimelineChart {
  struct Row {
    var name: String
    var mark: String
    var layers: [ReportData.Layer]
    var ms: Double { layers.reduce(0) { $0 + $1.ms } }
  }

  let name: String
  private(set) var rows: [Row] = []

  private static let barHeight = 24.0
  private static let rowHeight = 46.0

  init(
    _ data: ReportData, _ network: ReportData.Network, _ series: [ReportData.Series],
    _ names: SeriesNames
  ) {
    name = network.label(among: data.networks)
    rows = series.compactMap { one in
      let layers = data.layers.filter { $0.series == one && $0.network == network }
      guard layers.contains(where: { $0.ms > 0 }) else { return nil }
      return Row(name: names.long(one), mark: layers[0].mark, layers: layers)
    }
  }

  var hasFused: Bool { rows.contains { $0.layers.contains(where: \.isFused) } }

  func drawing(width: Double) -> Drawing {
    let bottom = Double(rows.count) * Self.rowHeight
    let scale = LinearScale(maximum: rows.map(\.ms).max() ?? 1, from: 1, to: width - 1)
    var drawing = Drawing(
      width: width, height: bottom + 38, title: "One inference of \(name)",
      summary: rows.map { "\($0.name): \(ReportText.ms($0.ms))" }.joined(separator: "; "))
    for tick in scale.ticks(about: width < 500 ? 4 : 9) {
      drawing.line(scale(tick), 0, scale(tick), bottom, style: "grid")
      let edge = min(max(scale(tick), 14), width - 24)
      drawing.text(
        TickText.of(tick), x: edge, y: bottom + 14, size: 11, anchor: .middle, style: "soft")
    }
    for (index, row) in rows.enumerated() {
      let top = Double(index) * Self.rowHeight
      drawing.text(
        "\(ReportText.ms(row.ms))\(row.mark) · \(row.name)", x: 1, y: top + 12, size: 11.5,
        style: "halo", limit: width - 2)
      draw(row, top + 17, scale, &drawing)
    }
    drawing.text(
      "ms", x: width / 2, y: bottom + 32, size: 11, anchor: .middle, style: "soft")
    return drawing
  }

  private func draw(_ row: Row, _ y: Double, _ scale: LinearScale, _ drawing: inout Drawing) {
    var start = 0.0
    for layer in row.layers where layer.ms > 0 {
      let (from, to) = (scale(start), scale(start + layer.ms))
      start += layer.ms
      let style = StrategyShares.style(StrategyShares.part(layer))
      drawing.rectangle(
        x: from, y: y, width: max(to - from, 0.15), height: Self.barHeight, style: style,
        tip: "\(layer.name): \(ReportText.ms(layer.ms)), "
          + (layer.strategy.isEmpty ? layer.kind : layer.strategy))
      if to - from > 1.6 { drawing.line(to, y, to, y + Self.barHeight, style: "cut") }
      if layer.isFused { frame(layer, from, to, y, &drawing) }
      let text = layer.name
      // Names only where a reader can take them for the layer's.
      if to - from > TextWidth.of(text, size: 10.5) + 8 {
        drawing.text(
          text, x: (from + to) / 2, y: y + 16, size: 10.5, anchor: .middle, style: "halo")
      }
    }
  }

  private func frame(
    _ layer: ReportData.Layer, _ from: Double, _ to: Double, _ y: Double, _ drawing: inout Drawing
  ) {
    var at = from
    let all = layer.problems.reduce(0) { $0 + $1.work }
    for problem in layer.problems.dropLast() where all > 0 && to - from > 3 {
      at += (to - from) * problem.work / all
      drawing.line(at, y + 3, at, y + Self.barHeight - 3, style: "cut")
    }
    drawing.rectangle(
      x: from + 0.4, y: y, width: max(to - from - 0.8, 0.2), height: Self.barHeight, style: "frame")
  }
}
