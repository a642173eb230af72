import Foundation
import GRDB

extension Store {
  /// Schema 4 had a candidate's samples and their speed probes as JSON lists in its row, which was
  /// written anew with each of them, and their median and interval. Every sample gets a row; whether
  /// it was disturbed was not kept.
  static func divideSamples(_ db: Database) throws {
    try db.execute(
      sql: """
        ALTER TABLE measurements RENAME TO listed;
        CREATE TABLE measurements (
          id INTEGER PRIMARY KEY,
          race INTEGER NOT NULL REFERENCES races(id) ON DELETE CASCADE,
          strategy TEXT NOT NULL,
          configuration TEXT NOT NULL,
          place TEXT NOT NULL,
          ratio REAL,
          error REAL,
          rejection TEXT,
          workspaceBytes INTEGER NOT NULL DEFAULT 0,
          time REAL NOT NULL,
          UNIQUE (race, strategy, configuration)
        );
        CREATE TABLE samples (
          measurement INTEGER NOT NULL REFERENCES measurements(id) ON DELETE CASCADE,
          sequence INTEGER NOT NULL,
          ns REAL NOT NULL,
          before REAL,
          after REAL,
          disturbed INTEGER,
          PRIMARY KEY (measurement, sequence)
        ) WITHOUT ROWID;
        INSERT INTO measurements (race, strategy, configuration, place, ratio, error, rejection,
          workspaceBytes, time)
        SELECT race, strategy, configuration, place, ratio, error, rejection, workspaceBytes, time
        FROM listed ORDER BY race, strategy, configuration;
        DROP INDEX racesByKey;
        CREATE INDEX racesByKey ON races(machine, problem, epilogue, isa, threads, started, run);
        """)
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT measurements.id AS id, samples, speedsBefore, speedsAfter
        FROM listed JOIN measurements USING (race, strategy, configuration) ORDER BY id
        """)
    let insert = try db.makeStatement(
      sql: "INSERT INTO samples (measurement, sequence, ns, before, after) VALUES (?, ?, ?, ?, ?)")
    while let row = try rows.next() {
      let times = try values(row, "samples")
      let before = try values(row, "speedsBefore")
      let after = try values(row, "speedsAfter")
      for (sequence, time) in times.enumerated() {
        try insert.execute(
          arguments: [
            row["id"], sequence, time, sequence < before.count ? before[sequence] : nil,
            sequence < after.count ? after[sequence] : nil,
          ])
      }
    }
    try db.execute(sql: "DROP TABLE listed")
  }

  /// A list's numbers; none for NULL. What cannot be read keeps its text; who meets it says so.
  private static func values(
    _ row: Row, _ column: String
  ) throws -> [any DatabaseValueConvertible] {
    let stored: DatabaseValue = row[column]
    if stored.isNull { return [] }
    let text = String.fromDatabaseValue(stored) ?? "\(stored)"
    guard let numbers = try? JSONDecoder().decode([Double].self, from: Data(text.utf8)) else {
      return ["unreadable: \(text)"]
    }
    return numbers
  }
}
