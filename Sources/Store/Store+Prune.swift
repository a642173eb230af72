import GRDB

extension Store {
  /// Races, samples and machines that went, or would go.
  public struct Pruned: Hashable, Sendable {
    public var races = 0
    public var samples = 0
    /// Machines of which nothing is left.
    public var machines: [String] = []
  }

  /// Removes races, and the machines that have none left.
  ///
  /// - Parameter isRehearsal: finds out what would go, and changes nothing.
  public func prune(_ filter: RaceFilter, isRehearsal: Bool) throws -> Pruned {
    let (condition, arguments) = filter.condition
    func count(_ db: Database) throws -> Pruned {
      var pruned = Pruned()
      pruned.races =
        try Int.fetchOne(
          db, sql: "SELECT count(*) FROM races WHERE \(condition)", arguments: arguments) ?? 0
      pruned.samples =
        try Int.fetchOne(
          db,
          sql: """
            SELECT count(*) FROM samples JOIN measurements ON measurement = measurements.id
            WHERE race IN (SELECT id FROM races WHERE \(condition))
            """, arguments: arguments) ?? 0
      pruned.machines = try String.fetchAll(
        db,
        sql: """
          SELECT id FROM machines WHERE id NOT IN
            (SELECT machine FROM races WHERE id NOT IN (SELECT id FROM races WHERE \(condition)))
          ORDER BY id
          """, arguments: arguments)
      return pruned
    }
    if isRehearsal { return try read(count) }
    let pruned = try write { db in
      let pruned = try count(db)
      try db.execute(sql: "DELETE FROM races WHERE \(condition)", arguments: arguments)
      try db.execute(
        sql: "DELETE FROM machines WHERE id NOT IN (SELECT machine FROM races)")
      return pruned
    }
    // Gives the space back. It needs room and the file to itself; without them the space is reused.
    if pruned.races > 0 { try? writeWithoutTransaction { try $0.execute(sql: "VACUUM") } }
    return pruned
  }
}
