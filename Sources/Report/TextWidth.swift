/// How wide text is about to be. Browsers choose the font, so this goes by a wide one (the advances
/// of DejaVu Sans); others need less room.
enum TextWidth {
  /// In pixels.
  static func of(_ text: String, size: Double, bold: Bool = false, mono: Bool = false) -> Double {
    if mono { return Double(text.count) * 0.605 * size }
    return text.unicodeScalars.reduce(0) { $0 + advance($1) } * size * (bold ? 1.11 : 1)
  }

  /// The text, or as much of its start as fits, with an ellipsis.
  static func shortened(
    _ text: String, size: Double, bold: Bool = false, mono: Bool = false, to limit: Double
  ) -> String {
    // No label is that long; measuring megabytes from a hostile file is not needed to know it.
    var shown = String(text.prefix(300))
    if shown.count == text.count, of(shown, size: size, bold: bold, mono: mono) <= limit {
      return text
    }
    while !shown.isEmpty, of(shown + "…", size: size, bold: bold, mono: mono) > limit {
      shown.removeLast()
    }
    return shown + "…"
  }

  /// Of an em.
  private static func advance(_ scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "'": 0.28
    case " ", ".", ",", "I", "J", "·": 0.32
    case "f", "t", "r", "(", ")", "[", "]", "/", "|", "-", ":", ";": 0.40
    case "m", "M", "W", "%", "@", "…", "→": 1.0
    case "w", "+", "×", "=", "<", ">", "≥", "≤", "~", "≈", "±", "O", "Q", "&": 0.84
    case "a"..."z", "0"..."9", "–": 0.635
    case "A"..."Z": 0.72
    default: scalar.isASCII ? 0.64 : 1.0
    }
  }
}
