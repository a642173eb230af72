import Base
import Foundation

/// Fewer multiplications, and what they are worth in time.
struct ArithmeticSection {
  let data: ReportData

  static let rowLimit = 120

  var section: HTMLPage.Section {
    HTMLPage.Section(id: "arithmetic", title: "Fewer multiplications", content: content)
  }

  private var content: Markup {
    let points = ArithmeticPoint.all(data)
    guard !points.isEmpty else {
      return """
        <p class="absent">No problem was timed both by direct convolution and by one that multiplies \
        less. <code>convbench bench --batch-file configs/arithmetic.txt --csv \
        RESULTS/MACHINE/bench.csv</code> measures some.</p>
        """
    }
    let kinds = ArithmeticPoint.Kind.all.filter { kind in points.contains { $0.kind == kind } }
    let chart = ArithmeticChart(points: points)
    let entries = kinds.map { kind -> (name: String, shape: Markup) in
      (kind.name, "\(kind.mark.shape(x: 7, y: 7, size: 5))/>")
    }
    return """
      <p>Across: how many times fewer multiplications than direct convolution. Up: how many times \
      faster it was, on the same machine, threads and instruction set. On the diagonal every saved \
      multiplication is saved time; below the line at 1 the saving costs more than it gives. \
      Separable convolution and MobileNet's depthwise + pointwise pair compute another function. \(ReportText.markLegend).</p>
      \(StrategyStyle.legend(entries))
      <div class="pair"><figure>\(chart.drawing.markup)</figure>
      <div>\(summary(points, kinds).markup)</div></div>
      \(table(points).folded("All pairs as a table"))
      """
  }

  private func summary(
    _ points: [ArithmeticPoint], _ kinds: [ArithmeticPoint.Kind]
  ) -> HTMLTable {
    var table = HTMLTable(
      "Geometric means",
      [
        .text("instead of direct"), .number("pairs"), .number("fewer multiplications"),
        .number("faster"), .number("of what was promised"),
      ])
    for kind in kinds {
      let members = points.filter { $0.kind == kind }
      let saved = Self.mean(members.map(\.saved))
      let gained = Self.mean(members.map(\.gained))
      table.add([
        "\(kind.name)", "\(members.count)", "\(ReportText.factor(saved))",
        "\(ReportText.factor(gained))", "\(NumberText.percent(gained / saved))",
      ])
    }
    return table
  }

  private static func mean(_ values: [Double]) -> Double {
    exp(values.reduce(0) { $0 + log($1) } / Double(max(values.count, 1)))
  }

  private func table(_ points: [ArithmeticPoint]) -> HTMLTable {
    let names = Dictionary(
      data.machines.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    var table = HTMLTable(
      points.count > Self.rowLimit
        ? "The first \(Self.rowLimit) of \(points.count) pairs" : "Pairs with direct convolution",
      [
        .text("problem"), .text("replaced by"), .text("on"), .number("direct, ms"), .number("ms"),
        .number("fewer multiplications"), .number("faster"),
      ])
    for point in points.prefix(Self.rowLimit) {
      table.add([
        "<code>\(point.problem.description)</code>",
        "\(point.kind.name) <small>\(point.detail)</small>",
        """
        \(names[point.machine] ?? point.machine), \(ReportText.threads(point.threads)), \
        \(ReportText.isa(point.isa))
        """,
        "\(NumberText.significant(point.directMs))",
        "\(NumberText.significant(point.ms)) \(point.mark)",
        "\(ReportText.factor(point.saved))", "\(ReportText.factor(point.gained))",
      ])
    }
    return table
  }
}

/// Promised against measured speed-up, both axes logarithmic and of one scale.
struct ArithmeticChart {
  let points: [ArithmeticPoint]

  private static let width = 490.0
  private static let height = 480.0
  private static let left = 44.0
  private static let right = 472.0
  private static let top = 28.0
  private static let bottom = 434.0

  var drawing: Drawing {
    let values = points.flatMap { [$0.saved, $0.gained] }.filter { $0.isFinite && $0 > 0 }
    let low = max(min(values.min() ?? 1, 0.8) / 1.15, 1e-2)
    let high = min(max(values.max() ?? 1, 4) * 1.15, 1e3)
    let x = LogScale(low: low, high: high, from: Self.left, to: Self.right)
    let y = LogScale(low: low, high: high, from: Self.bottom, to: Self.top)
    var drawing = Drawing(
      width: Self.width, height: Self.height, title: "Multiplications saved and time saved",
      summary: "\(points.count) pairs; the tables have the figures.")
    for tick in x.ticks {
      drawing.line(x(tick), Self.top, x(tick), Self.bottom, style: "grid")
      drawing.line(Self.left, y(tick), Self.right, y(tick), style: "grid")
      drawing.text(
        TickText.of(tick), x: x(tick), y: Self.bottom + 17, size: 11, anchor: .middle,
        style: "soft")
      drawing.text(
        TickText.of(tick), x: Self.left - 6, y: y(tick) + 4, size: 11, anchor: .end,
        style: "soft")
    }
    drawing.line(x(low), y(low), x(high), y(high), style: "roof")
    drawing.line(Self.left, y(1), Self.right, y(1), style: "thin dashed")
    for point in points {
      drawing.mark(
        point.kind.mark, x: x(point.saved), y: y(point.gained), size: 4.5,
        tip: "\(point.kind.name), \(point.detail)\n\(point.problem)\n"
          + "\(ReportText.factor(point.saved)) fewer multiplications, "
          + "\(ReportText.factor(point.gained)) as fast as direct "
          + "(\(ReportText.ms(point.directMs)) → \(ReportText.ms(point.ms)) \(point.mark))")
    }
    drawing.text(
      "as promised", x: Self.left + 0.08 * (Self.right - Self.left) + 12,
      y: Self.bottom - 0.08 * (Self.bottom - Self.top) + 8, size: 11, style: "halo soft")
    drawing.text(
      "no faster than direct", x: Self.right - 6, y: y(1) + 14, size: 11, anchor: .end,
      style: "halo soft")
    drawing.line(Self.left, Self.bottom, Self.right, Self.bottom, style: "axis")
    drawing.line(Self.left, Self.top, Self.left, Self.bottom, style: "axis")
    drawing.text(
      "fewer multiplications than direct, times", x: (Self.left + Self.right) / 2,
      y: Self.bottom + 40, size: 11.5, anchor: .middle, style: "soft")
    drawing.text("faster, times", x: 2, y: Self.top - 13, size: 11.5, style: "soft")
    return drawing
  }
}
