import Base
import Foundation
import Measurement

/// What a comparison shows a reader, in any format: lines above, a table, lines below.
package struct ComparisonTable {
  package struct Column {
    package var title: String
    package var isNumber: Bool
    /// As of `TextTable`.
    package var drop: Int?
  }

  package private(set) var columns: [Column] = []
  package private(set) var rows: [(cells: [String], verdict: Verdict)] = []
  /// The first columns, which say what a row is about.
  package var keyColumns: Int { varying.count }
  /// What was compared, and how the two sides differ.
  package let above: [String]
  /// The summary, and what was left out.
  package let below: [String]

  private let comparison: Comparison
  /// Whether a run is noisy or invalid.
  private let hasMarks: Bool
  /// Of the key: those that tell rows apart.
  private let varying: [Int]

  /// A name or descriptor in the table is cut behind so many characters.
  private static let nameLimit = 34

  /// - Parameter names: how the two files are called in titles.
  package init(_ comparison: Comparison, names: (baseline: String, file: String) = ("A", "B")) {
    self.comparison = comparison
    let fields = comparison.rules.fields
    let keys = comparison.rows.map(\.key)
    varying = fields.indices.filter { index in
      switch fields[index] {
      case .network, .problem: true
      // Long, and rarely what tells problems apart.
      case .epilogue: Set(keys.map { $0.prefix(index) }).count < keys.count
      default: Set(keys.map { $0[index] }).count > 1
      }
    }
    hasMarks = comparison.rows.contains { row in
      [row.baseline, row.file].contains { $0.validity.label != .valid }
    }
    let notes = ComparisonNotes(comparison, names: names)
    above = notes.above
    below = notes.below + (hasMarks ? ["≈ a noisy run, ! an invalid one."] : [])
    let unit = comparison.rules.per?.kind.unit ?? "ms"
    columns = varying.map { Column(title: fields[$0].title, isNumber: fields[$0].isNumber) }
    columns += [
      Column(title: "\(names.baseline) \(unit)", isNumber: true),
      Column(title: "\(names.file) \(unit)", isNumber: true),
      Column(title: "\(names.file)'s speed", isNumber: true),
      Column(title: "95 %", isNumber: true, drop: 1),
      Column(title: "verdict", isNumber: false),
    ]
    rows = comparison.rows.map { row in (cells(row), row.verdict) }
  }

  private func cells(_ row: ComparedRow) -> [String] {
    let name = varying.map { index -> String in
      let parts = row.key[index].components(separatedBy: BlockLayers.separator)
      // A fused block is called by its first layer.
      let rest = parts.count > 1 ? "… +\(parts.count - 1) fused" : ""
      let text = parts[0]
      if !rest.isEmpty { return text.prefix(max(0, Self.nameLimit - rest.count)) + rest }
      return text.count > Self.nameLimit ? text.prefix(Self.nameLimit - 1) + "…" : text
    }
    let sides = [row.baseline, row.file].map { side in
      let number =
        comparison.rules.per.map { per in
          side.speed(per: per.kind).map { NumberText.significant($0, digits: 3) } ?? "–"
        } ?? NumberText.milliseconds(side.ms)
      return number + mark(side.validity.label)
    }
    let interval = row.speed.interval.map { "\(Self.ratio($0.low))–\(Self.ratio($0.high))" }
    let doubt = row.remedy.map { ": \($0.text)" } ?? ""
    return name + sides + [
      Self.ratio(row.speed.ratio) + "×", interval ?? "–", row.verdict.rawValue + doubt,
    ]
  }

  private static func ratio(_ value: Double) -> String {
    value < 10 ? NumberText.fixed(value, decimals: 3) : NumberText.significant(value)
  }

  /// A character in every row, so that numbers line up, where any row needs one.
  private func mark(_ label: Validity.Label) -> String {
    guard hasMarks else { return "" }
    return switch label {
    case .valid: " "
    case .noisy: "≈"
    case .invalid: "!"
    }
  }
}

extension MatchField {
  package var title: String {
    switch self {
    case .resolution: "input"
    case .toolVersion: "version"
    case .machineID: "machine id"
    case .osKernel: "system"
    default: rawValue
    }
  }

  package var isNumber: Bool { self == .batch || self == .threads || self == .resolution }
}
