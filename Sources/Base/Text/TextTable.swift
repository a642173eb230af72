/// Columns of text that line up in a terminal.
///
///     var table = TextTable([.left("layer"), .right("ms")])
///     table.add(["conv1", "0.512"])
///     print(table)
///
/// Units stand in the titles, numbers are aligned to the right, nothing follows the last cell of a
/// line. Every character counts as one column: the names and numbers here are neither wide nor
/// combining.
public struct TextTable: Sendable, CustomStringConvertible {
  public struct Column: Sendable {
    let title: String
    let isRight: Bool

    public static func left(_ title: String) -> Column { Column(title: title, isRight: false) }
    public static func right(_ title: String) -> Column { Column(title: title, isRight: true) }
  }

  private enum Line: Sendable {
    case cells([String])
    case rule
  }

  private let columns: [Column]
  private var lines: [Line] = []

  public init(_ columns: [Column]) { self.columns = columns }

  /// Cells beyond the last column are dropped, missing ones are empty. Line breaks and control
  /// characters (from a file, say) become spaces.
  public mutating func add(_ cells: [String]) {
    let padded = cells.prefix(columns.count).map(Self.printable)
    lines.append(.cells(padded + Array(repeating: "", count: columns.count - padded.count)))
  }

  /// A line that separates a total from what it sums.
  public mutating func addRule() { lines.append(.rule) }

  public var description: String {
    let titles = columns.map(\.title)
    let widths = columns.indices.map { index in
      lines.reduce(titles[index].count) { width, line in
        if case .cells(let cells) = line { max(width, cells[index].count) } else { width }
      }
    }
    let rule = String(
      repeating: "─", count: widths.reduce(0, +) + 2 * max(columns.count - 1, 0))
    return ([.cells(titles), .rule] + lines).map { line in
      switch line {
      case .cells(let cells): format(cells, widths)
      case .rule: rule
      }
    }.joined(separator: "\n")
  }

  private func format(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for index in columns.indices {
      let space = String(repeating: " ", count: widths[index] - cells[index].count)
      if index > 0 { text += "  " }
      text += columns[index].isRight ? space + cells[index] : cells[index] + space
    }
    while text.last == " " { text.removeLast() }
    return text
  }

  private static func printable(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return text
    }
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}
