import Base
import Results

/// What more threads and larger batches bring, where some were measured.
struct ScalingSection {
  let data: ReportData

  /// Runs that differ in threads, batch and network alone.
  struct Group {
    /// With the fewest threads.
    var series: ReportData.Series
    var rows: [ScalingTable.Row]
  }

  /// nil where nothing was swept.
  var section: HTMLPage.Section? {
    let groups = Self.groups(data)
    let charts = groups.enumerated().map { index, group -> Markup in
      let title = names(group.series)
      let figures = ScalingChart.Kind.allCases.compactMap { kind -> Markup? in
        let chart = ScalingChart(group.rows, kind)
        guard !chart.lines.isEmpty else { return nil }
        return """
          <figure><figcaption><b>\(kind.title)</b><br>\(title)</figcaption>
          \(Figure.markup(wide: 640) { chart.drawing(width: $0) })</figure>

          """
      }
      let content: Markup = "\(figures)\(table(group, title).folded("Scaling as a table"))"
      return index == 0
        ? content : "<details><summary>\(title)</summary>\n\(content)</details>\n"
    }
    guard !groups.isEmpty else { return nil }
    return HTMLPage.Section(
      id: "scaling", title: "More threads, larger batches",
      content: """
        <p>Speed relative to the fewest threads, and of an image relative to the smallest batch, all \
        else equal. The dashed line is where as many times the threads are as many times as fast.</p>
        \(charts)
        """)
  }

  private func names(_ series: ReportData.Series) -> String {
    let machine = data.machines.first { $0.id == series.machine }?.name ?? series.machine
    return [machine, series.tool, ReportText.isa(series.isa)].joined(separator: " · ")
  }

  static func groups(_ data: ReportData) -> [Group] {
    var keys: [ReportData.Series] = []
    var runs: [ReportData.Series: [ReportData.Run]] = [:]
    for run in data.runs {
      var key = run.series
      key.threads = 0
      if runs[key] == nil { keys.append(key) }
      runs[key, default: []].append(run)
    }
    return keys.compactMap { key in
      let members = runs[key] ?? []
      let all = ScalingTable(
        members.map { run in
          var network = run.network
          network.batch = 1
          return ScalingTable.Point(
            subject: network.label(among: [network]), isa: key.isa, batch: run.network.batch,
            threads: run.series.threads, ms: run.median, samples: run.measured.samples,
            validity: run.measured.validity.label)
        })
      guard !all.isEmpty else { return nil }
      let swept = Dictionary(grouping: all.rows, by: \.point.subject).filter { $1.count > 1 }
      return Group(
        series: key, rows: all.rows.filter { swept[$0.point.subject] != nil })
    }
  }

  private func table(_ group: Group, _ title: String) -> HTMLTable {
    var table = HTMLTable(
      "Scaling, \(title)",
      [
        .text("network"), .number("batch"), .number("threads"), .number("ms/image"),
        .number("speed-up"), .number("efficiency"), .number("gain/image"),
      ])
    for row in group.rows {
      let efficiency = row.efficiency.map { NumberText.percent($0) }
      table.add([
        "\(row.point.subject)", "\(row.point.batch)", "\(row.point.threads)",
        "\(NumberText.milliseconds(row.msPerImage))",
        "\(row.speedUp.map { NumberText.fixed($0.ratio, decimals: 2) } ?? "–")",
        "\(efficiency ?? "–")",
        "\(row.batchGain.map { NumberText.fixed($0.ratio, decimals: 2) } ?? "–")",
      ])
    }
    return table
  }
}

/// Speed over threads or batches: a line a network, its name at its end on a line of its own.
struct ScalingChart {
  enum Kind: CaseIterable {
    case threads, batch

    var title: String { self == .threads ? "Speed over threads" : "Speed of an image over batches" }
    var axis: String { self == .threads ? "threads" : "images at a time" }
  }

  struct Line {
    var name: String
    /// Threads or batch, and how many times as fast; the first is the base, 1.
    var points: [(at: Int, speed: Double, low: Double, high: Double)]
  }

  let kind: Kind
  private(set) var lines: [Line] = []

  /// Names need this much, pixels.
  private static let lineHeight = 14.0
  private static let top = 12.0

  init(_ rows: [ScalingTable.Row], _ kind: Kind) {
    self.kind = kind
    var order: [String] = []
    var points: [String: [(at: Int, speed: Double, low: Double, high: Double)]] = [:]
    for row in rows {
      let point = row.point
      let same = rows.filter { $0.point.subject == point.subject }
      // Threads at the smallest batch, batches with the most threads.
      let isShown =
        kind == .threads
        ? point.batch == same.map(\.point.batch).min()
        : point.threads == same.map(\.point.threads).max()
      guard isShown else { continue }
      let gain = kind == .threads ? row.speedUp : row.batchGain
      if points[point.subject] == nil { order.append(point.subject) }
      points[point.subject, default: []].append(
        (
          kind == .threads ? point.threads : point.batch, gain?.ratio ?? 1,
          gain?.interval?.low ?? gain?.ratio ?? 1, gain?.interval?.high ?? gain?.ratio ?? 1
        ))
    }
    lines = order.compactMap { name in
      let sorted = (points[name] ?? []).sorted { $0.at < $1.at }
      return sorted.count > 1 ? Line(name: name, points: sorted) : nil
    }
  }

  func drawing(width: Double) -> Drawing {
    lines.allSatisfy { $0.points.count == 2 && $0.points[1].at == lines[0].points[1].at }
      ? dots(width: width) : curves(width: width)
  }

  /// Two settings make no curve: a row a network, the least gain first.
  private func dots(width: Double) -> Drawing {
    let sorted = lines.sorted { $0.points[1].speed < $1.points[1].speed }
    let first = Double(lines.first?.points[0].at ?? 1)
    let last = Double(lines.first?.points[1].at ?? 1)
    let longest = lines.map { TextWidth.of($0.name, size: 11.5) }.max() ?? 0
    let (left, right) = (min(longest, width * 0.4) + 10, width - 54)
    let bottom = Self.top + Double(lines.count) * 16 + 2
    let most = lines.map(\.points[1].high).max() ?? 1
    let x = LinearScale(
      maximum: max(most, kind == .threads ? last / first : 1) * 1.03, from: left, to: right)
    var drawing = Drawing(
      width: width, height: bottom + 36, title: kind.title,
      summary: sorted.map {
        "\($0.name): \(NumberText.fixed($0.points[1].speed, decimals: 2))×"
      }.joined(separator: "; "))
    for tick in x.ticks(about: width < 500 ? 4 : 8) {
      drawing.line(x(tick), 2, x(tick), bottom, style: tick == 1 ? "axis" : "grid")
      drawing.text(
        TickText.of(tick), x: x(tick), y: bottom + 14, size: 11, anchor: .middle, style: "soft")
    }
    if kind == .threads {
      drawing.line(x(last / first), 2, x(last / first), bottom, style: "thin dashed")
    }
    for (index, line) in sorted.enumerated() {
      let y = Self.top + (Double(index) + 0.5) * 16
      let point = line.points[1]
      drawing.text(line.name, x: left - 8, y: y + 4, size: 11.5, anchor: .end, limit: left - 9)
      drawing.whisker(x(point.low), x(point.high), y: y)
      drawing.mark(
        ChartMark(shape: .circle, style: "f0"), x: x(point.speed), y: y, size: 4,
        tip: "\(line.name): \(NumberText.fixed(point.speed, decimals: 2)) times as fast")
      drawing.text(
        "\(NumberText.fixed(point.speed, decimals: 2))×", x: width - 2, y: y + 4, size: 11.5,
        anchor: .end)
    }
    drawing.text(
      "speed of \(Int(last)) over \(Int(first)) \(kind.axis)", x: (left + right) / 2,
      y: bottom + 30,
      size: 11, anchor: .middle, style: "soft")
    return drawing
  }

  private func curves(width: Double) -> Drawing {
    let labels = lines.map { TextWidth.of($0.name, size: 11) + 44 }.max() ?? 0
    let (left, right) = (34.0, width - min(labels, width * 0.45) - 12)
    let height = max(230, Double(lines.count) * Self.lineHeight + 60)
    let bottom = height - 40
    let places = Set(lines.flatMap { $0.points.map(\.at) }).sorted()
    let (first, last) = (Double(places.first ?? 1), Double(places.last ?? 2))
    let x = LogScale(low: first, high: max(last, first * 1.01), from: left, to: right)
    let most = lines.flatMap { $0.points.map(\.high) }.max() ?? 1
    let y = LinearScale(
      maximum: kind == .threads ? max(most, last / first) : most * 1.05, from: bottom, to: Self.top)
    var drawing = Drawing(
      width: width, height: height, title: kind.title,
      summary: lines.map {
        "\($0.name): \(NumberText.fixed($0.points.last?.speed ?? 1, decimals: 2))×"
      }.joined(separator: "; "))
    for tick in y.ticks(about: 5) {
      drawing.line(left, y(tick), right, y(tick), style: "grid")
      drawing.text(
        TickText.of(tick), x: left - 6, y: y(tick) + 4, size: 11, anchor: .end, style: "soft")
    }
    for place in places {
      drawing.line(x(Double(place)), Self.top, x(Double(place)), bottom, style: "grid")
      drawing.text(
        "\(place)", x: x(Double(place)), y: bottom + 15, size: 11, anchor: .middle, style: "soft")
    }
    drawing.line(left, bottom, right, bottom, style: "axis")
    if kind == .threads {
      drawing.path([(x(first), y(1)), (x(last), y(last / first))], style: "thin dashed")
    }
    for (index, line) in lines.enumerated() {
      drawing.path(
        line.points.map { (x(Double($0.at)), y($0.speed)) }, style: "curve \(Self.hue(index))")
      for point in line.points.dropFirst() {
        let at = x(Double(point.at))
        drawing.line(at, y(point.low), at, y(point.high), style: "whisker")
        drawing.mark(
          Self.mark(index), x: at, y: y(point.speed), size: 3.6,
          tip: "\(line.name), \(point.at) \(kind.axis): "
            + "\(NumberText.fixed(point.speed, decimals: 2)) times as fast")
      }
    }
    label(&drawing, x, y, right)
    drawing.text(
      kind.axis, x: (left + right) / 2, y: height - 8, size: 11, anchor: .middle, style: "soft")
    return drawing
  }

  /// Names at the lines' ends, pushed apart, the fastest on top.
  private func label(_ drawing: inout Drawing, _ x: LogScale, _ y: LinearScale, _ right: Double) {
    let ends = lines.indices.sorted {
      (lines[$0].points.last?.speed ?? 0) > (lines[$1].points.last?.speed ?? 0)
    }
    var lowest = drawing.height - 40
    var spots: [(index: Int, y: Double)] = []
    for index in ends.reversed() {
      let place = min(y(lines[index].points.last?.speed ?? 1), lowest)
      spots.append((index, place))
      lowest = place - Self.lineHeight
    }
    // What was pushed out at the top moves down again.
    var highest = Self.top - 2
    for (index, place) in spots.reversed() {
      let at = max(place, highest)
      highest = at + Self.lineHeight
      let line = lines[index]
      guard let end = line.points.last else { continue }
      drawing.line(x(Double(end.at)) + 4, y(end.speed), right + 12, at, style: "grid")
      drawing.text(
        "\(NumberText.fixed(end.speed, decimals: 2))× \(line.name)", x: right + 14, y: at + 4,
        size: 11, limit: drawing.width - right - 16)
    }
  }

  private static func hue(_ index: Int) -> String { "f\(index % HTMLStyle.paletteSize)" }

  private static func mark(_ index: Int) -> ChartMark {
    let shapes = ChartMark.Shape.allCases
    return ChartMark(shape: shapes[index % shapes.count], style: hue(index))
  }
}
