import Foundation
import GRDB
import Topology

/// What a merge or an import did.
public struct MergeCounts: Hashable, Sendable {
  /// Races that were not there.
  public var added = 0
  /// Races of which the source had more.
  public var extended = 0
  /// Races that were there already.
  public var known = 0
  /// Machines that were not there.
  public var machines = 0

  public init() {}
}

extension RaceRecord {
  /// Whether of two copies of one race this is the one to keep: the one that is known to be
  /// superseded, then the finished one, then the one
  /// that finished later, then the one with more samples, then any, but always the same one. A
  /// total order, so that stores can be merged in any order and any number of times.
  func isFuller(than other: RaceRecord) throws -> Bool {
    if isSuperseded != other.isSuperseded { return isSuperseded }
    let (a, b) = (finished ?? -1, other.finished ?? -1)
    if a != b { return a > b }
    if sampleCount != other.sampleCount { return sampleCount > other.sampleCount }
    return try StoreLine.race(self).encoded() > StoreLine.race(other).encoded()
  }
}

extension Store {
  /// Adds what another store has. Races are told apart by their key, their start and the run
  /// and version that made them.
  @discardableResult public func merge(_ source: Store) throws -> MergeCounts {
    try adding { adder in
      for machine in try source.machines() { try adder.add(machine) }
      try source.forEachRace { _, race in try adder.add(race) }
    }
  }

  /// Adds machines and races, in transactions of some hundred races.
  @discardableResult func adding(_ body: (Adder) throws -> Void) throws -> MergeCounts {
    let adder = try Adder(self)
    try body(adder)
    try adder.flush()
    return adder.counts
  }

  /// Every race that the filter lets through with its number in this store, in an order that only
  /// its content decides. One that convbench could not have written is left out and told to
  /// `onWarning`.
  ///
  /// - Throws: `StoreError`, and what `body` throws.
  public func forEachRace(
    _ filter: RaceFilter = RaceFilter(), _ body: (Int64, RaceRecord) throws -> Void
  ) throws {
    try forEachRecord(filter) { id, record in
      do { try body(id, try record.get()) } catch let error as RowError {
        warn(race: id, error.description)
      }
    }
  }

  /// One race by its number here; nil where there is none.
  ///
  /// - Throws: `StoreError` for one that cannot be read.
  public func race(_ id: Int64) throws -> RaceRecord? {
    var filter = RaceFilter()
    filter.id = id
    var found: RaceRecord?
    try forEachRecord(filter) { id, record in
      do { found = try record.get() } catch {
        throw StoreError("store \(path): race \(id): \(error)")
      }
    }
    return found
  }

  private func forEachRecord(
    _ filter: RaceFilter, _ body: (Int64, Result<RaceRecord, RowError>) throws -> Void
  ) throws {
    let machines = Set(try machines().map(\.id))
    try read { db in
      let (condition, arguments) = filter.condition
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT * FROM races WHERE \(condition)
          ORDER BY machine, started, \(RaceKey.columns.dropFirst().joined(separator: ", ")),
            run, toolVersion, id
          """, arguments: arguments)
      while let row = try rows.next() {
        let record: Result<RaceRecord, RowError>
        do {
          let race = try RaceRecord(row: row, db)
          record =
            machines.contains(race.key.machine)
            ? .success(race) : .failure(RowError("the fingerprint of its machine"))
        } catch let error as RowError {
          record = .failure(error)
        }
        try body(try row.value("id"), record)
      }
    }
  }
}
