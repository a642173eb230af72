/// An SVG drawing under construction, in pixels from the upper left corner.
///
/// It remembers where text stands, by estimate, so that a test can tell whether all of it is inside.
struct Drawing {
  enum Anchor: String {
    case start, middle, end
  }

  struct PlacedText: Equatable {
    var text: String
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double

    func overlaps(_ other: PlacedText) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }
  }

  let width: Double
  let height: Double
  /// What the drawing is, and what it shows, for readers who do not see it.
  let title: String
  let summary: String
  private var body = Markup()
  private(set) var texts: [PlacedText] = []
  private var smallestText = 12.0
  /// Text is never shown smaller than this, pixels; a drawing that has no room is scrolled.
  private static let leastText = 10.0

  init(width: Double, height: Double, title: String, summary: String) {
    self.width = width
    self.height = height
    self.title = title
    self.summary = summary
  }

  var markup: Markup {
    """
    <svg viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" \
    style="min-width:\(width * Self.leastText / smallestText)px" role="img" aria-label="\(title)">
    <desc>\(summary)</desc>
    \(body)</svg>

    """
  }

  /// Texts that leave the drawing.
  var overflows: [PlacedText] {
    texts.filter { $0.left < 0 || $0.top < 0 || $0.right > width || $0.bottom > height }
  }

  mutating func rectangle(
    x: Double, y: Double, width: Double, height: Double, style: String, radius: Double = 0,
    tip: String? = nil
  ) {
    let corner: Markup = radius > 0 ? " rx=\"\(radius)\"" : ""
    let shape: Markup = """
      <rect x="\(x)" y="\(y)" width="\(width)" height="\(height)"\(corner) class="\(style)"
      """
    close(shape, "rect", tip)
  }

  mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String
  ) {
    body += "<line x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2)\" class=\"\(style)\"/>\n"
  }

  mutating func path(_ points: [(x: Double, y: Double)], style: String) {
    guard let first = points.first else { return }
    var commands: Markup = "M\(first.x) \(first.y)"
    for point in points.dropFirst() { commands += "L\(point.x) \(point.y)" }
    body += "<path d=\"\(commands)\" class=\"\(style)\"/>\n"
  }

  /// A line with a head at its end.
  mutating func arrow(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String
  ) {
    let length = ((x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1)).squareRoot()
    line(x1, y1, x2, y2, style: style)
    guard length > 6 else { return }
    let (ux, uy) = ((x2 - x1) / length, (y2 - y1) / length)
    path(
      [
        (x2 - 6 * ux - 3 * uy, y2 - 6 * uy + 3 * ux), (x2, y2),
        (x2 - 6 * ux + 3 * uy, y2 - 6 * uy - 3 * ux),
      ], style: style)
  }

  /// Upright strokes from one height down, all one path.
  mutating func strokes(_ places: [Double], y: Double, height: Double, style: String) {
    guard !places.isEmpty else { return }
    let commands = places.map { "M\($0) \(y)v\(height)" as Markup }
    body += "<path d=\"\(commands)\" class=\"\(style)\"/>\n"
  }

  /// A point of a chart; the shape goes with the colour so that neither is needed alone.
  mutating func mark(
    _ mark: ChartMark, x: Double, y: Double, size: Double = 4, tip: String? = nil
  ) {
    close(mark.shape(x: x, y: y, size: size), mark.element, tip)
  }

  private mutating func close(_ shape: Markup, _ element: Markup, _ tip: String?) {
    body += tip.map { "\(shape)><title>\($0)</title></\(element)>\n" } ?? "\(shape)/>\n"
  }

  /// - Parameters:
  ///   - y: the base line.
  ///   - limit: the greatest width; the text is shortened to it.
  mutating func text(
    _ text: String, x: Double, y: Double, size: Double = 12, anchor: Anchor = .start,
    style: String = "", limit: Double = .infinity, tip: String? = nil
  ) {
    let bold = style.contains("bold")
    let mono = style.contains("mono")
    let shown = TextWidth.shortened(text, size: size, bold: bold, mono: mono, to: limit)
    let placed = Self.place(
      shown, x: x, y: y, size: size, anchor: anchor, bold: bold, mono: mono)
    texts.append(placed)
    smallestText = min(smallestText, size)
    let anchorText: Markup = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
    let styleText: Markup = style.isEmpty ? "" : " class=\"\(style)\""
    let hover: Markup =
      tip.map { "<title>\($0)</title>" } ?? (shown == text ? "" : "<title>\(text)</title>")
    body += """
      <text x="\(x)" y="\(y)" font-size="\(size)"\(anchorText)\(styleText)>\(shown)\(hover)</text>

      """
  }

  static func place(
    _ text: String, x: Double, y: Double, size: Double, anchor: Anchor, bold: Bool = false,
    mono: Bool = false
  ) -> PlacedText {
    let width = TextWidth.of(text, size: size, bold: bold, mono: mono)
    let left =
      switch anchor {
      case .start: x
      case .middle: x - width / 2
      case .end: x - width
      }
    return PlacedText(
      text: text, left: left, right: left + width, top: y - 0.8 * size, bottom: y + 0.25 * size)
  }
}

/// How a kind of point looks.
struct ChartMark: Hashable {
  enum Shape: Int, CaseIterable {
    case circle, square, triangle, diamond, cross, bar
  }

  var shape: Shape
  var style: String

  var element: Markup {
    switch shape {
    case .circle: "circle"
    default: "path"
    }
  }

  /// The element without its end.
  func shape(x: Double, y: Double, size: Double) -> Markup {
    let r = size
    let path: Markup
    switch shape {
    case .circle: return "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(r)\" class=\"\(style)\""
    case .square:
      let a = r * 0.88
      path = "M\(x - a) \(y - a)h\(2 * a)v\(2 * a)h\(-2 * a)z"
    case .triangle:
      path = "M\(x) \(y - 1.15 * r)L\(x + 1.1 * r) \(y + 0.8 * r)H\(x - 1.1 * r)z"
    case .diamond:
      path = "M\(x) \(y - 1.25 * r)L\(x + 1.25 * r) \(y)L\(x) \(y + 1.25 * r)L\(x - 1.25 * r) \(y)z"
    case .cross:
      let a = r * 0.4
      let b = r * 1.1
      path = """
        M\(x - a) \(y - b)h\(2 * a)v\(b - a)h\(b - a)v\(2 * a)h\(a - b)v\(b - a)h\(-2 * a)\
        v\(a - b)h\(a - b)v\(-2 * a)h\(b - a)z
        """
    case .bar:
      path = "M\(x - 1.2 * r) \(y - 0.5 * r)h\(2.4 * r)v\(r)h\(-2.4 * r)z"
    }
    return "<path d=\"\(path)\" class=\"\(style)\""
  }
}
