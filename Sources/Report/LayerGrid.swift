import Base
import Convolution

/// A network's convolutions, several series side by side: a row a layer, or the layers that any of
/// the series computes together.
struct LayerGrid {
  struct Cell {
    var ms: Double
    /// In the order of execution; one, unless blocks were united.
    var strategies: [String]
    var configuration: String
    /// How much slower the next candidate was; nil where no plan or race says so.
    var margin: Double?
    var mark: String
  }

  struct Row {
    /// The first and the last layer's.
    var first: String
    var last: String
    var count = 1
    var problems: [ConvolutionProblem]
    /// By series; of equal layers the mean.
    var cells: [Cell?]

    /// Such as `layer7`, `layer7..layer11 ×5` for equal ones or a block's `a..b`.
    var name: String {
      first == last ? first : count > 1 ? "\(first)..\(last) ×\(count)" : "\(first)..\(last)"
    }
  }

  let network: ReportData.Network
  let series: [ReportData.Series]
  private(set) var rows: [Row] = []

  /// nil unless two of the series ran the network, with the same layers.
  init?(
    _ data: ReportData, _ network: ReportData.Network, _ all: [ReportData.Series],
    margins: LayerMargins
  ) {
    self.network = network
    let layers = data.layers.filter { $0.network == network && $0.places != nil }
    series = all.filter { one in layers.contains { $0.series == one } }
    guard series.count > 1 else { return nil }
    var known: [Int: [ConvolutionProblem]] = [:]
    for layer in layers {
      guard let places = layer.places else { continue }
      if places.count == 1 {
        // Other layers at one place: another network, whatever it is called.
        if let other = known[places.lowerBound], other != layer.problems { return nil }
        known[places.lowerBound] = layer.problems
      }
    }
    let columns = series.map { one in layers.filter { $0.series == one } }
    for range in Self.united(layers.compactMap(\.places)) {
      add(range, columns, margins)
    }
  }

  /// Overlapping ranges as one.
  private static func united(_ ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
    var united: [ClosedRange<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = united.last, last.upperBound >= range.lowerBound {
        united[united.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        united.append(range)
      }
    }
    return united
  }

  private mutating func add(
    _ range: ClosedRange<Int>, _ columns: [[ReportData.Layer]], _ margins: LayerMargins
  ) {
    let parts = columns.map { layers in
      layers.filter { $0.places.map { range.contains($0.lowerBound) } ?? false }
    }
    guard let names = parts.first(where: { !$0.isEmpty }) else { return }
    let cells = zip(series, parts).map { one, parts -> Cell? in
      guard !parts.isEmpty else { return nil }
      return Cell(
        ms: parts.reduce(0) { $0 + $1.ms }, strategies: parts.map(\.strategy),
        configuration: parts.map(\.configuration).joined(separator: " + "),
        margin: parts.count == 1 ? margins[one, parts[0]] : nil,
        mark: ReportText.worst(parts.map(\.mark)))
    }
    let problems = parts.map { $0.flatMap(\.problems) }.max { $0.count < $1.count } ?? []
    let row = Row(
      first: Self.start(names[0].name), last: Self.end(names[names.count - 1].name),
      problems: problems, cells: cells)
    guard let last = rows.last, Self.areAlike(last, row) else {
      rows.append(row)
      return
    }
    rows[rows.count - 1].last = row.last
    rows[rows.count - 1].count += 1
    for index in cells.indices {
      let count = Double(last.count)
      guard let old = last.cells[index], let new = cells[index] else { continue }
      rows[rows.count - 1].cells[index]?.ms = (old.ms * count + new.ms) / (count + 1)
      if old.margin != new.margin { rows[rows.count - 1].cells[index]?.margin = nil }
    }
  }

  private static func start(_ name: String) -> String {
    name.components(separatedBy: "..").first ?? name
  }
  private static func end(_ name: String) -> String {
    name.components(separatedBy: "..").last ?? name
  }

  /// Neighbours of one problem that every series computes in one way.
  private static func areAlike(_ one: Row, _ other: Row) -> Bool {
    one.problems.count == 1 && one.problems == other.problems
      && zip(one.cells, other.cells).allSatisfy {
        $0?.strategies == $1?.strategies && $0?.configuration == $1?.configuration
      }
  }
}

/// By how much the layers' winners won, as races and plans say.
struct LayerMargins {
  private struct Key: Hashable {
    var machine: String
    var threads: Int
    var isa: String
    var layer: String
    var candidate: String
  }

  private var margins: [Key: Double] = [:]

  /// - Parameter races: of the folder.
  init(_ data: ReportData, _ races: [LayerRace]) {
    for race in races {
      guard let margin = race.margin else { continue }
      let key = Key(
        machine: race.machine, threads: race.threads, isa: race.isa, layer: race.layer,
        candidate: race.winner)
      margins[key] = margin
    }
    for plan in data.folder.plans {
      for layer in plan.layers {
        guard let margin = layer.margin else { continue }
        let key = Key(
          machine: plan.machine.id, threads: plan.threads.count, isa: plan.isa.rawValue,
          layer: "\(layer.problem) \(layer.epilogue)",
          candidate: "\(layer.strategy) \(layer.configuration)")
        margins[key] = margin
      }
    }
  }

  subscript(series: ReportData.Series, layer: ReportData.Layer) -> Double? {
    guard let problem = layer.problem else { return nil }
    return margins[
      Key(
        machine: series.machine, threads: series.threads, isa: series.isa,
        layer: "\(problem) \(layer.epilogue)", candidate: "\(layer.strategy) \(layer.configuration)"
      )]
  }
}
