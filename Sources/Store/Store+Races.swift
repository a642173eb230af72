import Base
import Convolution
import Foundation
import GRDB
import KernelLibrary
import Measurement
import Plans
import Races
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
  ///
  /// - Parameter cpus: the hardware threads of the workers; empty when unbound.
  public func begin(
    _ key: RaceKey, machine: MachineFingerprint, cpus: [Int] = []
  ) throws -> OpenRace {
    try write { db in
      try Self.add(machine, db)
      return OpenRace(
        id: try RaceRecord(
          key: key, origin: .here(cpus: cpus), started: Date().timeIntervalSince1970
        ).insert(db))
    }
  }

  /// Keeps a candidate's newest sample. The first takes the place of what was kept of it in this
  /// race.
  ///
  /// - Parameters:
  ///   - standing: with all its samples so far, the newest included.
  ///   - sample: the newest.
  public func record(_ standing: Standing, _ sample: Sample, in race: OpenRace) throws {
    try write { db in
      try Self.measurement(standing).append(
        sample, sequence: max(standing.samples.count, 1) - 1, race: race.id, db)
    }
  }

  /// Notes how a race ended, with every candidate's final standing, in one transaction.
  ///
  /// - Parameters:
  ///   - speeds: of the speed probes taken meanwhile.
  ///   - isRefresh: earlier races with this key count no longer, as far as they are no more valid
  ///     than this one. Which are earlier is a matter of their order here, not of clocks.
  public func finish(
    _ race: OpenRace, _ outcome: RaceOutcome, validity: Validity, speeds: [Gflops] = [],
    isRefresh: Bool = false
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
          outcome.discarded, outcome.disturbed, speeds.max()?.value, speeds.min()?.value, race.id,
        ])
      if isRefresh { try Self.supersede(race, validity, db) }
    }
  }

  private static func supersede(
    _ race: OpenRace, _ validity: Validity, _ db: Database
  ) throws {
    guard
      let row = try Row.fetchOne(db, sql: "SELECT * FROM races WHERE id = ?", arguments: [race.id])
    else { return }
    let others = try Row.fetchAll(
      db,
      sql: """
        SELECT id, validity FROM races WHERE \(RaceKey.condition) AND id < ?
          AND finished IS NOT NULL AND NOT superseded
        """, arguments: RaceKey(row: row).arguments + [race.id])
    for other in others {
      let text: String = try other.optional("validity") ?? ""
      guard (Validity(text) ?? .valid).label >= validity.label else { continue }
      let id: Int64 = try other.value("id")
      try db.execute(sql: "UPDATE races SET superseded = 1 WHERE id = ?", arguments: [id])
    }
  }

  /// What the finished races with this key say together (`RaceElection`); nil where there is none
  /// that can be read. One that cannot be is told to `onWarning`.
  public func finishedRace(_ key: RaceKey) throws -> StoredRace? {
    let races = try storedRaces(RaceKey.condition, key.arguments)
    return RaceElection(races.map(\.race))?.race
  }

  /// All finished isolated races of this shape under these conditions, whatever candidates were
  /// allowed, whose kernels are not known to be others than the key's; the newest here first.
  package func finishedRaces(shape key: RaceKey) throws -> [StoredRace] {
    try storedRaces(
      RaceKey.shapeCondition + " AND subject = 'isolated'", key.shapeArguments
    ).filter { key.kernels.agrees(with: $0.kernels) }.map(\.race)
  }

  /// The newest in this store first, whatever the clocks say; those of them that count.
  private func storedRaces(
    _ condition: String, _ arguments: StatementArguments
  ) throws -> [(race: StoredRace, kernels: KernelSignature)] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT * FROM races WHERE \(condition) AND finished IS NOT NULL AND NOT superseded
          ORDER BY id DESC
          """, arguments: arguments)
      return try rows.compactMap { row in
        do {
          let record = try RaceRecord(row: row, db)
          if let finished = record.finished {
            warnOfFuture(race: try row.value("id"), finished: finished)
          }
          return record.stored.map { ($0, record.key.kernels) }
        } catch let error as RowError {
          warn(race: try row.value("id"), error.description)
          return nil
        }
      }
    }
  }

  /// The machines on record whose results hold under these conditions, the same one first: nothing
  /// that timings depend on differs, as `Conditions.comparisons` weighs it.
  public func machines(alike present: Conditions) throws -> [String] {
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

  private static func measurement(_ standing: Standing) -> MeasurementRecord {
    var measurement = MeasurementRecord(
      candidate: standing.candidate, place: standing.place,
      samples: standing.samples.map { Sample($0) }, time: Date().timeIntervalSince1970)
    measurement.ratio = standing.ratio
    measurement.error = standing.error
    measurement.rejection = standing.rejection
    measurement.workspaceBytes = standing.workspaceBytes
    return measurement
  }
}
