/// A type that is a row of a CSV file. Its columns are stated once, for writing, reading and
/// `docs/csv.md`.
public protocol CSVRow {
  /// What stands before the version in the `schema` column, such as `network`.
  static var schemaName: String { get }
  /// Raised when a column is added or changes its meaning.
  static var schemaVersion: Int { get }
  /// In the order of the file, without `schema`.
  static var columns: [CSVColumn<Self>] { get }
  /// A row to read into.
  init()
}

extension CSVRow {
  /// Such as `network/1`.
  public static var schema: String { "\(schemaName)/\(schemaVersion)" }
  package static var header: [String] { ["schema"] + columns.map(\.name) }
}

/// A column: its name, what it holds, and where that is in the row.
public struct CSVColumn<Row> {
  public let name: String
  /// Shape and unit, as in `docs/csv.md`.
  public let meaning: String
  let text: (Row) -> String
  /// Stores the text's value; false where it has none.
  let read: (inout Row, String) -> Bool
  /// What the text must be, for errors.
  let kind: String

  public init<Value: CSVValue>(
    _ name: String, _ path: WritableKeyPath<Row, Value>, _ meaning: String
  ) {
    self.name = name
    self.meaning = meaning
    kind = Value.csvKind
    text = { $0[keyPath: path].csv }
    read = { row, text in
      guard let value = Value(csv: text) else { return false }
      row[keyPath: path] = value
      return true
    }
  }
}

/// What a cell may hold.
public protocol CSVValue {
  static var csvKind: String { get }
  var csv: String { get }
  init?(csv: String)
}

extension String: CSVValue {
  public static var csvKind: String { "text" }
  public var csv: String { self }
  public init?(csv: String) { self = csv }
}

extension Int: CSVValue {
  public static var csvKind: String { "a whole number" }
  public var csv: String { String(self) }
  public init?(csv: String) { self.init(csv) }
}

extension Double: CSVValue {
  public static var csvKind: String { "a number" }

  /// The shortest text that reads back as the same number.
  public var csv: String { isFinite ? "\(self)" : "" }

  /// Decimal only: neither `nan` nor `inf` nor hexadecimal is a measurement.
  public init?(csv: String) {
    guard csv.utf8.allSatisfy({ (0x2B...0x39).contains($0) || $0 == 0x65 || $0 == 0x45 }),
      let value = Double(csv), value.isFinite
    else { return nil }
    self = value
  }
}

/// An empty cell is nil.
extension Optional: CSVValue where Wrapped: CSVValue {
  public static var csvKind: String { Wrapped.csvKind + " or empty" }
  public var csv: String { self?.csv ?? "" }
  public init?(csv: String) {
    if csv.isEmpty {
      self = .none
      return
    }
    guard let value = Wrapped(csv: csv) else { return nil }
    self = .some(value)
  }
}
