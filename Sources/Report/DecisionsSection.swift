import Base

/// Which algorithm every layer got, machine by machine.
struct DecisionsSection {
  let data: ReportData
  /// Of the folder.
  let races: [LayerRace]

  /// So many networks at most.
  private static let limit = 24

  /// nil where no two series ran one network.
  var section: HTMLPage.Section? {
    let names = SeriesNames(data, of: data.series)
    let margins = LayerMargins(data, races)
    let grids = data.networks.compactMap {
      LayerGrid(data, $0, data.sideBySide, margins: margins)
    }.prefix(Self.limit)
    guard let first = grids.max(by: { Self.rank($0) < Self.rank($1) }) else { return nil }
    let strategies = StrategyStyle.sorted(
      grids.flatMap { $0.rows.flatMap { $0.cells.compactMap { $0 }.flatMap(\.strategies) } })
    let hasMargins = grids.contains { grid in
      grid.rows.contains { $0.cells.contains { $0?.margin != nil } }
    }
    let strength: Markup =
      hasMargins
      ? """
       The stronger the colour, the clearer it won: a tie, up to 5, 20, 100 % and more over the next \
      candidate; white where no plan or race in the folder says by how much.
      """
      : """
       By how much it won is in plans, of which the folder has none for these; without, cells stay \
      white.
      """
    let rest = grids.filter { $0.network != first.network }.map { grid -> Markup in
      """
      <details><summary>\(title(grid))</summary>
      \(table(grid, names).markup)</details>

      """
    }
    return HTMLPage.Section(
      id: "decisions", title: "Which decisions differ?",
      content: """
        <p>The layers' times and algorithms in the running network, side by side; equal neighbours are \
        one row with their mean, layers that either side computes together are one row.\(strength) \
        \(ReportText.markLegend).</p>
        \(StrategyStyle.legend(strategies, points: false))
        <h3>\(title(first))</h3>
        \(table(first, names).markup)\(rest)
        """)
  }

  /// Rows in which not all series chose one strategy.
  private static func differing(_ grid: LayerGrid) -> Int {
    grid.rows.count { Set($0.cells.compactMap { $0?.strategies }).count > 1 }
  }

  /// What says most in the least room stands first: known margins, then decisions that differ.
  private static func rank(_ grid: LayerGrid) -> (Double, Double) {
    let known = grid.rows.count { $0.cells.contains { $0?.margin != nil } }
    let rows = Double(max(grid.rows.count, 1))
    return (Double(known) / rows, Double(differing(grid)) / rows)
  }

  private func title(_ grid: LayerGrid) -> String {
    let algorithms = Self.differing(grid)
    let all = grid.rows.count { row in
      Set(row.cells.compactMap { $0.map { "\($0.strategies) \($0.configuration)" } }).count > 1
    }
    return "\(grid.network.label(among: data.networks)): of \(grid.rows.count) rows \(algorithms) "
      + "have another algorithm, \(all - algorithms) another configuration"
  }

  private func table(_ grid: LayerGrid, _ names: SeriesNames) -> HTMLTable {
    let isPair = grid.series.count == 2
    var table = HTMLTable(
      "Layers of \(grid.network.label(among: data.networks))",
      [.text("layer")] + grid.series.map { .number("\(names.short($0)), ms") }
        + (isPair ? [.number("speed")] : []) + [.text("problem")])
    for row in grid.rows {
      var styles: [Int: String] = [:]
      var cells: [Markup] = ["\(row.name)"]
      for (index, cell) in row.cells.enumerated() {
        guard let cell else {
          cells.append("–")
          continue
        }
        let fill = StrategyStyle.fill(cell.strategies[0])
        styles[index + 1] = "heat \(fill)\(Self.strength(cell.margin))"
        let unique = cell.strategies.reduce(into: [String]()) {
          if !$0.contains($1) { $0.append($1) }
        }
        cells.append(
          """
          \(NumberText.significant(cell.ms, digits: 3))\(cell.mark)<small>\
          \(unique.joined(separator: " + "))</small>
          """)
      }
      if isPair {
        let pair = row.cells.compactMap { $0?.ms }
        cells.append(
          pair.count == 2 && pair[1] > 0
            ? "\(NumberText.fixed(pair[0] / pair[1], decimals: 2))×" : "–")
      }
      cells.append(
        "<code>\(row.problems.map(\.description).joined(separator: " + "))</code>")
      table.add(cells, styles: styles)
    }
    return table
  }

  private static func strength(_ margin: Double?) -> String {
    guard let margin else { return "" }
    return " s\(MarginChart.classes.firstIndex { margin < $0.below } ?? 4)"
  }
}
