import KernelLibrary

/// One colour and one shape a strategy, in every chart.
enum StrategyStyle {
  private static let order = [
    "direct", "pointwise", "im2col", "winograd", "depthwise", "separable", "fused",
  ]
  private static let colours = [0, 4, 6, 1, 2, 3, 5]
  /// Fused layers are no point in any chart.
  private static let shapes: [ChartMark.Shape] = [
    .circle, .square, .diamond, .triangle, .cross, .bar,
  ]

  static func mark(_ strategy: String) -> ChartMark {
    guard let index = order.firstIndex(of: strategy), index < shapes.count else {
      return ChartMark(shape: .bar, style: "point f7")
    }
    return ChartMark(shape: shapes[index], style: "point f\(colours[index])")
  }

  static func fill(_ strategy: String) -> String {
    order.firstIndex(of: strategy).map { "f\(colours[$0])" } ?? "f7"
  }

  /// Those that occur, in the order of the charts; unknown ones at the end.
  static func sorted(_ strategies: some Sequence<String>) -> [String] {
    Set(strategies).sorted {
      (order.firstIndex(of: $0) ?? .max, $0) < (order.firstIndex(of: $1) ?? .max, $1)
    }
  }

  /// A list that names shapes and colours.
  static func legend(_ strategies: [String], points: Bool) -> Markup {
    legend(
      strategies.map { name in
        let shape: Markup =
          points
          ? "\(mark(name).shape(x: 7, y: 7, size: 5))/>"
          : "<rect x=\"1\" y=\"1\" width=\"12\" height=\"12\" rx=\"2\" class=\"\(fill(name))\"/>"
        return (name, shape)
      })
  }

  static func legend(_ entries: [(name: String, shape: Markup)]) -> Markup {
    let items = entries.map { entry -> Markup in
      """
      <li><svg viewBox="0 0 14 14" aria-hidden="true">\(entry.shape)</svg>\(entry.name)</li>

      """
    }
    return "<ul class=\"legend\">\(items)</ul>\n"
  }
}

extension ReportData {
  /// The series whose layers are drawn: tuned ones where there are any, most networks first, at most
  /// four, in the order of the charts.
  var layerSeries: [Series] {
    let counts = Dictionary(grouping: layers, by: \.series).mapValues {
      Set($0.map(\.network)).count
    }
    let tuned = counts.keys.contains { $0.choice == "plan" }
    let most = counts.filter { !tuned || $0.key.choice == "plan" }
      .sorted { left, right in
        let places = (
          series.firstIndex(of: left.key) ?? .max, series.firstIndex(of: right.key) ?? .max
        )
        return (-left.value, places.0) < (-right.value, places.1)
      }.prefix(4).map(\.key)
    return series.filter(Set(most).contains)
  }

  /// What is said where more series have layers than are drawn.
  var omittedLayerSeries: Markup {
    let all = Set(layers.map(\.series)).count
    guard all > layerSeries.count else { return "" }
    return """
      <p class="note">Drawn are \(layerSeries.count) of \(all) configurations: tuned ones, those with \
      the most networks.</p>

      """
  }
}
