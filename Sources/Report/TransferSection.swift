import Base

/// What a plan costs on another machine than its own.
struct TransferSection {
  let transfers: [Transfer]

  /// nil where no races tell.
  var section: HTMLPage.Section? {
    guard !transfers.isEmpty else { return nil }
    let charts = transfers.map { transfer -> Markup in
      let regret = transfer.moved / transfer.own - 1
      let source: Markup =
        transfer.isRecorded
        ? " The plan that moves is made of that machine's rows: its own is not in the folder." : ""
      return """
        <figure><figcaption><b>\(transfer.network): the plan of \(transfer.from) on \
        \(transfer.to)</b><br>\(Self.percent(regret)) against the plan that was tuned there, \
        \(ReportText.threads(transfer.threads)); \(transfer.known) of \(transfer.layers) layers are \
        known.\(source)</figcaption>
        \(Figure.markup(wide: 860) { WaterfallChart(transfer).drawing(width: $0) })</figure>
        \(table(transfer).folded("All layers that differ as a table"))
        """
    }
    return HTMLPage.Section(
      id: "transfer", title: "What does a plan cost elsewhere?",
      content: """
        <p>From the time of the machine's own plan, layer by layer, to that of the plan of another \
        machine on it. All times are from races on the machine itself, none is of the other; nothing \
        is measured for this. What costs most stands first.</p>
        \(charts)
        """)
  }

  static func percent(_ share: Double) -> String {
    (share < 0 ? "−" : "+") + NumberText.percent(abs(share))
  }

  private func table(_ transfer: Transfer) -> HTMLTable {
    var table = HTMLTable(
      "\(transfer.network), what \(transfer.from) chose on \(transfer.to)",
      [
        .text("layer"), .number("costs, ms"), .number("of the network"),
        .text("of \(transfer.from)"), .text("of \(transfer.to)"),
      ])
    for step in transfer.steps {
      table.add([
        "\(step.name)", "\(WaterfallChart.signed(step.cost))",
        "\(Self.percent(step.cost / transfer.own))",
        "\(step.choices[0].replacing(",", with: ", "))",
        "\(step.choices[1].replacing(",", with: ", "))",
      ])
    }
    return table
  }
}

/// From one time to another in steps, the costliest first.
struct WaterfallChart {
  struct Bar {
    var name: String
    /// Milliseconds.
    var from: Double
    var to: Double
    var isTotal: Bool
    var detail: String
  }

  let bars: [Bar]
  private let title: String

  /// So many layers have bars of their own.
  private static let limit = 14
  private static let rowHeight = 22.0
  private static let top = 4.0

  init(_ transfer: Transfer) {
    title = "\(transfer.network): the plan of \(transfer.from) on \(transfer.to)"
    var bars = [
      Bar(
        name: "its own plan", from: 0, to: transfer.own, isTotal: true,
        detail: ReportText.ms(transfer.own))
    ]
    var at = transfer.own
    func add(_ name: String, _ cost: Double, _ detail: String) {
      bars.append(Bar(name: name, from: at, to: at + cost, isTotal: false, detail: detail))
      at += cost
    }
    let (shown, rest) = (transfer.steps.prefix(Self.limit), transfer.steps.dropFirst(Self.limit))
    for step in shown {
      add(step.name, step.cost, "\(step.choices[1]) → \(step.choices[0])")
    }
    if !rest.isEmpty {
      add("\(rest.count) more", rest.reduce(0) { $0 + $1.cost }, "")
    }
    bars.append(
      Bar(
        name: "plan of \(transfer.from)", from: 0, to: transfer.moved, isTotal: true,
        detail: ReportText.ms(transfer.moved)))
    self.bars = bars
  }

  /// Milliseconds more or less.
  static func signed(_ ms: Double) -> String {
    (ms < 0 ? "−" : "+") + NumberText.significant(abs(ms), digits: 3)
  }

  func drawing(width: Double) -> Drawing {
    let longest = bars.map { TextWidth.of($0.name, size: 11.5) }.max() ?? 0
    let left = min(longest, width * 0.34) + 10
    let right = width - 66
    let bottom = Self.top + Double(bars.count) * Self.rowHeight + 2
    let scale = LinearScale(
      maximum: (bars.map { max($0.from, $0.to) }.max() ?? 1) * 1.02, from: left, to: right)
    var drawing = Drawing(
      width: width, height: bottom + 36, title: title,
      summary: bars.map { "\($0.name): \(Self.signed($0.to - $0.from)) ms" }.joined(separator: "; ")
    )
    for tick in scale.ticks(about: width < 500 ? 4 : 8) {
      drawing.line(scale(tick), 0, scale(tick), bottom, style: "grid")
      drawing.text(
        TickText.of(tick), x: scale(tick), y: bottom + 14, size: 11, anchor: .middle, style: "soft")
    }
    for (index, bar) in bars.enumerated() {
      let y = Self.top + Double(index) * Self.rowHeight
      drawing.text(
        bar.name, x: left - 8, y: y + 14, size: 11.5, anchor: .end,
        style: bar.isTotal ? "bold" : "", limit: left - 9)
      let (low, high) = (scale(min(bar.from, bar.to)), scale(max(bar.from, bar.to)))
      drawing.rectangle(
        x: low, y: y + 2, width: max(high - low, 0.8), height: 16,
        style: bar.isTotal ? "f7" : bar.to >= bar.from ? "f5" : "f2",
        tip: "\(bar.name): \(bar.detail)")
      if index + 1 < bars.count {
        drawing.line(
          scale(bar.to), y + 18, scale(bar.to), y + Self.rowHeight + 2, style: "thin")
      }
      drawing.text(
        bar.isTotal
          ? NumberText.significant(bar.to, digits: 4) : Self.signed(bar.to - bar.from),
        x: width - 2, y: y + 14, size: 11.5, anchor: .end, style: bar.isTotal ? "bold" : "")
    }
    drawing.line(left, 0, left, bottom, style: "axis")
    drawing.text(
      "ms", x: (left + right) / 2, y: bottom + 30, size: 11, anchor: .middle, style: "soft")
    return drawing
  }
}
