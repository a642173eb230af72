import Base
import Foundation
import Measurement

/// Networks or problems in rows, machines (or what else tells rows apart) in columns.
public struct ComparisonMatrix: Sendable {
  /// What the columns differ in.
  public let field: MatchField
  /// In the order of first appearance.
  public private(set) var columns: [String] = []
  public private(set) var keys: [[String]] = []
  /// By key, then by column; nil where there is no such row.
  public private(set) var sides: [[ComparedSide?]] = []
  public let rules: ComparisonRules

  /// - Parameter files: whose rows are taken together.
  /// - Throws: `ComparisonError` where there is nothing to compare.
  public init(_ files: [ResultFile], across field: MatchField, rules: ComparisonRules) throws {
    self.field = field
    var rules = rules
    rules.fields.removeAll { $0 == field }
    guard !rules.fields.isEmpty else {
      throw ComparisonError("--across \(field.rawValue): nothing is left to match rows by")
    }
    self.rules = rules
    let blocks = FusedBlocks(files.flatMap(\.runs))
    let rows = try files.flatMap { try $0.rows(with: blocks) }
    let titles = Self.titles(rows, field)
    var places: [[String]: Int] = [:]
    var groups: [[Int: [MeasuredRow]]] = []
    for row in rows {
      guard let title = titles[Self.identity(row, field)] else { continue }
      let column = columns.firstIndex(of: title) ?? columns.count
      if column == columns.count { columns.append(title) }
      let key = rules.fields.map { $0.value(row) }
      if places[key] == nil {
        places[key] = keys.count
        keys.append(key)
        groups.append([:])
      }
      groups[places[key] ?? 0][column, default: []].append(row)
    }
    sides = groups.map { group in
      columns.indices.map { column in group[column].flatMap { ComparedSide($0, rules) } }
    }
    if let per = rules.per, !sides.joined().contains(where: { $0 != nil }) {
      throw ComparisonError(
        "--per \(per.kind.rawValue): no row has a known \(per.kind.title), which takes "
          + per.kind.source)
    }
    guard columns.count > 1 else {
      throw ComparisonError(
        "all rows are of one \(field.rawValue), \(columns.first ?? "none"); give files of several")
    }
  }

  /// Machines are told apart by their ids, whatever they are called.
  private static func identity(_ row: MeasuredRow, _ field: MatchField) -> String {
    field == .machine ? "\(row.identity.machine) \(row.identity.machineID)" : field.value(row)
  }

  private static func titles(_ rows: [MeasuredRow], _ field: MatchField) -> [String: String] {
    var titles: [String: String] = [:]
    guard field == .machine else {
      for row in rows {
        titles[field.value(row)] = field.value(row).isEmpty ? "unknown" : field.value(row)
      }
      return titles
    }
    var ids: [String: Set<String>] = [:]
    for row in rows { ids[row.identity.machine, default: []].insert(row.identity.machineID) }
    for row in rows {
      let identity = row.identity
      let isUnique = ids[identity.machine]?.count == 1
      titles[Self.identity(row, field)] =
        isUnique ? identity.machine : "\(identity.machine) (\(identity.machineID.prefix(6)))"
    }
    return titles
  }

  /// How a column compares with another in one row; nil where one has no such row.
  func row(_ key: Int, _ column: Int, against baseline: Int) -> ComparedRow? {
    guard let base = sides[key][baseline], let other = sides[key][column] else { return nil }
    guard var row = ComparedRow(key: keys[key], baseline: base, file: other, rules: rules) else {
      return nil
    }
    row.correctedP = row.pValue.map { min(1, $0 * Double(max(1, keys.count))) }
    return row
  }

  /// The column with the shortest time, or the most of what it has; nil without any.
  public func best(_ key: Int) -> Int? {
    columns.indices.filter { sides[key][$0] != nil }.min {
      value(key, $0) < value(key, $1)
    }
  }

  /// The smaller the better.
  private func value(_ key: Int, _ column: Int) -> Double {
    sides[key][column]?.median ?? .infinity
  }

  /// Columns that were not shown to be slower than the best, the best among them.
  public func leaders(_ key: Int) -> Set<Int> {
    guard let best = best(key) else { return [] }
    return Set(
      columns.indices.filter { column in
        column == best || row(key, column, against: best).map { $0.verdict != .slower } ?? false
      })
  }

  /// How many times as fast one column is as another, over the rows that both have.
  public func mean(_ column: Int, against baseline: Int) -> (ratio: MedianRatio, rows: Int)? {
    let speeds = keys.indices.compactMap { row($0, column, against: baseline)?.speed }
    return MedianRatio.geometricMean(speeds).map { ($0, speeds.count) }
  }
}

extension ComparisonMatrix {
  /// For a terminal, or in Markdown.
  public func text(isMarkdown: Bool = false) -> String {
    let unit = rules.per?.kind.unit ?? "ms"
    let shown = rules.fields.indices.filter { index in
      rules.fields[index] == .network || rules.fields[index] == .problem
        || Set(keys.map { $0[index] }).count > 1
    }
    var lines = [
      "\(unit); * the best of a row, ~ not shown to be slower"
        + (constants(shown).isEmpty ? "" : "; all rows: \(constants(shown))")
    ]
    let titles = shown.map { rules.fields[$0].title } + columns
    let rows = keys.indices.map { key -> [String] in
      let leaders = leaders(key)
      let best = best(key)
      return shown.map { cell(keys[key][$0]) }
        + columns.indices.map { column in
          guard let side = sides[key][column] else { return "–  " }
          let number =
            rules.per.map { per in
              side.speed(per: per.kind).map { NumberText.significant($0, digits: 3) } ?? "–"
            } ?? NumberText.milliseconds(side.ms)
          let doubt =
            switch side.validity.label {
            case .valid: " "
            case .noisy: "≈"
            case .invalid: "!"
            }
          return number + doubt + (column == best ? "*" : leaders.contains(column) ? "~" : " ")
        }
    }
    let numbers = shown.map { rules.fields[$0].isNumber } + columns.map { _ in true }
    lines += ["", Self.table(titles, numbers, rows, isMarkdown), "", means(isMarkdown)]
    let leftOut = sides.joined().compactMap { $0?.leftOut }.reduce(LeftOut(), +)
    if leftOut.rows > 0 {
      lines += [
        "",
        "\(leftOut.rows) rows not pooled with the newest: other "
          + leftOut.names.joined(separator: ", ") + ".",
      ]
    }
    lines += ["", "≈ a noisy run, ! an invalid one."]
    return lines.joined(separator: "\n")
  }

  private func constants(_ shown: [Int]) -> String {
    rules.fields.indices.filter { !shown.contains($0) && !(keys.first?[$0].isEmpty ?? true) }
      .map { "\(rules.fields[$0].title) \(keys[0][$0])" }.joined(separator: ", ")
  }

  private func cell(_ text: String) -> String {
    let parts = text.components(separatedBy: BlockLayers.separator)
    let first = parts[0].count > 40 ? parts[0].prefix(39) + "…" : parts[0]
    return parts.count > 1 ? "\(first) +\(parts.count - 1) fused" : first
  }

  /// A row is so many times as fast as a column, over so many common rows.
  private func means(_ isMarkdown: Bool) -> String {
    let rows = columns.indices.map { column in
      [columns[column]]
        + columns.indices.map { baseline in
          guard column != baseline else { return "1" }
          guard let (ratio, rows) = mean(column, against: baseline) else { return "–" }
          let range = ratio.interval.map {
            " [\(NumberText.fixed($0.low, decimals: 2)), \(NumberText.fixed($0.high, decimals: 2))]"
          }
          return "\(NumberText.fixed(ratio.ratio, decimals: 3))×\(range ?? "") (\(rows))"
        }
    }
    return "Geometric mean of the speeds, row over column (common rows):\n\n"
      + Self.table(
        [field.title] + columns, [false] + columns.map { _ in true }, rows, isMarkdown)
  }

  private static func table(
    _ titles: [String], _ isNumber: [Bool], _ rows: [[String]], _ isMarkdown: Bool
  ) -> String {
    guard isMarkdown else {
      var table = TextTable(zip(titles, isNumber).map { $1 ? .right($0) : .left($0) })
      for row in rows { table.add(row) }
      return table.description
    }
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
    return ([line(titles), "|" + isNumber.map { $0 ? "---:|" : "---|" }.joined()] + rows.map(line))
      .joined(separator: "\n")
  }
}
