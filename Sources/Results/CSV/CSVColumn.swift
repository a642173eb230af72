/// A type that is a row of a CSV file. Its columns are stated once, for writing, reading and
/// `docs/csv.md`.
public protocol CSVRow {
  /// What stands before the version in the `schema` column, such as `network`.
  static var schemaName: String { get }
  /// Raised when a column is added or changes its meaning.
  static var schemaVersion: Int { get }
  /// In the order of the file, without `schema`.
  static var columns: [CSVColumn<Self>] { get }
  /// A row to read into: what it holds is what columns have that an older file lacks.
  init()
  /// Translates what a row of an older version had otherwise.
  mutating func migrate(from version: Int)
}

extension CSVRow {
  public mutating func migrate(from version: Int) {}

  /// Such as `network/1`.
  public static var schema: String { "\(schemaName)/\(schemaVersion)" }
  package static var header: [String] { ["schema"] + columns.map(\.name) }
}

/// A column: its name, what it holds, and where that is in the row.
public struct CSVColumn<Row> {
  public let name: String
  /// Shape and unit, as in `docs/csv.md`.
  public let meaning: String
  /// The first schema version that has it. Rows of older versions keep what `Row()` holds.
  public let since: Int
  let text: (Row) -> String
  /// Stores the text's value; false where it has none.
  let read: (inout Row, String) -> Bool
  /// What the text must be, for errors.
  let kind: String

  public init<Value: CSVValue>(
    _ name: String, _ path: WritableKeyPath<Row, Value>, since: Int = 1, _ meaning: String
  ) {
    self.name = name
    self.meaning = meaning
    self.since = since
    kind = Value.csvKind
    text = { $0[keyPath: path].csv }
    read = { row, text in
      guard let value = Value(csv: text) else { return false }
      row[keyPath: path] = value
      return true
    }
  }
}
