/// A model that cannot be read or understood: one line saying where and why.
public struct OnnxError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}

extension String {
  /// The text for a message: in quotes, at most 80 characters, and nothing in it that a terminal
  /// would act on (control and format characters, line separators) but as `\u{…}`.
  var quoted: String { "\"\(printable(limit: 80))\"" }

  /// The same without quotes.
  func printable(limit: Int) -> String {
    var result = ""
    var count = 0
    for scalar in unicodeScalars {
      if count == limit { return result + "…" }
      count += 1
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
        .unassigned:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
