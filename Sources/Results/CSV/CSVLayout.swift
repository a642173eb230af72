/// Where a row's columns are in a file, by the file's header.
struct CSVLayout<Row: CSVRow> {
  let header: [String]
  private let schema: Int
  /// By `Row.columns`; nil where a file of an older version lacks it.
  private let positions: [Int?]
  /// Columns of this version that the file lacks because it is older.
  let lacking: [String]

  /// - Throws: `CSVError`: a column twice, or one missing that every version has.
  init(_ record: CSVText.Record, path: String) throws {
    let place = "\(path):\(record.line)"
    header = record.fields
    var found: [String: Int] = [:]
    for (index, name) in header.enumerated() {
      guard found.updateValue(index, forKey: name) == nil else {
        throw CSVError("\(place): column \"\(name.prefix(40))\" is there twice")
      }
    }
    guard let schema = found["schema"] else {
      throw CSVError("\(place): is no header of \(Row.schemaName) rows: \(Self.hint(header))")
    }
    let missing = Row.columns.filter { $0.since == 1 && found[$0.name] == nil }.map(\.name)
    guard missing.isEmpty else {
      let more = missing.count > 5 ? " and \(missing.count - 5) more" : ""
      throw CSVError(
        "\(place): lacks \(missing.count == 1 ? "column" : "columns") "
          + "\(missing.prefix(5).joined(separator: ", "))\(more) of \(Row.schema)")
    }
    self.schema = schema
    positions = Row.columns.map { found[$0.name] }
    lacking = Row.columns.filter { found[$0.name] == nil }.map(\.name)
  }

  /// What a header without a `schema` column may be.
  private static func hint(_ header: [String]) -> String {
    let first = header.first ?? ""
    if first.contains("\0") || first.hasPrefix("\u{FFFD}\u{FFFD}") {
      return "it is UTF-16 or no text, and must be UTF-8"
    }
    if header.count == 1, first.contains(";") || first.contains("\t") {
      return "semicolons or tabs separate its columns, commas must"
    }
    return "it has no column schema"
  }

  /// - Throws: `CSVError`: too few or too many fields, another schema, a cell that is not what its
  ///   column holds.
  func row(_ record: CSVText.Record, path: String) throws -> Row {
    let place = "\(path):\(record.line)"
    guard record.fields.count == header.count else {
      throw CSVError("\(place): \(record.fields.count) fields, the header has \(header.count)")
    }
    let version = try version(record.fields[schema], place: place)
    var row = Row()
    for (column, position) in zip(Row.columns, positions) {
      guard let position else {
        guard version < column.since else {
          throw CSVError(
            "\(place): is \(Row.schemaName)/\(version), whose column \(column.name) the header lacks"
          )
        }
        continue
      }
      let text = record.fields[position]
      if text.isEmpty, version < column.since { continue }
      guard column.read(&row, text) else {
        throw CSVError(
          "\(place): \(column.name) is \"\(Self.shown(text))\", not \(column.kind)")
      }
    }
    if version < Row.schemaVersion { row.migrate(from: version) }
    return row
  }

  private func version(_ text: String, place: String) throws -> Int {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == Row.schemaName, let version = Int(parts[1]), version > 0
    else {
      throw CSVError("\(place): schema is \"\(Self.shown(text))\", not \(Row.schema)")
    }
    guard version <= Row.schemaVersion else {
      throw CSVError(
        "\(place): schema \(Self.shown(text)) is newer than this convbench's \(Row.schema)")
    }
    return version
  }

  /// The start of a cell, on one line.
  private static func shown(_ text: String) -> String {
    String(text.prefix(40).map { $0.isNewline ? " " : $0 })
  }
}
