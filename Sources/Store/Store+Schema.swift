import Convolution
import GRDB

// The schema. A released migration is never changed; a new version of the schema is a new one.
//
// machines      a row per fingerprint
// races         a row per race: what it was of, and how it ended once it has; a later row came into
//               this store later, whatever the clocks say
// measurements  a row per candidate of a race
// samples       a row per sample of a candidate: its time, the speed probes around it, whether one of
//               them said that the machine was slowed

extension Store {
  static let firstSchema = "1 races and measurements"

  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration(firstSchema) { db in
      try db.execute(
        sql: """
          CREATE TABLE machines (
            id TEXT PRIMARY KEY NOT NULL,
            fingerprint TEXT NOT NULL
          ) WITHOUT ROWID;
          CREATE TABLE races (
            id INTEGER PRIMARY KEY,
            machine TEXT NOT NULL REFERENCES machines(id),
            isa TEXT NOT NULL,
            threads INTEGER NOT NULL,
            binding TEXT NOT NULL,
            cacheState TEXT NOT NULL,
            problem TEXT NOT NULL,
            epilogue TEXT NOT NULL,
            kernelGeneration INTEGER NOT NULL,
            scope TEXT NOT NULL,
            toolVersion TEXT NOT NULL,
            started REAL NOT NULL,
            finished REAL,
            ending TEXT,
            validity TEXT,
            discarded INTEGER NOT NULL DEFAULT 0,
            disturbed INTEGER NOT NULL DEFAULT 0,
            speedBest REAL,
            speedWorst REAL
          );
          CREATE INDEX racesByKey ON races(machine, problem, epilogue, isa, threads, finished);
          CREATE TABLE measurements (
            race INTEGER NOT NULL REFERENCES races(id) ON DELETE CASCADE,
            strategy TEXT NOT NULL,
            configuration TEXT NOT NULL,
            place TEXT NOT NULL,
            samples TEXT NOT NULL,
            count INTEGER NOT NULL,
            median REAL,
            low REAL,
            high REAL,
            ratio REAL,
            error REAL,
            rejection TEXT,
            workspaceBytes INTEGER NOT NULL DEFAULT 0,
            time REAL NOT NULL,
            PRIMARY KEY (race, strategy, configuration)
          ) WITHOUT ROWID;
          """)
    }
    // Rows of the first schema keep NULL: their probes were not written down.
    migrator.registerMigration("2 speed probes beside every sample") { db in
      try db.execute(
        sql: """
          ALTER TABLE measurements ADD COLUMN speedsBefore TEXT;
          ALTER TABLE measurements ADD COLUMN speedsAfter TEXT;
          """)
    }
    migrator.registerMigration("3 problems as benchdnn reads them", migrate: translateProblems)
    migrator.registerMigration("4 conditions, subjects and kernel signatures") { db in
      try divideKeys(db)
    }
    migrator.registerMigration("5 a row per sample") { db in try divideSamples(db) }
    return migrator
  }

  /// What is no problem in the legacy dialect is left as it is: reading it names it.
  private static func translateProblems(_ db: Database) throws {
    for text in try String.fetchAll(db, sql: "SELECT DISTINCT problem FROM races") {
      guard let problem = try? ConvolutionProblem(descriptor: text, dialect: .legacy),
        problem.description != text
      else { continue }
      try db.execute(
        sql: "UPDATE races SET problem = ? WHERE problem = ?",
        arguments: [problem.description, text])
    }
  }

  /// Schema 3 had subject and scope as one text, `+smt` in the binding, one generation of all
  /// kernels, and neither cores, caches, commit, node nor run. Its races keep everything they had;
  /// their kernels are unknown.
  private static func divideKeys(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE divided (
          id INTEGER PRIMARY KEY,
          machine TEXT NOT NULL REFERENCES machines(id),
          isa TEXT NOT NULL,
          threads INTEGER NOT NULL,
          smt INTEGER NOT NULL,
          binding TEXT NOT NULL,
          cores TEXT,
          caches TEXT,
          cpus TEXT NOT NULL DEFAULT '',
          cacheState TEXT NOT NULL,
          problem TEXT NOT NULL,
          epilogue TEXT NOT NULL,
          kernels TEXT NOT NULL,
          subject TEXT NOT NULL,
          network TEXT,
          layer INTEGER,
          block TEXT,
          strategies TEXT,
          candidates INTEGER NOT NULL,
          maxError REAL,
          maxWorkspaceBytes INTEGER,
          toolVersion TEXT NOT NULL,
          toolCommit TEXT NOT NULL DEFAULT '',
          node TEXT NOT NULL DEFAULT '',
          run TEXT NOT NULL DEFAULT '',
          started REAL NOT NULL,
          finished REAL,
          ending TEXT,
          validity TEXT,
          discarded INTEGER NOT NULL DEFAULT 0,
          disturbed INTEGER NOT NULL DEFAULT 0,
          superseded INTEGER NOT NULL DEFAULT 0,
          speedBest REAL,
          speedWorst REAL
        );
        """)
    let rows = try Row.fetchCursor(db, sql: "SELECT id, scope FROM races ORDER BY id")
    let insert = try db.makeStatement(
      sql: """
        INSERT INTO divided (id, machine, isa, threads, smt, binding, cacheState, problem, epilogue,
          kernels, subject, network, layer, block, strategies, candidates, maxError,
          maxWorkspaceBytes, toolVersion, started, finished, ending, validity, discarded, disturbed,
          speedBest, speedWorst)
        SELECT id, machine, isa, threads, binding LIKE '%+smt', replace(binding, '+smt', ''),
          cacheState, problem, epilogue, 'unknown', ?, ?, ?, ?, ?, ?, ?, ?, toolVersion, started,
          finished, ending, validity, discarded, disturbed, speedBest, speedWorst
        FROM races WHERE id = ?
        """)
    while let row = try rows.next() {
      let text: String = try row.optional("scope") ?? ""
      let id: Int64 = try row.value("id")
      // What cannot be read keeps its text; who meets the race says so.
      let key = ScopeText(text)
      try insert.execute(
        arguments: (key?.subject.columns ?? ["unreadable", text, nil, nil])
          + (key?.scope.columns ?? [nil, 0, nil, nil]) + [id])
    }
    try db.execute(
      sql: """
        DROP TABLE races;
        ALTER TABLE divided RENAME TO races;
        CREATE INDEX racesByKey ON races(machine, problem, epilogue, isa, threads, started);
        """)
  }
}
