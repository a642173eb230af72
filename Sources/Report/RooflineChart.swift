import Base
import Foundation
import Measurement

/// Points under their roofs, both axes logarithmic.
struct RooflineChart {
  let name: String
  let points: [RooflinePoint]
  let roofs: Roofs

  private static let width = 1000.0
  private static let height = 540.0
  private static let left = 62.0
  private static let right = 988.0
  private static let top = 30.0
  private static let bottom = 492.0

  private var x: LogScale {
    let values = points.map(\.intensity)
    // The names of the bandwidths stand left of all points.
    let low = min(values.min() ?? 0.25, 0.5) / (roofs.levels.isEmpty ? 1.5 : 4)
    let high = max(values.max() ?? 100, 20) * 1.5
    return LogScale(low: low, high: high, from: Self.left, to: Self.right)
  }

  private var y: LogScale {
    let values = points.map(\.gflops).sorted()
    let high = max(values.last ?? 1, roofs.peak ?? 0) * 1.5
    // A few layers of some operations would take half of the chart: four decades are enough.
    let low = max(values.first ?? high / 100, high / 1e4) / 1.3
    return LogScale(low: low, high: high, from: Self.bottom, to: Self.top)
  }

  var drawing: Drawing {
    let (x, y) = (x, y)
    var drawing = Drawing(
      width: Self.width, height: Self.height, title: "Roofline, \(name)",
      summary: "\(points.count) convolutions by operations per byte and GFLOP/s"
        + (roofs.peak.map { "; FMA peak \(NumberText.gflops($0)) GFLOP/s" } ?? "")
        + roofs.levels.map { "; \($0.name) \(NumberText.significant($0.bandwidth)) GB/s" }.joined())
    axes(&drawing, x, y)
    var taken = roofLines(&drawing, x, y)
    for point in points {
      var mark = StrategyStyle.mark(point.strategy)
      if point.mark == "!" { mark.style += " doubtful" }
      drawing.mark(
        mark, x: x(point.intensity), y: y(point.gflops), size: 3.8,
        tip: point.tip)
    }
    let notable = notable(x, y)
    let spots = points.map { (x: x($0.intensity), y: y($0.gflops)) }
    for point in notable {
      let (px, py) = (x(point.intensity), y(point.gflops))
      taken.append(
        Drawing.PlacedText(text: "", left: px - 7, right: px + 7, top: py - 7, bottom: py + 7))
    }
    for point in notable {
      label(point, &drawing, x(point.intensity), y(point.gflops), spots, &taken)
    }
    return drawing
  }

  private func axes(_ drawing: inout Drawing, _ x: LogScale, _ y: LogScale) {
    for tick in x.ticks {
      drawing.line(x(tick), Self.top, x(tick), Self.bottom, style: "grid")
      drawing.text(
        TickText.of(tick), x: x(tick), y: Self.bottom + 17, size: 11.5, anchor: .middle,
        style: "soft")
    }
    for tick in y.ticks {
      drawing.line(Self.left, y(tick), Self.right, y(tick), style: "grid")
      drawing.text(
        TickText.of(tick), x: Self.left - 7, y: y(tick) + 4, size: 11.5, anchor: .end, style: "soft"
      )
    }
    drawing.line(Self.left, Self.bottom, Self.right, Self.bottom, style: "axis")
    drawing.line(Self.left, Self.top, Self.left, Self.bottom, style: "axis")
    drawing.text(
      "operations per byte, FLOP/B", x: (Self.left + Self.right) / 2, y: Self.bottom + 40,
      anchor: .middle, style: "soft")
    drawing.text("GFLOP/s", x: 4, y: Self.top - 14, style: "soft")
  }

  /// - Returns: where their names stand.
  private func roofLines(
    _ drawing: inout Drawing, _ x: LogScale, _ y: LogScale
  ) -> [Drawing.PlacedText] {
    let ceiling = min(roofs.peak ?? y.high, y.high)
    var furthest = x.high
    for level in roofs.levels {
      // From the axis or the bottom, whichever the line meets first, up to the ridge.
      let start = max(x.low, y.low / level.bandwidth)
      let ridge = ceiling / level.bandwidth
      furthest = min(furthest, ridge)
      guard ridge > start else { continue }
      drawing.path(
        [
          (x(start), y(start * level.bandwidth)),
          (x(min(ridge, x.high)), y(min(ridge, x.high) * level.bandwidth)),
        ], style: "roof")
    }
    var placed: [Drawing.PlacedText] = []
    for level in roofs.levels.reversed() {
      let start = max(x.low, y.low / level.bandwidth)
      guard ceiling / level.bandwidth > start else { continue }
      // Under the start of the line, or further up where another name is there.
      let text = "\(level.name) \(NumberText.significant(level.bandwidth, digits: 3)) GB/s"
      for step in 0..<8 {
        let at = start * pow(1.25, Double(step))
        let (px, py) = (x(at), y(at * level.bandwidth))
        let place = Drawing.place(text, x: px + 7, y: py + 15, size: 11.5, anchor: .start)
        guard !placed.contains(where: place.overlaps), place.bottom < Self.bottom else { continue }
        drawing.text(text, x: px + 7, y: py + 15, size: 11.5, style: "halo")
        placed.append(place)
        break
      }
    }
    if let peak = roofs.peak {
      let start = roofs.levels.isEmpty ? x.low : max(furthest, x.low)
      drawing.line(x(start), y(peak), Self.right, y(peak), style: "roof")
      let text = "FMA peak \(NumberText.gflops(peak)) GFLOP/s"
      let place = Drawing.place(text, x: Self.left + 8, y: y(peak) - 7, size: 11.5, anchor: .start)
      drawing.text(text, x: place.left, y: y(peak) - 7, size: 11.5, style: "halo")
      placed.append(place)
    }
    return placed
  }

  /// The slowest, the fastest, and the slowest of those that reach little of the peak.
  private func notable(_ x: LogScale, _ y: LogScale) -> [RooflinePoint] {
    var chosen: [RooflinePoint] = []
    func isNear(_ one: RooflinePoint, _ other: RooflinePoint) -> Bool {
      abs(x(one.intensity) - x(other.intensity)) < 50 && abs(y(one.gflops) - y(other.gflops)) < 16
    }
    func add(_ candidates: [RooflinePoint], _ count: Int) {
      for point in candidates {
        if chosen.count >= count { return }
        let known = chosen.contains {
          $0.problems == point.problems || $0.network == point.network || isNear($0, point)
        }
        if !known { chosen.append(point) }
      }
    }
    let bySpeed = points.sorted { $0.gflops > $1.gflops }
    add(points, 3)
    add(bySpeed, 6)
    add(bySpeed.reversed(), 9)
    add(points.filter { $0.gflops < 0.5 * (roofs.peak ?? 0) }, 12)
    return chosen
  }

  /// Where it hides the fewest points; nowhere rather than over a crowd.
  private func label(
    _ point: RooflinePoint, _ drawing: inout Drawing, _ px: Double, _ py: Double,
    _ spots: [(x: Double, y: Double)], _ taken: inout [Drawing.PlacedText]
  ) {
    let text = TextWidth.shortened(point.label, size: 11, to: 190)
    let places: [(x: Double, y: Double, anchor: Drawing.Anchor)] = [
      (px + 10, py + 4, .start), (px - 10, py + 4, .end), (px, py - 12, .middle),
      (px, py + 20, .middle), (px + 8, py - 12, .start), (px - 8, py + 20, .end),
      (px + 8, py + 20, .start), (px - 8, py - 12, .end), (px, py - 26, .middle),
    ]
    let free = places.compactMap { place -> (box: Drawing.PlacedText, y: Double, hidden: Int)? in
      let box = Drawing.place(text, x: place.x, y: place.y, size: 11, anchor: place.anchor)
      guard box.left > Self.left + 2, box.right < Self.right, box.top > Self.top,
        box.bottom < Self.bottom - 2, !taken.contains(where: box.overlaps)
      else { return nil }
      let hidden = spots.count {
        $0.x > box.left - 3 && $0.x < box.right + 3 && $0.y > box.top - 3 && $0.y < box.bottom + 3
      }
      return (box, place.y, hidden)
    }
    guard let best = free.min(by: { $0.hidden < $1.hidden }), best.hidden <= 4 else { return }
    drawing.mark(ChartMark(shape: .circle, style: "thin"), x: px, y: py, size: 6.5)
    drawing.text(text, x: best.box.left, y: best.y, size: 11, style: "halo", tip: point.tip)
    taken.append(best.box)
  }
}
