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

    /// Whether one of a row's values is asked for.
    func means(_ values: [String]) -> Bool {
      patterns.contains { pattern in values.contains { RowSelection.matches($0, pattern) } }
    }
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

  /// Whether a row may be meant, by what its run says of itself: while a file is read, so that rows that
  /// are not meant are never kept.
  ///
  /// What was not meant is remembered, for `rows` to say where nothing is left.
  mutating func mayMean(_ row: MeasuredRow) -> Bool {
    for (index, part) in parts.enumerated() where !part.field.isOfLayer {
      let values = Self.values(part.field, row)
      if part.means(values) { continue }
      if index >= (refused?.part ?? 0) {
        if refused?.part != index { refused = Refused(part: index) }
        refused?.add(values)
      }
      return false
    }
    return true
  }

  /// What the rows had that came furthest, in the part that they failed in.
  private struct Refused {
    let part: Int
    private(set) var values: [String] = []

    init(part: Int) { self.part = part }

    mutating func add(_ new: [String]) {
      for value in new where values.count <= RowSelection.listed && !value.isEmpty {
        if !values.contains(value) { values.append(value) }
      }
    }
  }

  private var refused: Refused?

  /// The rows that are meant.
  ///
  /// - Throws: `ComparisonError` saying which field leaves nothing, and what it has.
  func rows(_ all: [MeasuredRow], name: String) throws -> [MeasuredRow] {
    if all.isEmpty, let refused { throw nothing(refused, name) }
    var rows = all
    for (index, part) in parts.enumerated() {
      let kept = rows.filter { part.means(Self.values(part.field, $0)) }
      if kept.isEmpty, !rows.isEmpty {
        var found = Refused(part: index)
        for row in rows { found.add(Self.values(part.field, row)) }
        throw nothing(found, name)
      }
      rows = kept
    }
    return rows
  }

  private func nothing(_ refused: Refused, _ name: String) -> ComparisonError {
    let found = refused.values
    let more = found.count > Self.listed ? ", …" : ""
    let there = found.isEmpty ? "not recorded" : found.prefix(Self.listed).joined(separator: ", ")
    return ComparisonError(
      "\(name): no row of this selection; \(parts[refused.part].field.rawValue) is \(there)\(more)")
  }

  private static let listed = 6

  private static func values(_ field: MatchField, _ row: MeasuredRow) -> [String] {
    field == .label ? row.identity.labels.pairs : [field.value(row)]
  }

  private static func matches(_ value: String, _ pattern: String) -> Bool {
    value == pattern || fnmatch(pattern, value, 0) == 0
  }
}
