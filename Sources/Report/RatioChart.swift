import Base
import Foundation
import Measurement
import Results

/// How many times as fast B is as A, on a logarithmic axis, the slowest first: a dot a row with the
/// ratio's 95 % interval, over the band in which a difference does not count.
struct RatioChart {
  struct Row {
    var name: String
    var speed: MedianRatio
    /// What a change has to exceed, a fraction.
    var threshold: Double
    var verdict: Verdict
    var tip: String

    fileprivate var low: Double { min(speed.interval?.low ?? speed.ratio, 1 / (1 + threshold)) }
    fileprivate var high: Double { max(speed.interval?.high ?? speed.ratio, 1 + threshold) }
  }

  /// As many rows as a reader looks through; of more the ends are shown.
  static let rowLimit = 80

  let rows: [Row]
  let omitted: Int
  private let names: (baseline: String, file: String)

  private static let rowHeight = 19.0
  private static let top = 6.0
  private static let size = 12.0

  /// - Parameter names: how the two sides are called.
  init(_ comparison: Comparison, names: (baseline: String, file: String) = ("A", "B")) {
    let table = ComparisonTable(comparison)
    let firsts = Dictionary(grouping: table.rows) { $0.cells.first ?? "" }
    let all = zip(comparison.rows, table.rows).map { row, shown -> Row in
      let first = shown.cells.first ?? ""
      let isAlone = firsts[first]?.count == 1
      return Row(
        name: isAlone ? first : shown.cells.prefix(table.keyColumns).joined(separator: " "),
        speed: row.speed, threshold: row.threshold, verdict: row.verdict,
        tip: zip(table.columns, shown.cells).map { "\($0.title): \($1)" }.joined(separator: "\n"))
    }.sorted { $0.speed.ratio < $1.speed.ratio }
    self.init(all, names: names)
  }

  init(_ sorted: [Row], names: (baseline: String, file: String)) {
    let half = Self.rowLimit / 2
    rows = sorted.count > Self.rowLimit ? sorted.prefix(half) + sorted.suffix(half) : sorted
    omitted = sorted.count - rows.count
    self.names = names
  }

  static func mark(_ verdict: Verdict) -> ChartMark {
    switch verdict {
    case .faster: ChartMark(shape: .triangle, style: "f2")
    case .slower: ChartMark(shape: .diamond, style: "f5")
    case .equal: ChartMark(shape: .square, style: "f0")
    case .undecided, .onlyBaseline, .onlyFile: ChartMark(shape: .circle, style: "f7")
    }
  }

  static var legend: Markup {
    let band: Markup = """
      <rect x="0" y="2" width="14" height="10" class="band"/>
      """
    return StrategyStyle.legend(
      [Verdict.faster, .slower, .equal, .undecided].map {
        ($0.rawValue, "\(mark($0).shape(x: 7, y: 7, size: 5))/>")
      } + [("too near to 1 to count beside the noise", band)])
  }

  func drawing(width: Double) -> Drawing {
    let longest = rows.map { TextWidth.of($0.name, size: Self.size) }.max() ?? 0
    let left = min(longest, width * 0.36) + 10
    let right = width - 62
    let bottom = Self.top + Double(rows.count) * Self.rowHeight + 2
    let scale = LogScale(
      low: max((rows.map(\.low).min() ?? 0.9) / 1.06, 1e-4),
      high: min((rows.map(\.high).max() ?? 1.1) * 1.06, 1e4), from: left, to: right)
    var drawing = Drawing(
      width: width, height: bottom + 40,
      title: "Speed of \(names.file) relative to \(names.baseline)",
      summary: rows.prefix(12).map {
        "\($0.name): \(Self.text($0.speed.ratio)), \($0.verdict.rawValue)"
      }.joined(separator: "; "))
    for tick in Self.ticks(scale) {
      drawing.line(
        scale(tick), Self.top - 4, scale(tick), bottom, style: tick == 1 ? "axis" : "grid")
      drawing.text(
        TickText.of(tick), x: scale(tick), y: bottom + 15, size: 11, anchor: .middle, style: "soft")
    }
    for (index, row) in rows.enumerated() {
      let y = Self.top + (Double(index) + 0.5) * Self.rowHeight
      let (from, to) = (scale(1 / (1 + row.threshold)), scale(1 + row.threshold))
      drawing.rectangle(x: from, y: y - 8, width: to - from, height: 16, style: "band")
      drawing.text(
        row.name, x: left - 8, y: y + 4, size: Self.size, anchor: .end, limit: left - 9)
      if let interval = row.speed.interval {
        drawing.whisker(scale(interval.low), scale(interval.high), y: y)
      }
      drawing.mark(Self.mark(row.verdict), x: scale(row.speed.ratio), y: y, size: 4.6, tip: row.tip)
      drawing.text(
        Self.text(row.speed.ratio), x: width - 2, y: y + 4, size: Self.size, anchor: .end)
    }
    let axis = "\(names.file)'s speed over \(names.baseline)'s"
    drawing.text(
      width < 500 ? axis : "← \(names.baseline) is faster · \(axis) · \(names.file) is faster →",
      x: (left + right) / 2, y: bottom + 34, size: 11, anchor: .middle, style: "soft",
      limit: 2 * min((left + right) / 2, width - (left + right) / 2))
    return drawing
  }

  private static func text(_ ratio: Double) -> String {
    (ratio < 10
      ? NumberText.fixed(ratio, decimals: 2) : NumberText.significant(ratio, digits: 3)) + "×"
  }

  /// Round ratios, 1 and those around it that have room.
  private static func ticks(_ scale: LogScale) -> [Double] {
    let above: [Double] = [1.02, 1.05, 1.1, 1.2, 1.5, 2, 3, 5, 10, 20, 50, 100, 1000, 10_000]
    let below: [Double] = [0.98, 0.95, 0.9, 0.8, 0.7, 0.5, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001]
    var ticks = [1.0]
    for side in [above, below] {
      var last = scale(1)
      for tick in side where tick >= scale.low && tick <= scale.high {
        guard abs(scale(tick) - last) >= 38 else { continue }
        last = scale(tick)
        ticks.append(tick)
      }
    }
    return ticks
  }
}
