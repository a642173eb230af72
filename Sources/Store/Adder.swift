import GRDB
import Topology

extension Store {
  /// Adds records to a store and counts what was new.
  ///
  /// Records are gathered first and written some hundred at a time: whoever else has the store open
  /// waits for as long as that takes, and not for reading and decoding their source.
  final class Adder {
    private let store: Store
    private(set) var counts = MergeCounts()
    private var machines: Set<String>
    private var waitingMachines: [MachineFingerprint] = []
    private var waitingRaces: [RaceRecord] = []
    private var waitingSamples = 0

    private static let raceLimit = 256
    private static let sampleLimit = 50_000

    init(_ store: Store) throws {
      self.store = store
      machines = try store.read { try String.fetchSet($0, sql: "SELECT id FROM machines") }
    }

    func add(_ machine: MachineFingerprint) throws {
      guard machines.insert(machine.id).inserted else { return }
      waitingMachines.append(machine)
      counts.machines += 1
    }

    func knows(machine id: String) -> Bool { machines.contains(id) }

    func add(_ race: RaceRecord) throws {
      waitingRaces.append(race)
      waitingSamples += race.sampleCount
      if waitingRaces.count >= Self.raceLimit || waitingSamples >= Self.sampleLimit {
        try flush()
      }
    }

    /// Writes what waits, in one transaction.
    func flush() throws {
      guard !waitingMachines.isEmpty || !waitingRaces.isEmpty else { return }
      counts = try store.write { db in
        for machine in waitingMachines { try Store.add(machine, db) }
        var counts = counts
        for race in waitingRaces { try Self.add(race, db, &counts) }
        return counts
      }
      waitingMachines.removeAll(keepingCapacity: true)
      waitingRaces.removeAll(keepingCapacity: true)
      waitingSamples = 0
    }

    /// The copies of a race. One at most is found without looking at others, however many nodes ran
    /// this key.
    static let copies = """
      SELECT * FROM races WHERE \(RaceKey.condition) AND started = ? AND run = ?
        AND toolVersion = ? ORDER BY id
      """

    private static func add(
      _ race: RaceRecord, _ db: Database, _ counts: inout MergeCounts
    ) throws {
      let row = try Row.fetchOne(
        db.cachedStatement(sql: copies),
        arguments: race.key.arguments + [
          race.started, race.origin.run, race.origin.toolVersion,
        ])
      guard let row else {
        try race.insert(db)
        counts.added += 1
        return
      }
      // A copy that cannot be read gives way.
      let known = try? RaceRecord(row: row, db)
      if let known, try race == known || !race.isFuller(than: known) {
        counts.known += 1
        return
      }
      try db.execute(
        sql: "DELETE FROM races WHERE id = ?", arguments: [try row.value("id") as Int64])
      try race.insert(db)
      counts.extended += 1
    }
  }
}
