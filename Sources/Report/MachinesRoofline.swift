import Base
import Convolution
import Foundation

/// One roofline for all machines: equal layers joined by arrows, from the first machine to the others.
struct MachinesRoofline {
  /// What a machine reaches, and its limits.
  struct Side {
    /// Short, as in charts.
    var name: String
    var points: [RooflinePoint]
    var roofs: Roofs
  }

  /// A layer that several machines ran, by side; nil where one did not.
  struct Layer {
    var label: String
    var points: [RooflinePoint?]
  }

  let sides: [Side]
  /// The slowest on the first machine, the slowest first.
  let layers: [Layer]

  /// As many arrows as can be told apart.
  private static let limit = 14
  /// Of one network.
  private static let networkLimit = 3
  private static let left = 52.0
  private static let top = 26.0

  init(_ sides: [Side]) {
    self.sides = sides
    struct Key: Hashable {
      var network: String
      var problems: [ConvolutionProblem]
    }
    let maps = sides.map { side in
      Dictionary(
        side.points.map { (Key(network: $0.network, problems: $0.problems), $0) },
        uniquingKeysWith: { first, _ in first })
    }
    var seen: Set<[ConvolutionProblem]> = []
    var counts: [String: Int] = [:]
    layers = (sides.first?.points ?? []).compactMap { point in
      let key = Key(network: point.network, problems: point.problems)
      let points = maps.map { $0[key] }
      guard points.dropFirst().contains(where: { $0 != nil }),
        counts[point.network, default: 0] < Self.networkLimit,
        seen.insert(point.problems).inserted
      else { return nil }
      counts[point.network, default: 0] += 1
      return Layer(label: point.label, points: points)
    }.prefix(Self.limit).map(\.self)
  }

  static func style(_ side: Int) -> String { "f\(side % HTMLStyle.paletteSize)" }

  static func mark(_ side: Int, _ more: String = "") -> ChartMark {
    ChartMark(
      shape: ChartMark.Shape.allCases[side % ChartMark.Shape.allCases.count],
      style: style(side) + more)
  }

  func drawing(width: Double) -> Drawing {
    let height = width < 500 ? 400.0 : 520
    let (right, bottom) = (width - 8, height - 46)
    let drawn = sides.flatMap(\.points)
    let arrows = layers.flatMap { $0.points.compactMap(\.self) }
    let slowest = max(arrows.map(\.gflops).min() ?? 1, 1e-3)
    let x = LogScale(
      low: min(drawn.map(\.intensity).min() ?? 0.25, 1) / 2.5,
      high: max(drawn.map(\.intensity).max() ?? 100, 20) * 1.3, from: Self.left, to: right)
    let most = max(drawn.map(\.gflops).max() ?? 1, sides.compactMap(\.roofs.peak).max() ?? 1) * 1.25
    let y = LogScale(low: min(slowest / 3, most / 100), high: most, from: bottom, to: Self.top)
    var drawing = Drawing(
      width: width, height: height,
      title: "Roofline of \(ReportText.count(sides.count, "machine"))",
      summary: sides.map { side in
        side.name + (side.roofs.peak.map { ": FMA peak \(NumberText.gflops($0)) GFLOP/s" } ?? "")
          + side.roofs.levels.map { ", \($0.name) \(NumberText.significant($0.bandwidth)) GB/s" }
          .joined()
      }.joined(separator: "; "))
    axes(&drawing, x, y, bottom)
    var taken: [Drawing.PlacedText] = []
    for index in sides.indices { roofs(index, &drawing, x, y, &taken) }
    for (index, side) in sides.enumerated() {
      for point in side.points where point.gflops >= y.low {
        drawing.mark(
          Self.mark(index, " faint"), x: x(point.intensity), y: y(point.gflops), size: 2.6,
          tip: point.tip)
      }
    }
    for (number, layer) in layers.enumerated() {
      draw(layer, number + 1, &drawing, x, y, &taken)
    }
    return drawing
  }

  private func axes(_ drawing: inout Drawing, _ x: LogScale, _ y: LogScale, _ bottom: Double) {
    let isNarrow = drawing.width < 500
    for (index, tick) in x.ticks.enumerated() {
      drawing.line(x(tick), Self.top, x(tick), bottom, style: "grid")
      if isNarrow, index % 2 == 1 { continue }
      let at = min(x(tick), drawing.width - 14)
      drawing.text(
        TickText.of(tick), x: at, y: bottom + 15, size: 11, anchor: .middle, style: "soft")
    }
    for tick in y.ticks {
      drawing.line(Self.left, y(tick), drawing.width - 8, y(tick), style: "grid")
      drawing.text(
        TickText.of(tick), x: Self.left - 6, y: y(tick) + 4, size: 11, anchor: .end, style: "soft")
    }
    drawing.line(Self.left, bottom, drawing.width - 8, bottom, style: "axis")
    drawing.line(Self.left, Self.top, Self.left, bottom, style: "axis")
    drawing.text(
      "operations per byte, FLOP/B", x: (Self.left + drawing.width) / 2, y: bottom + 36, size: 11.5,
      anchor: .middle, style: "soft")
    drawing.text("GFLOP/s", x: 2, y: Self.top - 12, size: 11.5, style: "soft")
  }

  /// A machine's lines, and their names where there is room.
  private func roofs(
    _ index: Int, _ drawing: inout Drawing, _ x: LogScale, _ y: LogScale,
    _ taken: inout [Drawing.PlacedText]
  ) {
    let side = sides[index]
    let ceiling = side.roofs.peak ?? y.high
    func name(_ text: String, _ places: [(x: Double, y: Double)]) {
      let free = places.lazy.map { Drawing.place(text, x: $0.x, y: $0.y, size: 11, anchor: .start) }
        .first { place in
          !taken.contains(where: place.overlaps) && place.right < drawing.width - 4
            && place.bottom < y.start - 2 && place.top > Self.top - 12
        }
      guard let free else { return }
      drawing.text(text, x: free.left, y: free.bottom - 0.25 * 11, size: 11, style: "halo")
      taken.append(free)
    }
    var nearest = x.high
    for level in side.roofs.levels.reversed() {
      let start = max(x.low, y.low / level.bandwidth)
      let ridge = min(ceiling / level.bandwidth, x.high)
      nearest = min(nearest, ridge)
      guard ridge > start else { continue }
      drawing.path(
        [(x(start), y(start * level.bandwidth)), (x(ridge), y(ridge * level.bandwidth))],
        style: "level \(Self.style(index)) hollow")
      let steps = (0..<14).map { start * pow(1.25, Double($0)) }.filter { $0 < ridge }
      name(
        "\(side.name) \(level.name) \(NumberText.significant(level.bandwidth, digits: 3))",
        steps.map { (x($0) + 5, y($0 * level.bandwidth) + 14) })
    }
    if let peak = side.roofs.peak {
      let from = side.roofs.levels.isEmpty ? x.low : max(nearest, x.low)
      drawing.line(
        x(from), y(peak), drawing.width - 8, y(peak), style: "curve \(Self.style(index))")
      name(
        "\(side.name) peak \(NumberText.significant(peak, digits: 3))",
        [-5.0, 14].map { (Self.left + 6, y(peak) + $0) })
    }
  }

  private func draw(
    _ layer: Layer, _ number: Int, _ drawing: inout Drawing, _ x: LogScale, _ y: LogScale,
    _ taken: inout [Drawing.PlacedText]
  ) {
    guard let first = layer.points[0] else { return }
    let (fx, fy) = (x(first.intensity), y(first.gflops))
    for (index, point) in layer.points.enumerated() {
      guard let point else { continue }
      let (px, py) = (x(point.intensity), y(point.gflops))
      if index > 0 { drawing.arrow(fx, fy, px, py, style: "thin") }
      drawing.mark(Self.mark(index), x: px, y: py, size: 4.4, tip: point.tip)
    }
    let text = "\(number)"
    let places = [
      (7.0, 4.0), (-7 - TextWidth.of(text, size: 11, bold: true), 4), (-3, -8), (-3, 17), (7, -6),
      (7, 14), (-3, -19), (12, -14),
    ]
    let free = places.lazy.map {
      Drawing.place(text, x: fx + $0.0, y: fy + $0.1, size: 11, anchor: .start, bold: true)
    }.first { place in !taken.contains(where: place.overlaps) && place.right < drawing.width }
    guard let free else { return }
    drawing.text(text, x: free.left, y: free.bottom - 0.25 * 11, size: 11, style: "halo bold")
    taken.append(free)
  }
}
