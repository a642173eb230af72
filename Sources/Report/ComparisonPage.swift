import Base
import Convolution
import Results

/// Comparisons as a page that is one file.
public enum ComparisonPage {
  public static func text(_ comparisons: [Comparison]) -> String {
    let sections = comparisons.enumerated().map { index, comparison in
      HTMLPage.Section(
        id: "comparison-\(index + 1)", title: comparison.fileName, content: content(comparison))
    }
    return HTMLPage(
      title: "convbench: comparison",
      lead: """
        <p>Compared with <b>\(comparisons.first?.baselineName ?? "")</b>, called A below. A speed \
        above 1 means that B is faster. A difference counts if the samples show it after \
        correction for the number of rows and if it exceeds 2 %, twice the noise floor and the \
        gate. Equal means shown to differ by no more than the tolerance; what is neither is \
        undecided.</p>
        """,
      sections: sections, footer: "<p>convbench \(ToolVersion.current)</p>"
    ).text
  }

  private static func content(_ comparison: Comparison) -> Markup {
    let content = ComparisonTable(comparison)
    let above = content.above.map { "<p>\($0)</p>\n" as Markup }
    let below = content.below.map { "<p>\($0)</p>\n" as Markup }
    return """
      \(above)\(picture(RatioChart(comparison)))\
      \(table(content, "\(comparison.fileName) against \(comparison.baselineName)").markup)\(below)
      """
  }

  /// Nothing where a single row leaves nothing to compare.
  static func picture(_ chart: RatioChart) -> Markup {
    guard chart.rows.count > 1 else { return "" }
    let omitted: Markup =
      chart.omitted == 0
      ? ""
      : """
      <p class="note">The \(chart.rows.count / 2) least and the \(chart.rows.count / 2) greatest \
      ratios are drawn, \(chart.omitted) between them are not; the table has all.</p>

      """
    return """
      \(RatioChart.legend)<figure>\(Figure.markup(wide: 860) { chart.drawing(width: $0) })</figure>
      \(omitted)
      """
  }

  static func table(_ content: ComparisonTable, _ caption: String) -> HTMLTable {
    var table = HTMLTable(
      caption, content.columns.map { $0.isNumber ? .number($0.title) : .text($0.title) })
    for row in content.rows {
      table.add(
        row.cells.enumerated().map { index, cell in
          // Never by colour alone: the word stands there too.
          index == row.cells.count - 1 && (row.verdict == .faster || row.verdict == .slower)
            ? "<b>\(cell)</b>" : "\(cell)"
        })
    }
    return table
  }
}
