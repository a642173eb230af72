import Foundation

/// Columns of text that line up in a terminal.
///
///     var table = TextTable([.left("layer"), .right("ms")])
///     table.add(["conv1", "0.512"])
///     print(table)
///
/// Units stand in the titles, numbers are aligned to the right, nothing follows the last cell of a
/// line. Every character counts as one column: the names and numbers here are neither wide nor
/// combining.
///
/// On a terminal (`TableWidth`) equal neighbours become one row, where they may, and a table that is too
/// wide becomes narrower, in this order and no further than it has to: texts are cut, the longest first,
/// but not below 20 characters; columns that have a place in the order are left out, and a line below
/// says which; texts are cut to 10 characters.
public struct TextTable: Sendable, CustomStringConvertible {
  public struct Column: Sendable {
    let title: String
    let isRight: Bool
    /// The place in the order in which columns are left out; nil never is.
    let drop: Int?

    public static func left(_ title: String, drop: Int? = nil) -> Column {
      Column(title: title, isRight: false, drop: drop)
    }
    public static func right(_ title: String, drop: Int? = nil) -> Column {
      Column(title: title, isRight: true, drop: drop)
    }
  }

  private enum Line: Sendable {
    case cells([String])
    case rule
  }

  private var columns: [Column]
  private var lines: [Line] = []
  /// Whether neighbours that differ in their first cell alone may become one row.
  private let joinsRepeats: Bool

  private static let longText = 20
  private static let shortText = 10

  public init(_ columns: [Column], joinsRepeats: Bool = false) {
    self.columns = columns
    self.joinsRepeats = joinsRepeats
  }

  /// Cells beyond the last column are dropped, missing ones are empty. Line breaks and control
  /// characters (from a file, say) become spaces.
  public mutating func add(_ cells: [String]) {
    let padded = cells.prefix(columns.count).map(Self.printable)
    lines.append(.cells(padded + Array(repeating: "", count: columns.count - padded.count)))
  }

  /// A line that separates a total from what it sums.
  public mutating func addRule() { lines.append(.rule) }

  public var description: String {
    guard let width = TableWidth.current else { return whole }
    return text(within: width)
  }

  /// At most so wide, where that can be.
  func text(within width: Int) -> String {
    var table = self
    if joinsRepeats { table.joinRepeats() }
    var dropped: [String] = []
    // Without a column texts have more room: they are cut anew.
    var shown = table
    shown.cut(to: Self.longText, within: width)
    while shown.width > width, let next = table.next {
      dropped.append(table.columns[next].title)
      table.remove(next)
      shown = table
      shown.cut(to: Self.longText, within: width)
    }
    shown.cut(to: Self.shortText, within: width)
    return shown.whole
      + (dropped.isEmpty
        ? "" : "\nnot shown: \(dropped.joined(separator: ", ")); --wide shows all columns")
  }

  private var widths: [Int] {
    columns.indices.map { index in
      lines.reduce(columns[index].title.count) { width, line in
        if case .cells(let cells) = line { max(width, cells[index].count) } else { width }
      }
    }
  }

  private var width: Int { widths.reduce(0, +) + 2 * max(columns.count - 1, 0) }

  /// The column to leave out.
  private var next: Int? {
    columns.indices.filter { columns[$0].drop != nil }.min {
      (columns[$0].drop ?? 0) < (columns[$1].drop ?? 0)
    }
  }

  private mutating func remove(_ column: Int) {
    columns.remove(at: column)
    change { $0.remove(at: column) }
  }

  private mutating func change(_ body: (inout [String]) -> Void) {
    lines = lines.map { line in
      guard case .cells(var cells) = line else { return line }
      body(&cells)
      return .cells(cells)
    }
  }

  /// Cuts the longest column of text again and again.
  private mutating func cut(to least: Int, within limit: Int) {
    while width > limit {
      let widths = widths
      let longest = columns.indices.filter { !columns[$0].isRight && widths[$0] > least }
        .max { widths[$0] < widths[$1] }
      guard let longest, columns[longest].title.count < widths[longest] else { return }
      let to = max(least, columns[longest].title.count, widths[longest] - (width - limit))
      change { cells in
        if cells[longest].count > to { cells[longest] = cells[longest].prefix(to - 1) + "…" }
      }
    }
  }

  private mutating func joinRepeats() {
    var joined: [(line: Line, first: String, last: String, count: Int)] = []
    for line in lines {
      if case .cells(let cells) = line, let last = joined.last,
        case .cells(let before) = last.line, before.dropFirst() == cells.dropFirst()
      {
        joined[joined.count - 1].last = cells[0]
        joined[joined.count - 1].count += 1
      } else if case .cells(let cells) = line {
        joined.append((line, cells.first ?? "", cells.first ?? "", 1))
      } else {
        joined.append((line, "", "", 1))
      }
    }
    lines = joined.map { entry in
      guard case .cells(var cells) = entry.line, entry.count > 1 else { return entry.line }
      cells[0] = Self.range(entry.first, entry.last) + " ×\(entry.count)"
      return .cells(cells)
    }
  }

  /// `layer7..11` of `layer7` and `layer11`.
  private static func range(_ first: String, _ last: String) -> String {
    var shared = first.commonPrefix(with: last)
    while let end = shared.last, end.isNumber { shared.removeLast() }
    return "\(first)..\(last.dropFirst(shared.count))"
  }

  private var whole: String {
    let widths = widths
    let titles = columns.map(\.title)
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
