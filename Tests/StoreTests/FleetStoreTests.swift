import Base
import Convolution
import Foundation
import GRDB
import GRDBSQLite
import KernelLibrary
import Measurement
import TestSupport
import Testing

@testable import Races
@testable import Store
@testable import Topology

/// Stores of many nodes of one kind.
struct FleetStoreTests {
  /// A node's race of one key, begun at the same moment everywhere.
  private func race(
    _ node: Int, winner: String = "direct", median: Double, _ validity: Validity = .valid
  ) throws -> RaceRecord {
    var key = try sampleKey()
    key.machine = sampleMachine.id
    var race = RaceRecord(
      key: key,
      origin: RaceOrigin(toolVersion: "1", node: "n\(node)", run: "run\(node)"), started: 1.7e9)
    race.finished = race.started + 1
    race.ending = .separated
    race.validity = validity
    race.measurements = ["direct", "winograd"].map { name in
      var measurement = MeasurementRecord(
        candidate: Candidate(strategy: name, configuration: KernelLibrary.Configuration()),
        place: name == winner ? .winner : .finalist, samples: [Sample(Nanoseconds(median))],
        time: race.started)
      measurement.ratio = name == winner ? 1 : 1.5
      return measurement
    }
    return race
  }

  private func store(_ place: TemporaryStore, _ name: String, _ races: [RaceRecord]) throws -> Store
  {
    let store = try Store(path: place.folder + "/\(name).sqlite")
    try store.adding { adder in
      try adder.add(sampleMachine)
      for race in races { try adder.add(race) }
    }
    return store
  }

  private func lines(_ store: Store) throws -> [String] {
    var lines: [String] = []
    try store.export { lines.append($0) }
    return lines
  }

  @Test func fiftyNodesStandAgainstABadOne() throws {
    let place = try TemporaryStore()
    let bad = try race(
      50, winner: "winograd", median: 1, Validity(.invalid, reasons: ["steal 40 %"]))
    let nodes = try (0..<50).map { try race($0, median: 1000 + Double($0)) } + [bad]
    let sources = try nodes.enumerated().map { try store(place, "node\($0)", [$1]) }
    var contents: Set<[String]> = []
    for (name, order) in [("up", sources), ("down", sources.reversed())] {
      let all = try store(place, name, [])
      for source in order { try all.merge(source) }
      // They began at the same moment, and all are there.
      #expect(try all.counts().finishedRaces == 51)
      let found = try #require(try all.finishedRace(bad.key))
      #expect(found.outcome.winner?.candidate.strategy == "direct")
      #expect(found.outcome.winner?.median == 1024)
      contents.insert(try lines(all))
    }
    #expect(contents.count == 1)
  }

  /// SQLite's own count of what it did for one look at the copies of a race.
  private func steps(_ store: Store, _ race: RaceRecord) throws -> Int {
    try store.read { db in
      let statement = try db.makeStatement(sql: Store.Adder.copies)
      statement.arguments =
        race.key.arguments + [race.started, race.origin.run, race.origin.toolVersion]
      let rows = try Row.fetchCursor(statement)
      while try rows.next() != nil {}
      return Int(sqlite3_stmt_status(statement.sqliteStatement, SQLITE_STMTSTATUS_VM_STEP, 0))
    }
  }

  @Test func mergingIsLinear() throws {
    let place = try TemporaryStore()
    let all = try store(place, "all", try (0..<100).map { try race($0, median: 1000) })
    let plan = try all.read { db in
      try Row.fetchAll(
        db, sql: "EXPLAIN QUERY PLAN " + Store.Adder.copies,
        arguments: race(0, median: 1).key.arguments + [1.7e9, "run0", "1"]
      ).map { $0["detail"] as String }
    }
    let index =
      "USING INDEX racesByKey (machine=? AND problem=? AND epilogue=? AND isa=? AND threads=? AND "
      + "started=? AND run=?)"
    #expect(plan.first?.contains(index) == true, "\(plan)")
    // A node costs the same whatever many there are already.
    let few = try steps(all, race(50, median: 1000))
    try all.adding { adder in
      for node in 100..<2000 { try adder.add(race(node, median: 1000)) }
    }
    #expect(try all.counts().races == 2000)
    #expect(try steps(all, race(1500, median: 1000)) == few)
    #expect(try steps(all, race(5000, median: 1000)) <= few)
  }

  @Test func aLongImportLetsOthersWrite() throws {
    let place = try TemporaryStore()
    let all = try store(place, "all", [])
    let other = try Store(path: place.folder + "/all.sqlite", patience: 0)
    var key = try sampleKey()
    key.machine = sampleMachine.id
    let counts = try all.adding { adder in
      for node in 0..<600 {
        try adder.add(race(node, median: 1000))
        if node % 100 == 0 { _ = try other.begin(key, machine: sampleMachine) }
      }
    }
    #expect(counts.added == 600)
    #expect(try all.counts().races == 606)
  }

  @Test func anImportSaysWhatItKept() throws {
    let place = try TemporaryStore()
    let text =
      try lines(store(place, "a", (0..<300).map { try race($0, median: 1000) })) + ["{\"kind\":1}"]
    let path = place.folder + "/a.jsonl"
    try Data(text.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path))
    let b = try store(place, "b", [])
    func importing() -> String {
      message { try b.importLines(#require(FileHandle(forReadingAtPath: path)), name: "a") }
    }
    let first = importing()
    #expect(first.hasPrefix("a: line 303: kind: "), "\(first)")
    #expect(first.hasSuffix("; 256 races above it were added"), "\(first)")
    #expect(try b.counts().races == 256)
  }

  @Test func whereAStoreIsAtRiskIsSaid() {
    func type(_ path: String) -> String? {
      ["/home": "nfs4", "/scratch": "lustre", "/gpfs": "gpfs", "/local": "ext4"][path]
    }
    func warning(_ path: String, _ environment: [String: String] = [:]) -> String? {
      Store.warning(ofPlace: path, environment: environment, type: type)
    }
    #expect(
      warning("/home/store.sqlite", ["SLURM_TMPDIR": "/local"])
        == "store /home/store.sqlite lies on NFS, where several nodes that write at once can damage "
        + "it; keep one a node with --store \"$SLURM_TMPDIR\"/store.sqlite, and bring them together "
        + "with convbench store export and import")
    #expect(
      warning("/scratch/a", ["SLURM_TMPDIR": "/gpfs", "TMPDIR": "/local"])?
        .contains(
          "Lustre, where several nodes that write at once can damage it; keep one a node with "
            + "--store \"$TMPDIR\"/") == true)
    #expect(warning("/gpfs/a")?.contains("GPFS") == true)
    #expect(warning("/gpfs/a")?.contains("--store /tmp/store.sqlite") == true)
    #expect(warning("/local/a") == nil && warning("/nowhere/a") == nil)
    #expect(SharedFileSystem.type(of: "/proc") == "proc")
    let mounts = """
      22 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw
      36 28 0:48 / /home rw,relatime shared:1 master:2 - nfs4 server:/home rw,vers=4.2
      """
    #expect(SharedFileSystem.type(ofDevice: "0:48", mounts: mounts) == "nfs4")
    #expect(SharedFileSystem.type(ofDevice: "0:4", mounts: mounts) == nil)
  }
}
