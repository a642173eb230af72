import Foundation
import GRDB
import Measurement
import Topology

/// Races of one store under the same conditions, counted.
public struct RaceGroup: Hashable, Sendable {
  public var machine: MachineFingerprint
  public var isa: InstructionSet
  public var threads: Int
  /// As `RaceKey.binding`.
  public var binding: String
  public var kernelGeneration: Int
  public var toolVersion: String
  public var races = 0
  public var finished = 0
  public var invalid = 0
  public var samples = 0
  /// Seconds since 1970.
  public var first = 0.0
  public var last = 0.0

  /// The conditions as a plan has them.
  public var conditions: Plan.Conditions {
    let smt = binding.hasSuffix("+smt")
    return Plan.Conditions(
      machine: machine, instructionSets: [isa],
      threads: Plan.Threads(
        count: threads, smt: smt, binding: smt ? String(binding.dropLast(4)) : binding, cpus: []),
      toolVersion: toolVersion, kernelGeneration: kernelGeneration)
  }
}

extension Store {
  /// The races by their conditions; within a machine the newest last.
  public func overview() throws -> [RaceGroup] {
    let machines = Dictionary(
      try machines().map { ($0.id, $0) }, uniquingKeysWith: { a, _ in a })
    return try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT machine, isa, threads, binding, kernelGeneration, toolVersion,
            count(*) AS races, count(finished) AS finished, min(started) AS first,
            max(coalesce(finished, started)) AS last,
            sum(coalesce(substr(validity, 1, 7) = 'invalid', 0)) AS invalid,
            sum((SELECT coalesce(sum(count), 0) FROM measurements WHERE race = races.id))
              AS samples
          FROM races GROUP BY machine, isa, threads, binding, kernelGeneration, toolVersion
          ORDER BY machine, last, isa, threads, binding, kernelGeneration, toolVersion
          """
      ).map { row in
        let id: String = try row.value("machine")
        guard let machine = machines[id] else {
          throw StoreError("store \(path): machine \(id) has races but no readable fingerprint")
        }
        let name: String = try row.value("isa")
        guard let isa = InstructionSet(rawValue: name) else {
          throw StoreError("store \(path): unknown instruction set \(name)")
        }
        var group = RaceGroup(
          machine: machine, isa: isa, threads: try row.value("threads"),
          binding: try row.value("binding"),
          kernelGeneration: try row.value("kernelGeneration"),
          toolVersion: try row.value("toolVersion"))
        group.races = try row.value("races")
        group.finished = try row.value("finished")
        group.invalid = try row.value("invalid")
        group.samples = try row.value("samples")
        group.first = try row.value("first")
        group.last = try row.value("last")
        return group
      }
    }
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
