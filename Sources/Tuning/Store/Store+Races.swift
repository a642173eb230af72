import Base
import Convolution
import Foundation
import GRDB
import Measurement
import Topology

extension Store {
  /// A race that is being written.
  public struct OpenRace: Sendable, Hashable {
    /// Its number in this store.
    public let id: Int64
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
    try write { db in
      try Self.add(machine, db)
      return OpenRace(
        id: try RaceRecord(
          key: key, toolVersion: ToolVersion.current, started: Date().timeIntervalSince1970
        ).insert(db))
    }
  }

  /// Keeps a candidate's samples so far, replacing what was kept of it in this race.
  ///
  /// - Parameter speeds: the probes around each of the samples.
  public func record(
    _ standing: Standing, speeds: SampleSpeeds = SampleSpeeds(), in race: OpenRace
  ) throws {
    try write { db in
      var measurement = Self.measurement(standing)
      measurement.speedsBefore = speeds.before
      measurement.speedsAfter = speeds.after
      try measurement.write(race: race.id, db)
    }
  }

  /// Notes how a race ended, with every candidate's final standing, in one transaction.
  ///
  /// - Parameter speeds: GFLOP/s of the speed probes taken meanwhile.
  public func finish(
    _ race: OpenRace, _ outcome: RaceOutcome, validity: Validity, speeds: [Double] = []
  ) throws {
    try write { db in
      for standing in outcome.standings {
        try Self.measurement(standing).write(race: race.id, db)
      }
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

  /// The newest finished race with this key; nil where there is none that can be read.
  public func finishedRace(_ key: RaceKey) throws -> StoredRace? {
    try read { db in
      let row = try Row.fetchOne(
        db,
        sql: """
          SELECT * FROM races WHERE \(RaceKey.condition) AND finished IS NOT NULL
          ORDER BY finished DESC, id DESC LIMIT 1
          """, arguments: key.arguments)
      guard let row else { return nil }
      do { return try RaceRecord(row: row, db).stored } catch is RowError { return nil }
    }
  }

  /// The machines on record whose results hold under these conditions, the same one first: nothing
  /// that timings depend on differs, as `Plan.Conditions.comparisons` weighs it.
  public func machines(alike present: Plan.Conditions) throws -> [String] {
    let id = present.machine.id
    let others = try machines().filter { machine in
      var recorded = present
      recorded.machine = machine
      return machine.id != id
        && recorded.comparisons(with: present).compactMap(\.difference)
          .allSatisfy { $0.severity == .harmless }
    }
    return [id] + others.map(\.id)
  }

  /// All finished isolated races of this shape under these conditions, whatever candidates were
  /// allowed; the newest first. The scope of one within a network tells where.
  func finishedRaces(shape key: RaceKey) throws -> [StoredRace] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM races WHERE \(RaceKey.shapeCondition) AND finished IS NOT NULL
            AND instr(scope, ' in ') = 0
          ORDER BY finished DESC, id DESC
          """, arguments: key.shapeArguments)
      return rows.compactMap { try? RaceRecord(row: $0, db).stored }
    }
  }

  private static func measurement(_ standing: Standing) -> MeasurementRecord {
    var measurement = MeasurementRecord(
      candidate: standing.candidate, place: standing.place, samples: standing.samples,
      time: Date().timeIntervalSince1970)
    measurement.ratio = standing.ratio
    measurement.error = standing.error
    measurement.rejection = standing.rejection
    measurement.workspaceBytes = standing.workspaceBytes
    return measurement
  }
}
