import Base
import Foundation
import GRDB
import KernelLibrary
import Measurement
import Plans
import Topology

/// Races of one store under the same conditions, counted.
public struct RaceGroup: Hashable, Sendable {
  /// Of the kernels all that its races depend on together, if they are of this program or never
  /// contradict one another; else those of the last.
  public var conditions: Conditions
  public var nodes = 0
  public var races = 0
  public var finished = 0
  public var invalid = 0
  public var samples = 0
  /// Seconds since 1970.
  public var first = 0.0
  public var last = 0.0

  public var machine: MachineFingerprint { conditions.machine }
  public var isa: InstructionSet { conditions.instructionSets[0] }
}

extension Store {
  /// The races by their conditions; within a machine the newest last.
  public func overview() throws -> [RaceGroup] {
    let machines = Dictionary(
      try machines().map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
    return try read { db in
      let conditions = Self.groupColumns.joined(separator: ", ")
      var groups: [RaceGroup] = []
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT \(conditions), count(*) AS races, count(finished) AS finished,
            min(started) AS first, max(coalesce(finished, started)) AS last,
            count(DISTINCT nullif(node, '')) AS nodes,
            sum(coalesce(substr(validity, 1, 7) = 'invalid', 0)) AS invalid,
            sum((SELECT count(*) FROM measurements JOIN samples ON measurement = measurements.id
              WHERE race = races.id)) AS samples
          FROM races GROUP BY \(conditions) ORDER BY \(conditions)
          """)
      for row in rows {
        let group: RaceGroup
        do { group = try RaceGroup(row: row, machines) } catch let error as RowError {
          for id in try Self.races(of: row, db) { warn(race: id, error.description) }
          continue
        }
        if let known = groups.indices.last, groups[known].add(group) { continue }
        groups.append(group)
      }
      return groups.sorted {
        ($0.machine.id, $0.last, $0.isa.rawValue, $0.conditions.team.count)
          < ($1.machine.id, $1.last, $1.isa.rawValue, $1.conditions.team.count)
      }
    }
  }

  private static let groupColumns = [
    "machine", "isa", "threads", "smt", "binding", "cores", "caches", "toolVersion", "toolCommit",
    "kernels",
  ]

  /// The numbers of a group's races.
  private static func races(of row: Row, _ db: Database) throws -> [Int64] {
    let condition = groupColumns.map { "\($0) IS ?" }.joined(separator: " AND ")
    let values = groupColumns.map { row[$0] as DatabaseValue? }
    return try Int64.fetchAll(
      db, sql: "SELECT id FROM races WHERE \(condition) ORDER BY id",
      arguments: StatementArguments(values))
  }

  /// Looks at every page and index.
  ///
  /// - Throws: `StoreError` naming the first damage.
  public func checkIntegrity() throws {
    try read { db in
      let answer = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)") ?? "no answer"
      guard answer == "ok" else {
        throw StoreError("store \(path) is damaged (\(answer)); move it away")
      }
      if let row = try Row.fetchOne(db, sql: "PRAGMA foreign_key_check") {
        let table: String = try row.value("table")
        throw StoreError(
          "store \(path) is damaged (a row of \(table) without its parent); "
            + "move it away")
      }
    }
  }
}

extension RaceGroup {
  /// - Throws: `RowError`.
  fileprivate init(row: Row, _ machines: [String: MachineFingerprint]) throws {
    guard let machine = machines[try row.value("machine")] else {
      throw RowError("the fingerprint of its machine")
    }
    guard let isa = InstructionSet(rawValue: try row.value("isa")) else { throw RowError("isa") }
    conditions = Conditions(
      machine: machine, instructionSets: [isa], team: try ThreadTeam(row: row),
      kernels: KernelSignature(try row.value("kernels")) ?? .unknown,
      toolVersion: try row.value("toolVersion"), commit: try row.value("toolCommit"))
    nodes = try row.value("nodes")
    races = try row.value("races")
    finished = try row.value("finished")
    invalid = try row.value("invalid")
    samples = try row.value("samples")
    first = try row.value("first")
    last = try row.value("last")
  }

  /// Takes the other in where nothing but the candidates' kernels differs.
  fileprivate mutating func add(_ other: RaceGroup) -> Bool {
    var conditions = other.conditions
    conditions.kernels = self.conditions.kernels
    guard conditions == self.conditions,
      let kernels = self.conditions.kernels.union(other.conditions.kernels)
    else { return false }
    self.conditions.kernels = kernels
    nodes = max(nodes, other.nodes)
    races += other.races
    finished += other.finished
    invalid += other.invalid
    samples += other.samples
    first = min(first, other.first)
    last = max(last, other.last)
    return true
  }
}
