import Convolution
import Foundation
import GRDB
import KernelLibrary
import Measurement
import Topology

extension Store {
  /// A race that is being written.
  public struct OpenRace: Sendable {
    let id: Int64
  }

  /// How many races and measurements there are.
  public struct Counts: Hashable, Sendable {
    public var races: Int
    public var finishedRaces: Int
    public var measurements: Int
  }

  public func counts() throws -> Counts {
    try read { db in
      func count(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
      return Counts(
        races: try count("SELECT count(*) FROM races"),
        finishedRaces: try count("SELECT count(*) FROM races WHERE finished IS NOT NULL"),
        measurements: try count("SELECT count(*) FROM measurements"))
    }
  }

  /// Notes that a race begins.
  public func begin(_ key: RaceKey, machine: MachineFingerprint) throws -> OpenRace {
    try add(machine)
    return try write { db in
      try db.execute(
        sql: """
          INSERT INTO races (machine, isa, threads, binding, cacheState, problem, epilogue,
            kernelGeneration, scope, toolVersion, started)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: Self.arguments(key) + [
          ToolVersion.current, Date().timeIntervalSince1970,
        ])
      return OpenRace(id: db.lastInsertedRowID)
    }
  }

  /// Keeps a candidate's samples so far, replacing what was kept of it in this race.
  public func record(_ standing: Standing, in race: OpenRace) throws {
    try write { db in try Self.insert(standing, race.id, db) }
  }

  /// Notes how a race ended, with every candidate's final standing, in one transaction.
  ///
  /// - Parameter speeds: GFLOP/s of the speed probes taken meanwhile.
  public func finish(
    _ race: OpenRace, _ outcome: RaceOutcome, validity: Validity, speeds: [Double] = []
  ) throws {
    try write { db in
      for standing in outcome.standings { try Self.insert(standing, race.id, db) }
      try db.execute(
        sql: """
          UPDATE races SET finished = ?, ending = ?, validity = ?, discarded = ?, disturbed = ?,
            speedBest = ?, speedWorst = ? WHERE id = ?
          """,
        arguments: [
          Date().timeIntervalSince1970, outcome.ending.rawValue, validity.description,
          outcome.discarded, outcome.disturbed, speeds.max(), speeds.min(), race.id,
        ])
    }
  }

  /// The newest finished race with this key; nil where there is none.
  public func finishedRace(_ key: RaceKey) throws -> StoredRace? {
    try read { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT id, finished, ending, validity, discarded, disturbed, toolVersion FROM races
          WHERE machine = ? AND isa = ? AND threads = ? AND binding = ? AND cacheState = ?
            AND problem = ? AND epilogue = ? AND kernelGeneration = ? AND scope = ?
            AND finished IS NOT NULL
          ORDER BY finished DESC, id DESC LIMIT 1
          """, arguments: Self.arguments(key))
      guard let row, let ending = (row["ending"] as String?).flatMap(RaceEnding.init(rawValue:))
      else { return nil }
      let standings = try Row.fetchAll(
        db,
        sql: """
          SELECT strategy, configuration, place, samples, ratio, error, rejection, workspaceBytes
          FROM measurements WHERE race = ?
          """, arguments: [row["id"] as Int64]
      ).compactMap(Self.standing)
      let sorted = standings.sorted {
        ($0.place == .winner ? 0 : 1, $0.ratio ?? .infinity, $0.candidate.description)
          < ($1.place == .winner ? 0 : 1, $1.ratio ?? .infinity, $1.candidate.description)
      }
      guard sorted.first?.place == .winner else { return nil }
      return StoredRace(
        outcome: RaceOutcome(
          ending: ending, standings: sorted, discarded: row["discarded"],
          disturbed: row["disturbed"]),
        validity: (row["validity"] as String?).flatMap { Validity($0) } ?? .valid,
        toolVersion: row["toolVersion"], finished: row["finished"])
    }
  }

  private static func arguments(_ key: RaceKey) -> StatementArguments {
    [
      key.machine, key.isa.rawValue, key.threads, key.binding, key.cacheState.rawValue,
      key.problem.description, key.epilogue.description, key.kernelGeneration, key.scope,
    ]
  }

  private static func insert(_ standing: Standing, _ race: Int64, _ db: Database) throws {
    let summary = SampleSummary(standing.samples)
    // Half nanoseconds: the median of an even number of runs.
    let samples = standing.samples.map { "\(($0 * 2).rounded() / 2)" }.joined(separator: ",")
    try db.execute(
      sql: """
        INSERT OR REPLACE INTO measurements (race, strategy, configuration, place, samples, count,
          median, low, high, ratio, error, rejection, workspaceBytes, time)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        race, standing.candidate.strategy, standing.candidate.configuration.description,
        standing.place.rawValue, "[\(samples)]", standing.samples.count, summary?.median,
        summary?.interval.low, summary?.interval.high, standing.ratio,
        standing.error.flatMap(finite),
        standing.rejection, standing.workspaceBytes, Date().timeIntervalSince1970,
      ])
  }

  private static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

  /// nil for a row that this program could not have written.
  private static func standing(_ row: Row) -> Standing? {
    guard let configuration = KernelLibrary.Configuration(row["configuration"] as String),
      let place = Standing.Place(rawValue: row["place"]),
      let samples = try? JSONDecoder().decode(
        [Double].self, from: Data((row["samples"] as String).utf8)),
      samples.allSatisfy({ $0.isFinite && $0 >= 0 })
    else { return nil }
    return Standing(
      candidate: Candidate(strategy: row["strategy"], configuration: configuration), place: place,
      samples: samples, ratio: row["ratio"], workspaceBytes: row["workspaceBytes"],
      error: row["error"],
      rejection: row["rejection"])
  }
}
