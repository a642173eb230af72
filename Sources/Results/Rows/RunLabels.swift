import Foundation

/// What the user calls a run: `--label site=lab --label fan=on`.
public struct RunLabels: Hashable, Sendable, CSVValue {
  public private(set) var values: [String: String] = [:]

  public init() {}

  /// - Parameter arguments: `key=value`, each key once.
  /// - Throws: `LabelError`: what is none.
  public init(arguments: [String]) throws {
    for argument in arguments {
      guard let (key, value) = Self.pair(argument[...]) else {
        throw LabelError(
          "--label \(argument.prefix(60).debugDescription): give key=value; the key of letters, "
            + "digits, - . _, the value without semicolons and line breaks, each up to 64 bytes")
      }
      guard values.updateValue(value, forKey: key) == nil else {
        throw LabelError("--label \(key): is given twice")
      }
    }
    guard values.count <= 32 else { throw LabelError("--label: more than 32 labels") }
  }

  /// `key=value` in the order of the keys.
  public var pairs: [String] { values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" } }

  private static func pair(_ text: Substring) -> (String, String)? {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2, (1...64).contains(sides[0].utf8.count), sides[1].utf8.count <= 64,
      sides[0].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }),
      sides[1].unicodeScalars.allSatisfy({
        $0 != ";" && !CharacterSet.controlCharacters.contains($0)
          && !CharacterSet.newlines.contains($0)
      })
    else { return nil }
    return (String(sides[0]), String(sides[1]))
  }

  // MARK: CSV

  public static var csvKind: String { "key=value with semicolons between them" }
  public var csv: String { pairs.joined(separator: ";") }

  public init?(csv: String) {
    for part in csv.isEmpty ? [] : csv.split(separator: ";", omittingEmptySubsequences: false) {
      guard let (key, value) = Self.pair(part), values.updateValue(value, forKey: key) == nil
      else { return nil }
    }
  }
}

extension RunLabels: Codable {
  public init(from decoder: any Decoder) throws {
    let pairs = try decoder.singleValueContainer().decode([String: String].self)
    self = try RunLabels(arguments: pairs.map { "\($0.key)=\($0.value)" })
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }
}

/// A label that is none: one line.
public struct LabelError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}
