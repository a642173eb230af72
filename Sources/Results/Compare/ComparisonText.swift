import Base
import Foundation

/// A comparison as text, Markdown, CSV or JSON.
public enum ComparisonText {
  /// For a terminal.
  ///
  /// - Parameter isColoured: faster rows green, slower ones red.
  public static func table(_ comparison: Comparison, isColoured: Bool = false) -> String {
    let content = ComparisonTable(comparison)
    var table = TextTable(
      content.columns.map {
        $0.isNumber ? .right($0.title, drop: $0.drop) : .left($0.title, drop: $0.drop)
      })
    for row in content.rows { table.add(row.cells) }
    var lines = table.description.components(separatedBy: "\n")
    if isColoured {
      // Titles and a rule come first.
      for (index, row) in content.rows.enumerated() {
        let colour = row.verdict == .faster ? "32" : row.verdict == .slower ? "31" : nil
        if let colour { lines[index + 2] = "\u{1B}[\(colour)m\(lines[index + 2])\u{1B}[0m" }
      }
    }
    return (content.above + [""] + lines + [""] + content.below).joined(separator: "\n")
  }

  public static func markdown(_ comparison: Comparison) -> String {
    let content = ComparisonTable(comparison)
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
    let rule = "|" + content.columns.map { $0.isNumber ? "---:|" : "---|" }.joined()
    let table =
      [line(content.columns.map(\.title)), rule] + content.rows.map { line($0.cells) }
    return
      (content.above.map { "- \($0)" } + [""] + table + [""] + content.below.map { "- \($0)" })
      .joined(separator: "\n")
  }

  /// Rows of all comparisons with one header.
  public static func csv(_ comparisons: [Comparison]) -> String {
    CSVFile<ComparisonRow>.text(comparisons.flatMap(ComparisonRow.all))
  }

  public static func json(_ comparisons: [Comparison]) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(comparisons.map(Document.init)), as: UTF8.self)
  }

  private struct Document: Encodable {
    let schema = ComparisonRow.schema
    let baseline: String
    let file: String
    let fields: [String]
    let isNormalised: Bool
    /// What by: `peak`, `core`, `ghz` or `gbs`.
    let per: String?
    let gatePercent: Double
    let tolerancePercent: Double
    let counts: [String: Int]
    let geometricMean: Double?
    let geometricMeanLow: Double?
    let geometricMeanHigh: Double?
    let rows: [ComparisonRow]

    init(_ comparison: Comparison) {
      baseline = comparison.baselineName
      file = comparison.fileName
      fields = comparison.rules.fields.map(\.rawValue)
      isNormalised = comparison.rules.per != nil
      per = comparison.rules.per?.kind.rawValue
      gatePercent = 100 * comparison.rules.gate
      tolerancePercent = 100 * comparison.rules.tolerance
      rows = ComparisonRow.all(comparison)
      counts = Dictionary(grouping: rows, by: \.verdict).mapValues(\.count)
      let mean = comparison.geometricMean
      geometricMean = mean?.ratio
      geometricMeanLow = mean?.interval?.low
      geometricMeanHigh = mean?.interval?.high
    }
  }
}
