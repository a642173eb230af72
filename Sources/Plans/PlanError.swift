import Foundation

/// A plan file that cannot be read or written: one line with the file, the place and what is right.
public struct PlanError: Error, CustomStringConvertible, Equatable {
  public let description: String

  public init(_ description: String) { self.description = description }

  /// A field with an impossible value.
  package struct Place: Error {
    package let path: String
    package let problem: String
  }

  init(file: String, _ place: Place) {
    self.init("\(file): \(place.path): \(place.problem)")
  }

  init(file: String, _ error: DecodingError) {
    guard let place = Place(error) else {
      // Foundation says no more, and says it of numbers out of range, too.
      self.init(
        "\(file) is not a plan: it is no complete JSON document, or a number is out of range")
      return
    }
    self.init(file: file, place)
  }
}

extension PlanError.Place {
  /// nil where the decoder knows no place: the text is no JSON, or a number is out of range.
  package init?(_ error: DecodingError) {
    switch error {
    case .keyNotFound(let key, let context):
      self.init(path: Self.path(context.codingPath + [key]), problem: "is missing")
    case .typeMismatch(let type, let context):
      self.init(path: Self.path(context.codingPath), problem: "must be \(Self.kind(of: type))")
    case .valueNotFound(let type, let context):
      self.init(
        path: Self.path(context.codingPath), problem: "is null, must be \(Self.kind(of: type))")
    case .dataCorrupted(let context):
      if context.codingPath.isEmpty { return nil }
      self.init(
        path: Self.path(context.codingPath), problem: Self.oneLine(context.debugDescription))
    @unknown default: return nil
    }
  }

  /// Such as `layers[3].problem`.
  static func path(_ keys: [any CodingKey]) -> String {
    var text = ""
    for key in keys {
      if let index = key.intValue {
        text += "[\(index)]"
      } else {
        text += (text.isEmpty ? "" : ".") + key.stringValue.prefix(60)
      }
    }
    return text.isEmpty ? "the document" : text
  }

  private static func kind(of type: any Any.Type) -> String {
    let name = "\(type)"
    if name.hasPrefix("Array") { return "a list" }
    if name.hasPrefix("Dictionary") { return "an object" }
    switch name {
    case "Int", "Double": return "a number"
    case "String": return "a text"
    case "Bool": return "true or false"
    default: return "an object"
    }
  }

  private static func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(300).description
  }
}
