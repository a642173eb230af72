/// A descriptor cut into its fields: numbers by key, and the name at the end.
struct DescriptorFields {
  private var values: [String: Int] = [:]
  /// What stands behind the `n`, without quotes; nil where there is none or nothing.
  private(set) var name: String?

  private static let planar: [String] = [
    "g", "mb", "ic", "ih", "iw", "oc", "oh", "ow", "kh", "kw", "sh", "sw", "ph", "pw", "dh", "dw",
  ]
  private static let spatial = planar + ["id", "od", "kd", "sd", "pd", "dd"]
  /// Bytes of the longest text.
  private static let limit = 4096

  subscript(key: String) -> Int? { values[key] }

  /// - Throws: `ProblemError` naming the field that is unknown, repeated or no number.
  init(_ text: String, dialect: DescriptorDialect) throws {
    guard text.utf8.count <= Self.limit else {
      throw ProblemError("descriptor longer than \(Self.limit) bytes")
    }
    let known = dialect == .legacy ? Self.planar : Self.spatial
    var rest = Substring(text)
    while let first = rest.first {
      if first == "_" {
        rest.removeFirst()
        continue
      }
      let key = String(rest.prefix { $0.isASCII && $0.isLetter })
      let isKnown = known.contains(key)
      if first == "n", !isKnown {
        name = try Self.name(rest.dropFirst(), of: text, dialect)
        break
      }
      rest = rest.dropFirst(key.count)
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard isKnown else {
        let shown = key.isEmpty ? String(first) : key
        throw ProblemError(
          "descriptor \"\(text)\": unknown field \"\(shown)\"; known are "
            + known.sorted().joined(separator: " "))
      }
      guard let value = Int(digits), value <= ConvolutionProblem.fieldLimit else {
        throw ProblemError(
          "descriptor \"\(text)\": \(key) needs a number up to \(ConvolutionProblem.fieldLimit)")
      }
      guard values.updateValue(value, forKey: key) == nil else {
        throw ProblemError("descriptor \"\(text)\": \(key) is given twice")
      }
    }
  }

  /// benchdnn takes all that follows, quoted or (as a shell leaves it) not.
  private static func name(
    _ rest: Substring, of text: String, _ dialect: DescriptorDialect
  ) throws -> String? {
    if dialect == .legacy {
      guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\""),
        rest.index(after: end) == rest.endIndex
      else { throw ProblemError("descriptor \"\(text)\": n\"name\" must end the text") }
    }
    let name = String(
      rest.filter { $0 != "\"" }.map { character in
        character.unicodeScalars.contains { $0.properties.generalCategory == .control }
          ? "_" : character
      })
    return name.isEmpty ? nil : name
  }
}
