import Foundation

/// Which rows of a file are meant: `threads=1,isa=avx2` behind an `@`.
///
/// Parts with commas between them; each says of a field which values count, and a part without an
/// equals sign is another value of the field before it: `network=resnet*,vgg16,threads=1`. Values
/// are patterns as of file names (`*`, `?`, `[a-c]`, POSIX fnmatch). A row has several labels, of
/// which one has to match; a label itself has an equals sign: `label=fan=on,fan=auto`.
struct RowSelection {
  private struct Part {
    let field: MatchField
    var patterns: [String]
  }

  private var parts: [Part] = []

  /// - Throws: `ComparisonError` with `name` in front.
  init(_ text: Substring, name: String) throws {
    for part in text.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if sides.count == 2, let field = MatchField(rawValue: String(sides[0])) {
        parts.append(Part(field: field, patterns: [String(sides[1])]))
      } else if !parts.isEmpty, sides.count == 1 || parts.last?.field == .label {
        parts[parts.count - 1].patterns.append(String(part))
      } else if sides.count == 2 {
        _ = try MatchField.one(String(sides[0]))
      } else {
        throw ComparisonError("\(name): \"\(part.prefix(40))\" is no selection such as threads=1")
      }
    }
  }

  /// Nothing is asked for.
  init() {}

  var isEmpty: Bool { parts.isEmpty }

  /// The rows that are meant.
  ///
  /// - Throws: `ComparisonError` saying which field leaves nothing, and what it has.
  func rows(_ all: [MeasuredRow], name: String) throws -> [MeasuredRow] {
    var rows = all
    for part in parts {
      let kept = rows.filter { row in
        let values = Self.values(part.field, row)
        return part.patterns.contains { pattern in values.contains { Self.matches($0, pattern) } }
      }
      if kept.isEmpty, !rows.isEmpty {
        var found: [String] = []
        for value in rows.flatMap({ Self.values(part.field, $0) })
        where !value.isEmpty && !found.contains(value) { found.append(value) }
        let more = found.count > Self.listed ? ", …" : ""
        let there =
          found.isEmpty ? "not recorded" : found.prefix(Self.listed).joined(separator: ", ")
        throw ComparisonError(
          "\(name): no row of this selection; \(part.field.rawValue) is \(there)\(more)")
      }
      rows = kept
    }
    return rows
  }

  private static let listed = 6

  private static func values(_ field: MatchField, _ row: MeasuredRow) -> [String] {
    field == .label ? row.identity.labels.pairs : [field.value(row)]
  }

  private static func matches(_ value: String, _ pattern: String) -> Bool {
    value == pattern || fnmatch(pattern, value, 0) == 0
  }
}
