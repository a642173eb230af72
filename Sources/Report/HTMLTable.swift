/// A table whose columns are text or numbers, in a box that scrolls on its own where it is too wide.
struct HTMLTable {
  struct Column {
    var title: String
    var isNumber: Bool

    static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
    static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
  }

  private let caption: String
  private let columns: [Column]
  private var rows: [Markup] = []

  init(_ caption: String, _ columns: [Column]) {
    self.caption = caption
    self.columns = columns
  }

  var isEmpty: Bool { rows.isEmpty }

  /// The first cell is the row's heading. A cell per column.
  ///
  /// - Parameter styles: by the cell's index.
  mutating func add(_ cells: [Markup], styles: [Int: String] = [:]) {
    let markup = zip(columns, cells).enumerated().map { index, pair -> Markup in
      let (column, cell) = pair
      let names = [column.isNumber ? "n" : nil, styles[index]].compactMap(\.self)
      let style: Markup = names.isEmpty ? "" : " class=\"\(names.joined(separator: " "))\""
      return index == 0
        ? "<th scope=\"row\"\(style)>\(cell)</th>" : "<td\(style)>\(cell)</td>"
    }
    rows.append("<tr>\(markup)</tr>\n")
  }

  var markup: Markup {
    let head = columns.map { column -> Markup in
      let style: Markup = column.isNumber ? " class=\"n\"" : ""
      return "<th scope=\"col\"\(style)>\(column.title)</th>"
    }
    return """
      <div class="scroll" tabindex="0" role="region" aria-label="\(caption)"><table>
      <caption>\(caption)</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  /// Folded away until asked for; printed open.
  func folded(_ summary: String) -> Markup {
    "<details><summary>\(summary)</summary>\n\(markup)</details>\n"
  }
}
