import KernelLibrary

/// One colour and one shape a strategy, in every chart.
enum StrategyStyle {
  /// Of fused layers, which are no strategy's and no point in any chart.
  private static let fused = ("fused", colour: 5)
  private static var order: [String] { StrategyTable.names + [fused.0] }

  private static func appearance(_ strategy: String) -> ChartAppearance {
    (try? StrategyTable.strategy(named: strategy))?.appearance ?? .plain
  }

  static func mark(_ strategy: String) -> ChartMark { mark(appearance(strategy)) }

  /// Of the two convolutions that stand for one, which are no strategy's.
  static var depthwisePair: ChartMark { mark(ChartAppearance(colour: 2, mark: .cross)) }

  private static func mark(_ appearance: ChartAppearance) -> ChartMark {
    ChartMark(shape: ChartMark.Shape(appearance.mark), style: "point f\(appearance.colour)")
  }

  static func fill(_ strategy: String) -> String {
    if strategy == fused.0 { return "f\(fused.colour)" }
    return "f\(appearance(strategy).colour)"
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

extension ChartMark.Shape {
  init(_ mark: ChartAppearance.Mark) {
    self =
      switch mark {
      case .circle: .circle
      case .square: .square
      case .diamond: .diamond
      case .triangle: .triangle
      case .cross: .cross
      case .bar: .bar
      }
  }
}

extension ReportData {
  /// The series whose layers are drawn: of every machine tuned ones where there are any, most networks
  /// first, at most four or one a machine, in the order of the charts.
  var layerSeries: [Series] {
    let counts = Dictionary(grouping: layers, by: \.series).mapValues {
      Set($0.map(\.network)).count
    }
    let tuned = Set(counts.keys.filter { $0.choice == "plan" }.map(\.machine))
    let best = counts.filter { !tuned.contains($0.key.machine) || $0.key.choice == "plan" }
      .sorted { left, right in
        let places = (
          series.firstIndex(of: left.key) ?? .max, series.firstIndex(of: right.key) ?? .max
        )
        return (-left.value, places.0) < (-right.value, places.1)
      }.map(\.key)
    return spread(best, most: 4)
  }

  /// What is said where more series have layers than are drawn.
  var omittedLayerSeries: Markup {
    let all = Set(layers.map(\.series)).count
    guard all > layerSeries.count else { return "" }
    return """
      <p class="note">Drawn are \(layerSeries.count) of \(all) configurations: tuned ones, of every \
      machine those with the most networks.</p>

      """
  }
}
