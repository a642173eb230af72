import Base

/// One network's latencies: a bar a series, from zero.
struct LatencyPanel {
  let network: String
  let runs: [ReportData.Run]
  let names: SeriesNames
  /// The colours of the bars.
  let styles: [ReportData.Series: String]

  private static let width = 318.0
  private static let rowHeight = 19.0
  private static let top = 24.0
  private static let valueWidth = 74.0

  var drawing: Drawing {
    let height = Self.top + Double(runs.count) * Self.rowHeight + 4
    let slowest = runs.map(\.high).max() ?? 1
    var drawing = Drawing(
      width: Self.width, height: height, title: "Latency of \(network)",
      summary: runs.map { "\(names.short($0.series)): \(ReportText.ms($0.median))" }
        .joined(separator: "; "))
    drawing.text(network, x: 0, y: 14, size: 13, style: "bold", limit: Self.width)
    let labels = runs.map { TextWidth.of(names.short($0.series), size: 11) }.max() ?? 0
    let left = min(labels, 118) + 8
    let scale = LinearScale(maximum: slowest, from: left, to: Self.width - Self.valueWidth)
    for (index, run) in runs.enumerated() {
      let y = Self.top + Double(index) * Self.rowHeight
      let label = names.short(run.series)
      drawing.text(
        label, x: left - 8, y: y + 11.5, size: 11, anchor: .end, style: "soft", limit: 118)
      let doubt = run.mark == "!" ? " doubtful" : ""
      drawing.rectangle(
        x: left, y: y + 2, width: max(scale(run.median) - left, 0.8), height: 12,
        style: "\(styles[run.series] ?? "rest")\(doubt)",
        tip: "\(network), \(names.long(run.series)): \(ReportText.ms(run.median)) "
          + "(\(ReportText.ms(run.low)) to \(ReportText.ms(run.high))), \(run.validity)")
      drawing.whisker(scale(run.low), scale(run.high), y: y + 8)
      drawing.text(
        "\(ReportText.ms(run.median)) \(run.mark)", x: Self.width - Self.valueWidth + 6,
        y: y + 11.5, size: 11, limit: Self.valueWidth - 6)
    }
    drawing.line(
      left, Self.top - 1, left, Self.top + Double(runs.count) * Self.rowHeight - 1, style: "axis")
    return drawing
  }
}

/// Mean speeds relative to one series.
struct SummaryChart {
  struct Row {
    var name: String
    var speed: Double
    var least: Double
    var most: Double
    var networks: Int
    var style: String
  }

  let rows: [Row]
  let base: String

  private static let width = 760.0
  private static let rowHeight = 26.0

  var drawing: Drawing {
    let left = min(rows.map { TextWidth.of($0.name, size: 12) }.max() ?? 0, 220) + 10
    let right = Self.width - 168
    let bottom = Double(rows.count) * Self.rowHeight + 6
    let scale = LinearScale(maximum: rows.map(\.most).max() ?? 1, from: left, to: right)
    var drawing = Drawing(
      width: Self.width, height: bottom + 40, title: "Mean speed relative to \(base)",
      summary: rows.map { "\($0.name): \(ReportText.factor($0.speed))" }.joined(separator: "; "))
    for tick in scale.ticks(about: 6) {
      drawing.line(scale(tick), 2, scale(tick), bottom, style: "grid")
      drawing.text(
        TickText.of(tick), x: scale(tick), y: bottom + 15, size: 11, anchor: .middle, style: "soft")
    }
    for (index, row) in rows.enumerated() {
      let y = Double(index) * Self.rowHeight + 4
      drawing.text(row.name, x: left - 8, y: y + 14, anchor: .end, limit: 220)
      drawing.rectangle(
        x: left, y: y + 2, width: max(scale(row.speed) - left, 0.8), height: 16, style: row.style,
        tip: "\(row.name): \(ReportText.factor(row.speed)), \(ReportText.factor(row.least)) to "
          + "\(ReportText.factor(row.most)) over \(ReportText.count(row.networks, "network"))")
      drawing.whisker(scale(row.least), scale(row.most), y: y + 10)
      drawing.text(
        "\(ReportText.factor(row.speed)) · \(ReportText.count(row.networks, "network"))",
        x: right + 10, y: y + 14, limit: 158)
    }
    drawing.line(left, 0, left, bottom, style: "axis")
    if scale.maximum > 1 {
      drawing.line(scale(1), 0, scale(1), bottom, style: "thin dashed")
    }
    drawing.text(
      "speed relative to \(base), times", x: (left + right) / 2, y: bottom + 34, size: 11,
      anchor: .middle, style: "soft", limit: right - left)
    return drawing
  }
}

/// Speeds of one series: a bar a network.
struct SpeedChart {
  let runs: [ReportData.Run]
  let data: ReportData
  let name: String

  private static let width = 1000.0
  private static let rowHeight = 19.0
  private static let top = 22.0

  var drawing: Drawing {
    let labels = runs.map { $0.network.label(among: data.networks) }
    let left = min(labels.map { TextWidth.of($0, size: 12) }.max() ?? 0, 220) + 10
    let right = Self.width - 190
    let bottom = Self.top + Double(runs.count) * Self.rowHeight + 2
    let peak = runs.compactMap(\.peak).sorted()
    let middle = peak.isEmpty ? nil : peak[peak.count / 2]
    let fastest = runs.map { $0.gflops * $0.median / $0.low }.max() ?? 1
    let scale = LinearScale(maximum: max(fastest, middle ?? 0), from: left, to: right)
    var drawing = Drawing(
      width: Self.width, height: bottom + 38, title: "Speed of every network",
      summary: "\(name). The table below has the figures.")
    for tick in scale.ticks(about: 8) {
      drawing.line(scale(tick), Self.top - 4, scale(tick), bottom, style: "grid")
      drawing.text(
        TickText.of(tick), x: scale(tick), y: bottom + 15, size: 11, anchor: .middle, style: "soft")
    }
    for (index, run) in runs.enumerated() {
      let y = Self.top + Double(index) * Self.rowHeight
      drawing.text(labels[index], x: left - 8, y: y + 12, anchor: .end, limit: 220)
      drawing.rectangle(
        x: left, y: y + 2, width: max(scale(run.gflops) - left, 0.8), height: 12,
        style: "f0\(run.mark == "!" ? " doubtful" : "")",
        tip: "\(labels[index]): \(ReportText.ms(run.median)) (\(ReportText.ms(run.low)) to "
          + "\(ReportText.ms(run.high))), \(NumberText.gflops(run.gflops)) GFLOP/s, "
          + "\(run.validity)")
      drawing.whisker(
        scale(run.gflops * run.median / run.high), scale(run.gflops * run.median / run.low),
        y: y + 8)
      let share = run.peak.map { NumberText.percent(run.gflops / $0) } ?? ""
      drawing.text(ReportText.ms(run.median), x: right + 80, y: y + 12, anchor: .end)
      drawing.text(share, x: right + 154, y: y + 12, anchor: .end, style: "soft")
      drawing.text(run.mark, x: right + 164, y: y + 12)
    }
    drawing.text("latency", x: right + 80, y: 12, size: 11, anchor: .end, style: "soft")
    drawing.text("of peak", x: right + 154, y: 12, size: 11, anchor: .end, style: "soft")
    drawing.line(left, Self.top - 4, left, bottom, style: "axis")
    if let middle {
      drawing.line(scale(middle), Self.top - 6, scale(middle), bottom, style: "thin dashed")
      drawing.text(
        "FMA peak \(NumberText.gflops(middle))", x: scale(middle), y: 12, size: 11,
        anchor: .middle, style: "soft")
    }
    drawing.text(
      "GFLOP/s, operations of the definition", x: (left + right) / 2, y: bottom + 32, size: 11,
      anchor: .middle, style: "soft")
    return drawing
  }
}

extension Drawing {
  /// A horizontal interval with its ends.
  mutating func whisker(_ low: Double, _ high: Double, y: Double) {
    line(low, y, max(high, low + 0.6), y, style: "whisker")
    line(low, y - 3, low, y + 3, style: "whisker")
    line(high, y - 3, high, y + 3, style: "whisker")
  }
}
