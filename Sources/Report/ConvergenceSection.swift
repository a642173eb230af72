import Base
import Races

/// How soon the race of every layer knew its winner.
struct ConvergenceSection {
  let data: ReportData
  let races: [LayerRace]

  /// Rows of a chart.
  static let limit = 60

  /// nil without races.
  var section: HTMLPage.Section? {
    struct Group: Hashable {
      var machine: String
      var threads: Int
      var isa: String
    }
    var order: [Group] = []
    var members: [Group: [LayerRace]] = [:]
    for race in races where race.raced > 1 {
      let group = Group(machine: race.machine, threads: race.threads, isa: race.isa)
      if members[group] == nil { order.append(group) }
      members[group, default: []].append(race)
    }
    guard !order.isEmpty else { return nil }
    let charts = order.map { group -> Markup in
      let chart = ConvergenceChart(members[group] ?? [], layers(group.machine))
      let machine = data.machines.first { $0.id == group.machine }?.name ?? group.machine
      return """
        <figure><figcaption><b>\(machine) · \(ReportText.threads(group.threads)) · \
        \(ReportText.isa(group.isa))</b><br>\(ReportText.count(chart.rows.count, "race"))</figcaption>
        \(Figure.markup(wide: 860) { chart.drawing(width: $0) })</figure>
        \(chart.table.folded("These races as a table"))
        """
    }
    let entries = ConvergenceChart.classes.enumerated().map { index, entry in
      (
        name: entry.name,
        shape: """
        <rect x="1" y="1" width="12" height="12" rx="2" class="\(ConvergenceChart.style(index))"/>
        """ as Markup
      )
    }
    return HTMLPage.Section(
      id: "convergence", title: "How soon the races were decided",
      content: """
        <p>Candidates of a layer run in common rounds, and who is slower with confidence leaves. Every \
        bar is a race, from its first round to its last; its colour says who led by the median of the \
        rounds so far: the later winner, or another, and how much slower that one was in the end. \
        Had the race been stopped there, this would have been lost.</p>
        \(StrategyStyle.legend(entries))\(charts)
        """)
  }

  /// Names by descriptor and epilogue: of the first layer that has them, of this machine's before
  /// others'.
  private func layers(_ machine: String) -> [String: String] {
    var names: [String: String] = [:]
    for isOwn in [true, false] {
      for layer in data.layers where (layer.series.machine == machine) == isOwn {
        guard let problem = layer.problem else { continue }
        let key = "\(problem) \(layer.epilogue)"
        if names[key] == nil { names[key] = "\(layer.network.name) \(layer.name)" }
      }
    }
    return names
  }
}

/// A bar a race, over its rounds.
struct ConvergenceChart {
  /// Upper ends of what the leader loses.
  static let classes: [(name: String, below: Double)] = [
    ("the winner leads", 0), ("another, a tie in the end", 0.01), ("1 to 5 % slower", 0.05),
    ("5 to 20 % slower", 0.2), ("more", .infinity),
  ]

  static func style(_ index: Int) -> String { ["f2", "m1", "m2", "m4", "f5"][index] }

  struct Row {
    var name: String
    var race: LayerRace
  }

  private(set) var rows: [Row]

  private static let rowHeight = 18.0
  private static let top = 6.0

  /// - Parameter names: of layers by descriptor and epilogue.
  init(_ races: [LayerRace], _ names: [String: String]) {
    // The newest race of a layer.
    var newest: [String: LayerRace] = [:]
    for race in races where (newest[race.layer]?.finished ?? 0) < race.finished {
      newest[race.layer] = race
    }
    rows = newest.values.map { race in
      Row(name: names[race.layer] ?? race.layer, race: race)
    }.sorted {
      (-$0.race.settled, -$0.race.regrets.count, $0.name)
        < (-$1.race.settled, -$1.race.regrets.count, $1.name)
    }
    rows = Array(rows.prefix(ConvergenceSection.limit))
  }

  private static func place(_ regret: Double) -> Int {
    regret == 0 ? 0 : classes.indices.dropFirst().first { regret < classes[$0].below } ?? 4
  }

  func drawing(width: Double) -> Drawing {
    let isNarrow = width < 500
    let longest = rows.map { TextWidth.of($0.name, size: 11.5) }.max() ?? 0
    let left = min(longest, width * 0.36) + 10
    let right = width - (isNarrow ? 12 : 236)
    let bottom = Self.top + Double(rows.count) * Self.rowHeight + 2
    let most = Double(rows.map(\.race.regrets.count).max() ?? 2)
    // A round is from its number to the next.
    let scale = LogScale(low: 1, high: most + 1, from: left, to: right)
    var drawing = Drawing(
      width: width, height: bottom + 36, title: "Who led the races of the layers",
      summary: rows.prefix(12).map {
        "\($0.name): settled after round \($0.race.settled) of \($0.race.regrets.count)"
      }.joined(separator: "; "))
    for tick in scale.ticks {
      drawing.line(scale(tick), 2, scale(tick), bottom, style: "grid")
      drawing.text(
        TickText.of(tick), x: scale(tick), y: bottom + 14, size: 11, anchor: .middle, style: "soft")
    }
    for (index, row) in rows.enumerated() {
      let y = Self.top + Double(index) * Self.rowHeight
      drawing.text(row.name, x: left - 8, y: y + 12.5, size: 11.5, anchor: .end, limit: left - 9)
      draw(row, y, scale, &drawing)
      guard !isNarrow else { continue }
      drawing.text(
        "\(row.race.candidates) candidates, \(row.race.raced) raced, \(row.race.ending.rawValue)",
        x: right + 8, y: y + 12.5, size: 11, style: "soft", limit: width - right - 10)
    }
    drawing.text(
      "rounds", x: (left + right) / 2, y: bottom + 30, size: 11, anchor: .middle, style: "soft")
    return drawing
  }

  private func draw(_ row: Row, _ y: Double, _ scale: LogScale, _ drawing: inout Drawing) {
    let places = row.race.regrets.map(Self.place)
    var start = 0
    for index in places.indices
    where index + 1 == places.count || places[index + 1] != places[index] {
      let (from, to) = (scale(Double(start + 1)), scale(Double(index + 2)))
      drawing.rectangle(
        x: from, y: y + 2, width: max(to - from - 0.6, 0.4), height: 13,
        style: Self.style(places[index]),
        tip: "\(row.name), rounds \(start + 1) to \(index + 1): \(Self.classes[places[index]].name)"
      )
      start = index + 1
    }
  }

  var table: HTMLTable {
    var table = HTMLTable(
      "Races of the layers",
      [
        .text("layer"), .text("problem"), .text("winner"), .number("candidates"), .number("raced"),
        .number("rounds"), .number("winner leads from round"), .number("lost after round 1"),
        .text("ended"),
      ])
    for row in rows {
      let race = row.race
      table.add([
        "\(row.name)", "<code>\(race.layer)</code>", "\(race.winner.replacing(",", with: ", "))",
        "\(race.candidates)", "\(race.raced)", "\(race.regrets.count)", "\(race.settled)",
        "\(NumberText.percent(race.regrets.first ?? 0))", "\(race.ending.rawValue)",
      ])
    }
    return table
  }
}
