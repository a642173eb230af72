/// A rectangle of text, and the few ways to combine rectangles that the machine's drawing needs.
///
/// All lines have one width; every character drawn is one column wide.
struct TextBlock: Equatable {
  let lines: [String]
  let width: Int

  init(_ lines: [String], minimumWidth: Int = 0) {
    let width = max(minimumWidth, lines.map(\.count).max() ?? 0)
    self.lines = lines.map { Self.left($0, width) }
    self.width = width
  }

  /// A frame around it, with the title in its upper edge.
  func boxed(_ title: String) -> TextBlock {
    let inner = max(width, title.isEmpty ? 0 : title.count + 1)
    let head = title.isEmpty ? "" : "─ \(title) "
    var lines = ["┌" + head + String(repeating: "─", count: inner + 2 - head.count) + "┐"]
    lines += self.lines.map { "│ " + Self.left($0, inner) + " │" }
    lines.append("└" + String(repeating: "─", count: inner + 2) + "┘")
    return TextBlock(lines)
  }

  static func stacked(_ blocks: [TextBlock]) -> TextBlock {
    TextBlock(blocks.flatMap(\.lines))
  }

  /// Side by side, tops aligned.
  static func beside(_ blocks: [TextBlock]) -> TextBlock {
    let height = blocks.map(\.lines.count).max() ?? 0
    return TextBlock(
      (0..<height).map { row in
        blocks.map { row < $0.lines.count ? $0.lines[row] : left("", $0.width) }
          .joined(separator: " ")
      })
  }

  /// Side by side in as many rows as the width asks for, the rows equally long as far as possible.
  static func flow(_ blocks: [TextBlock], width: Int) -> TextBlock {
    guard let widest = blocks.map(\.width).max() else { return TextBlock([]) }
    let fitting = max(1, (width + 1) / (widest + 1))
    let rows = (blocks.count + fitting - 1) / fitting
    let columns = (blocks.count + rows - 1) / rows
    return stacked(
      stride(from: 0, to: blocks.count, by: columns).map {
        beside(Array(blocks[$0..<min($0 + columns, blocks.count)]))
      })
  }

  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
