import Foundation

/// HTML or SVG text. What is interpolated into a literal is escaped, unless it is markup itself:
/// text from files cannot become tags or attributes.
///
/// ```swift
/// let cell: Markup = "<td>\(row.network)</td>"
/// ```
public struct Markup: ExpressibleByStringInterpolation, Hashable, Sendable {
  public private(set) var text: String

  public init(stringLiteral literal: String) { text = literal }
  public init(stringInterpolation: Interpolation) { text = stringInterpolation.text }
  public init() { text = "" }

  public struct Interpolation: StringInterpolationProtocol, Sendable {
    var text = ""

    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 8)
    }

    public mutating func appendLiteral(_ literal: String) { text += literal }
    /// Escaped.
    public mutating func appendInterpolation(_ value: String) { text += Markup.escaped(value) }
    public mutating func appendInterpolation(_ value: Int) { text += String(value) }
    /// A coordinate: at most one decimal.
    public mutating func appendInterpolation(_ value: Double) { text += Markup.coordinate(value) }
    /// As it is.
    public mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
    /// One after the other.
    public mutating func appendInterpolation(_ markups: [Markup]) {
      for markup in markups { text += markup.text }
    }
  }

  public static func += (left: inout Markup, right: Markup) { left.text += right.text }

  /// Safe between tags and between quotes. Control characters, which neither HTML nor XML may
  /// hold, and those that turn the direction of writing become replacement characters.
  static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\u{0}"..."\u{8}", "\u{b}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{202a}"..."\u{202e}",
        "\u{2066}"..."\u{2069}", "\u{fffe}"..."\u{ffff}":
        result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// `12`, `12.5`; 0 for what is not finite.
  static func coordinate(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e7 else { return "0" }
    let tenths = Int((value * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
  }
}
