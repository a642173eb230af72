extension CSVRow {
  /// Name and cell of every column in the order of a file, `schema` first: what `CSVFile.append`
  /// writes.
  public var fields: [(name: String, text: String)] {
    [("schema", Self.schema)] + Self.columns.map { ($0.name, $0.text(self)) }
  }
}
