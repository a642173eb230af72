import Base
import GRDB
import Measurement

// A row per sample: what is measured is added, and nothing that was kept is written again.

extension Sample {
  /// What a measurement has, in the order in which it was measured.
  static func all(of measurement: Int64, _ db: Database) throws -> [Sample] {
    var samples: [Sample] = []
    let rows = try Row.fetchCursor(
      db.cachedStatement(
        sql: """
          SELECT ns, before, after, disturbed FROM samples WHERE measurement = ? ORDER BY sequence
          """), arguments: [measurement])
    while let row = try rows.next() { samples.append(try Sample(row: row)) }
    return samples
  }

  private init(row: Row) throws {
    func number<Value: Quantity>(_ column: String) throws -> Value? {
      guard let number: Double = try row.optional(column) else { return nil }
      guard number.isFinite, number >= 0 else { throw RowError(column) }
      return Value(number)
    }
    do {
      guard let time: Nanoseconds = try number("ns") else { throw RowError("ns") }
      self.init(
        time, speedBefore: try number("before"), speedAfter: try number("after"),
        isDisturbed: try row.optional("disturbed"))
    } catch is RowError {
      throw RowError("samples")
    }
  }

  /// Inserts the row, or replaces it.
  func write(measurement: Int64, sequence: Int, _ db: Database) throws {
    let sample = rounded
    try db.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO samples (measurement, sequence, ns, before, after, disturbed)
        VALUES (?, ?, ?, ?, ?, ?)
        """
    ).execute(
      arguments: [
        measurement, sequence, sample.time.value, sample.speedBefore?.value,
        sample.speedAfter?.value, sample.isDisturbed,
      ])
  }

  /// Removes a measurement's samples from one on.
  static func remove(from sequence: Int, of measurement: Int64, _ db: Database) throws {
    try db.cachedStatement(sql: "DELETE FROM samples WHERE measurement = ? AND sequence >= ?")
      .execute(arguments: [measurement, sequence])
  }
}
