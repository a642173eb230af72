import Base
import Convolution
import Measurement
import Plans

/// What won each layer's race, and by how much: from the plans.
struct WinnersSection {
  let data: ReportData

  static let rowLimit = 40

  var section: HTMLPage.Section {
    HTMLPage.Section(id: "winners", title: "Winners of the layers' races", content: content)
  }

  private var content: Markup {
    let winners = Winner.all(data.folder.plans)
    guard !winners.isEmpty else {
      return """
        <p class="absent">There are no plans in the results folder. <code>convbench suite</code> \
        writes them to <code>plans/</code> beside its CSV files (they are not kept in the \
        repository); they carry each layer's winner, its runner-up and the margin.</p>
        """
    }
    let raced = winners.filter { $0.layer.medianMs != nil }
    let blocks = FusedWinner.all(data.folder.plans)
    let chart = MarginChart(winners, blocks)
    return """
      <p>From \(ReportText.count(data.folder.plans.count, "plan")): \
      \(ReportText.count(winners.count, "different layer")), \
      \(NumberText.grouped(raced.count)) of them measured. The margin says how much slower the next \
      candidate was, by samples of the same rounds; it may be of the same strategy. Below 1 % is a \
      tie, which goes to the candidate with less workspace.\(blocks.isEmpty ? "" : Self.blockNote)</p>
      \(StrategyStyle.legend(MarginChart.classes.enumerated().map { index, entry in
        (entry.name, "<rect x=\"1\" y=\"1\" width=\"12\" height=\"12\" rx=\"2\" class=\"\(MarginChart.style(index))\"/>")
      }))<figure>\(chart.drawing.markup)</figure>
      \(table(raced))
      \(blocks.isEmpty ? "" : table(blocks))
      """
  }

  private static let blockNote: Markup = """
     Blocks of layers that are faster together are <code>fused</code>; their layers won their own \
    races as well, and run only within the block.
    """

  private func table(_ blocks: [FusedWinner]) -> Markup {
    var table = HTMLTable(
      "Fused blocks against their layers one after the other, within the network",
      [
        .text("network"), .text("layers"), .text("problems"), .number("rows of a band"),
        .number("ms"), .number("separately, ms"), .number("margin"), .text("on"),
      ])
    let names = Dictionary(
      data.machines.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    for block in blocks.sorted(by: { $0.fusion.medianMs > $1.fusion.medianMs }).prefix(
      Self.rowLimit)
    {
      let on = block.conditions
      let apart = block.fusion.apart
      table.add([
        "\(block.network)", "\(block.layers.map(\.name).joined(separator: ", "))",
        "<code>\(block.layers.map(\.problem.description).joined(separator: " + "))</code>",
        "\(block.fusion.band)", "\(NumberText.significant(block.fusion.medianMs))",
        "\(apart.map { NumberText.significant($0.ms) } ?? "–")",
        "\(apart.map { MarginText.signed($0.margin) } ?? "–")",
        "\(names[on.machine] ?? on.machine), \(ReportText.threads(on.threads)), \(ReportText.isa(on.isa))",
      ])
    }
    return table.markup
  }

  private func table(_ winners: [Winner]) -> Markup {
    let heaviest = winners.sorted { $0.total > $1.total }.prefix(Self.rowLimit)
    let names = Dictionary(
      data.machines.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    let several = Set(winners.map(\.conditions)).count > 1
    var table = HTMLTable(
      "The \(heaviest.count) layers that take the most time in all plans together, of "
        + "\(winners.count)",
      [.text("problem"), .text("occurs in"), .text("winner")]
        + [.number("ms"), .number("95 % interval, ms"), .text("runner-up"), .number("margin")]
        + (several ? [.text("on")] : []))
    for winner in heaviest {
      let layer = winner.layer
      let interval = layer.intervalMs.map {
        "\(NumberText.significant($0.low)) – \(NumberText.significant($0.high))"
      }
      let margin = layer.margin.map(MarginText.signed)
      let doubt = ReportText.mark("\(layer.validity)")
      var cells: [Markup] = [
        "<code>\(layer.problem.description)</code>",
        "\(ReportText.list(winner.networks, most: 2))",
        "\(layer.strategy) <small>\(ReportText.configuration(layer.configuration))</small>",
        "\(layer.medianMs.map { NumberText.significant($0) } ?? "–") \(doubt)",
        "\(interval ?? "–")",
        "\(layer.runnerUp?.strategy ?? "–") <small>\(layer.runnerUp.map { ReportText.configuration($0.configuration) } ?? "")</small>",
        "\(margin ?? "–")",
      ]
      if several {
        let on = winner.conditions
        cells.append(
          """
          \(names[on.machine] ?? on.machine), \(ReportText.threads(on.threads)), \
          \(ReportText.isa(on.isa))
          """)
      }
      table.add(cells)
    }
    return table.markup
  }
}

/// A layer as one machine and team raced it, and the networks that have it.
struct Winner {
  struct Conditions: Hashable {
    var machine: String
    var threads: Int
    var isa: String
  }

  var conditions: Conditions
  var layer: PlanLayer
  var networks: [String]
  /// Milliseconds over all its occurrences.
  var total: Double

  private struct Key: Hashable {
    var conditions: Conditions
    var workload: Workload
  }

  static func all(_ plans: [Plan]) -> [Winner] {
    var order: [Key] = []
    var winners: [Key: Winner] = [:]
    for plan in plans {
      let conditions = Conditions(
        machine: plan.machine.id, threads: plan.threads.count, isa: plan.isa.rawValue)
      for layer in plan.layers {
        let key = Key(conditions: conditions, workload: layer.workload)
        var winner =
          winners[key] ?? Winner(conditions: conditions, layer: layer, networks: [], total: 0)
        if winners[key] == nil { order.append(key) }
        if winner.networks.last != plan.network.name { winner.networks.append(plan.network.name) }
        winner.total += layer.medianMs ?? 0
        winners[key] = winner
      }
    }
    return order.compactMap { winners[$0] }
  }
}

/// A fused block of a plan: it won against its layers.
struct FusedWinner {
  var conditions: Winner.Conditions
  var network: String
  var layers: [PlanLayer]
  var fusion: PlanFusion

  static func all(_ plans: [Plan]) -> [FusedWinner] {
    plans.flatMap { plan in
      plan.fusions.map { fusion in
        FusedWinner(
          conditions: Winner.Conditions(
            machine: plan.machine.id, threads: plan.threads.count, isa: plan.isa.rawValue),
          network: plan.network.name, layers: Array(plan.layers[fusion.fusion.layers]),
          fusion: fusion)
      }
    }
  }
}

/// How many layers each strategy won, by how clear it was.
struct MarginChart {
  /// Upper ends of the margins.
  static let classes: [(name: String, below: Double)] = [
    ("tie, below 1 %", 0.01), ("1 to 5 %", 0.05), ("5 to 20 %", 0.2), ("20 to 100 %", 1),
    ("more than twice as fast", .infinity), ("no runner-up or not measured", .nan),
  ]

  private let strategies: [String]
  private var counts: [String: [Int]] = [:]

  private static let width = 760.0
  private static let rowHeight = 26.0

  init(_ winners: [Winner], _ blocks: [FusedWinner] = []) {
    let all =
      winners.map { (strategy: $0.layer.strategy, margin: $0.layer.margin) }
      + blocks.map { (strategy: "fused", margin: $0.fusion.apart?.margin) }
    strategies = StrategyStyle.sorted(all.map(\.strategy))
    for (strategy, margin) in all {
      let index =
        margin.flatMap { margin in Self.classes.firstIndex { margin < $0.below } }
        ?? Self.classes.count - 1
      counts[strategy, default: Array(repeating: 0, count: Self.classes.count)][index] += 1
    }
  }

  static func style(_ index: Int) -> String { index == classes.count - 1 ? "rest" : "m\(index)" }

  var drawing: Drawing {
    let left = 92.0
    let right = Self.width - 110
    let bottom = Double(strategies.count) * Self.rowHeight + 4
    let totals = strategies.map { (counts[$0] ?? []).reduce(0, +) }
    let scale = LinearScale(maximum: Double(totals.max() ?? 1), from: left, to: right)
    var drawing = Drawing(
      width: Self.width, height: bottom + 40, title: "Layers won by each strategy",
      summary: zip(strategies, totals).map { "\($0): \($1)" }.joined(separator: "; "))
    for tick in scale.ticks(about: 8) {
      drawing.line(scale(tick), 2, scale(tick), bottom, style: "grid")
      drawing.text(
        TickText.of(tick), x: scale(tick), y: bottom + 15, size: 11, anchor: .middle, style: "soft")
    }
    for (row, strategy) in strategies.enumerated() {
      let y = Double(row) * Self.rowHeight + 4
      drawing.text(strategy, x: left - 8, y: y + 14, anchor: .end, limit: left - 10)
      var start = 0.0
      for (index, count) in (counts[strategy] ?? []).enumerated() where count > 0 {
        let (from, to) = (scale(start), scale(start + Double(count)))
        drawing.rectangle(
          x: from, y: y + 2, width: to - from, height: 16, style: Self.style(index),
          tip: "\(strategy): \(count) with margin: \(Self.classes[index].name)")
        start += Double(count)
      }
      drawing.text(
        ReportText.count(totals[row], "layer"), x: right + 8, y: y + 14, limit: 102)
    }
    drawing.line(left, 0, left, bottom, style: "axis")
    drawing.text(
      "different layers won", x: (left + right) / 2, y: bottom + 34, size: 11, anchor: .middle,
      style: "soft")
    return drawing
  }
}
