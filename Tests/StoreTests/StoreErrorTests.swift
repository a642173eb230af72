import Base
import Convolution
import Foundation
import GRDB
import KernelLibrary
import Measurement
import Races
import TestSupport
import Testing

@testable import Store
@testable import Topology

/// Stores that cannot be used: one line each, and what was stored stays.
struct StoreErrorTests {
  private func key() throws -> RaceKey {
    var key = try sampleKey()
    key.machine = sampleMachine.id
    return key
  }

  private func filled(_ place: TemporaryStore) throws {
    let store = try Store(path: place.path)
    let race = try store.begin(key(), machine: sampleMachine)
    try store.finish(race, sampleOutcome(), validity: .valid)
    store.close()
  }

  @Test func theFirstSchemaIsBroughtUpToDate() throws {
    let place = try TemporaryStore()
    do {
      let queue = try DatabaseQueue(path: place.path)
      try Store.migrator.migrate(queue, upTo: Store.firstSchema)
      try queue.write { db in
        try db.execute(
          sql: """
            INSERT INTO machines VALUES (?, ?);
            INSERT INTO races (id, machine, isa, threads, binding, cacheState, problem, epilogue,
              kernelGeneration, scope, toolVersion, started, finished, ending, validity)
            VALUES (3, ?, 'baseline', 2, 'core', 'network', 'mb1ic64ih56oc64oh56kh3ph1', 'none',
              1, 'all n=2', '0.0.9', 1700000000.5, 1700000002.5, 'single', 'valid');
            INSERT INTO measurements (race, strategy, configuration, place, samples, count, time)
            VALUES (3, 'direct', 'columns=2', 'winner', '[1000.5,1001.0]', 2, 1700000001.0);
            INSERT INTO races (id, machine, isa, threads, binding, cacheState, problem, epilogue,
              kernelGeneration, scope, toolVersion, started)
            VALUES (4, ?, 'baseline', 2, 'core', 'network', 'mb1ic8ih9iw8oc8oh5ow4kh3sh2ph1',
              'none', 1, 'all n=2', '0.0.9', 1700000003.5);
            """,
          arguments: [
            sampleMachine.id,
            String(decoding: JSONEncoder().encode(sampleMachine), as: UTF8.self),
            sampleMachine.id, sampleMachine.id,
          ])
      }
      try queue.close()
    }
    var wanted = try key()
    wanted.kernels = .unknown
    wanted.team.place = nil
    // To look into it changes nothing in the file.
    let before = try Data(contentsOf: URL(fileURLWithPath: place.path))
    let looked = try Store(reading: place.path)
    #expect(try looked.finishedRace(wanted)?.outcome.winner?.samples == [1000.5, 1001])
    looked.close()
    #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)) == before)

    let store = try Store(path: place.path)
    let found = try #require(try store.finishedRace(wanted))
    #expect(found.outcome.winner?.samples == [1000.5, 1001])
    #expect(found.toolVersion == "0.0.9")
    #expect(
      try store.race(3)?.measurements.first?.samples == [Sample(1000.5), Sample(1001)])
    // Its problem is the one that was meant then: benchdnn would read another, or none.
    #expect(
      try store.race(4)?.key.problem.description == "mb1ic8ih9iw8oc8oh5ow4kh3kw3sh2sw2ph1pw1")
    // And it can be written with what is new.
    let race = try store.begin(wanted, machine: sampleMachine, cpus: [0, 1])
    try add(sampleOutcome().standings[0], after: [4, 5, 6.125], to: race, of: store)
    try store.finish(race, sampleOutcome(), validity: .valid)
    let direct = try #require(
      try store.race(race.id)?.measurements.first { $0.candidate.strategy == "direct" })
    #expect(direct.place == .winner)
    #expect(direct.samples.map(\.speedBefore) == [1, 2, 3])
    #expect(direct.samples.map(\.speedAfter) == [4, 5, 6.13])
    #expect(direct.samples.map(\.isDisturbed) == [true, false, false])
  }

  /// A sample at a time, as a race measures them.
  private func add(
    _ standing: Standing, after: [Gflops], to race: Store.OpenRace, of store: Store
  ) throws {
    var growing = standing
    growing.samples = []
    for (index, time) in standing.samples.enumerated() {
      growing.samples.append(time)
      try store.record(
        growing,
        Sample(
          time, speedBefore: Gflops(Double(index + 1)), speedAfter: after[index],
          isDisturbed: index == 0), in: race)
    }
  }

  @Test func aLockedStoreIsNamed() throws {
    let place = try TemporaryStore()
    try filled(place)
    let store = try Store(path: place.path, patience: 0.05)
    let other = try DatabaseQueue(path: place.path)
    try other.inTransaction(.immediate) { _ in
      let error = message { _ = try store.begin(key(), machine: sampleMachine) }
      #expect(
        error == "store \(place.path) is locked by another process; wait for it or name "
          + "another with --store")
      #expect(message { _ = try Store(path: place.path, patience: 0.05) } == error)
      // Reading goes on.
      let stored = try store.finishedRace(key())
      #expect(stored != nil)
      let counts = try Store(reading: place.path).counts()
      #expect(counts.races == 1)
      return .rollback
    }
    #expect(try store.counts().races == 1)
    _ = try store.begin(key(), machine: sampleMachine)
    #expect(try store.counts().races == 2)
  }

  @Test func aFullDiskLosesNothing() throws {
    let place = try TemporaryStore()
    try filled(place)
    let store = try Store(path: place.path)
    let pages = try store.read { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
    try store.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") }
    let error = message {
      for _ in 0..<1000 {
        let race = try store.begin(key(), machine: sampleMachine)
        try store.finish(race, sampleOutcome(), validity: .valid)
      }
    }
    #expect(error == "store \(place.path): the disk is full; what was stored before is safe")
    #expect(try store.finishedRace(key())?.outcome == sampleOutcome())
    try store.checkIntegrity()
  }

  /// As `kill -9` leaves the file while it is being made: with a journal that undoes the beginning.
  @Test func aReaderUndoesAnUnfinishedStart() throws {
    let place = try TemporaryStore()
    let making = try DatabaseQueue(path: place.folder + "/making.sqlite")
    try making.writeWithoutTransaction { db in
      // One page of cache: what is written goes to the file before the commit.
      try db.execute(sql: "CREATE TABLE first (x); PRAGMA cache_size = 1; BEGIN")
      for i in 0..<20 {
        try db.execute(
          sql: "CREATE TABLE t\(i) (x); INSERT INTO t\(i) VALUES (zeroblob(9000))")
      }
      for suffix in ["", "-journal"] {
        try FileManager.default.copyItem(
          atPath: place.folder + "/making.sqlite" + suffix, toPath: place.path + suffix)
      }
      try db.execute(sql: "ROLLBACK; DROP TABLE first")
    }
    // Undone, it is a database with a table that is not ours; before, it could not be read at all.
    #expect(
      message { _ = try Store(reading: place.path) }
        == "store \(place.path) is some other program's database; name another")
    #expect(!FileManager.default.fileExists(atPath: place.path + "-journal"))
  }

  @Test func aTruncatedStoreIsNamedAndLeftAsItIs() throws {
    let place = try TemporaryStore()
    try filled(place)
    let whole = try Data(contentsOf: URL(fileURLWithPath: place.path))
    for length in [1, 50, 99, 100, 4096, whole.count / 2] {
      for suffix in ["-wal", "-shm"] { unlink(place.path + suffix) }
      let bytes = whole.prefix(length)
      try bytes.write(to: URL(fileURLWithPath: place.path))
      let errors = [
        message {
          let store = try Store(reading: place.path)
          try store.checkIntegrity()
          _ = try store.overview()
        },
        message { try Store(path: place.path).checkIntegrity() },
      ]
      for error in errors {
        #expect(error.contains("damaged"), "\(length) of \(whole.count) bytes: \(error)")
        #expect(!error.contains("\n"))
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: place.path)).count == length)
    }
  }

  @Test func garbageWithinIsFoundByTheCheck() throws {
    let place = try TemporaryStore()
    try filled(place)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: place.path))
    // The header stays: it opens, and says later that it is damaged.
    for i in (bytes.count - 3000)..<bytes.count { bytes[i] = 0xa5 }
    try bytes.write(to: URL(fileURLWithPath: place.path))
    let error = message {
      let store = try Store(reading: place.path)
      try store.checkIntegrity()
      _ = try store.overview()
    }
    #expect(error.contains("damaged"), "\(error)")
  }

  @Test func readingNeedsAStore() throws {
    let place = try TemporaryStore()
    #expect(message { _ = try Store(reading: place.path) }.hasSuffix("convbench tune makes one"))
    #expect(!FileManager.default.fileExists(atPath: place.path))
    #expect(message { _ = try Store(reading: place.folder) }.contains("is a folder"))
    try Data("no database at all, whatever its name may say".utf8)
      .write(to: URL(fileURLWithPath: place.path))
    #expect(
      message { _ = try Store(reading: place.path) }.contains("damaged or no convbench store"))
  }

  @Test(.disabled(if: getuid() == 0, "root may write everything"))
  func readOnlyStoresCanBeReadOnly() throws {
    let place = try TemporaryStore()
    try filled(place)
    chmod(place.path, 0o444)
    #expect(message { _ = try Store(path: place.path) }.contains("read-only"))
    #expect(try Store(reading: place.path).counts().races == 1)
    chmod(place.folder, 0o555)
    defer { chmod(place.folder, 0o755) }
    #expect(try Store(reading: place.path).counts().races == 1)
    #expect(!message { _ = try Store(path: place.folder + "/new") }.isEmpty)
  }

  // MARK: Prune

  @Test func pruneRemovesWhatFulfilsEverything() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    let other = MachineFingerprint(fields: [.init(name: "cpu", value: "Other")])
    func add(
      _ machine: MachineFingerprint, age: Double, validity: Validity = .valid, generation: Int = 0
    ) throws {
      var key = try key()
      key.machine = machine.id
      if generation > 0 { key.kernels = KernelSignature("direct.999 vector-kernels.1") ?? .unknown }
      var race = RaceRecord(
        key: key, origin: RaceOrigin(toolVersion: "1"),
        started: Date().timeIntervalSince1970 - age)
      race.finished = race.started + 1
      race.ending = .single
      race.validity = validity
      race.measurements = [
        MeasurementRecord(
          candidate: sampleOutcome().standings[0].candidate, place: .winner,
          samples: [Sample(1), Sample(2)],
          time: race.started)
      ]
      try store.adding { adder in
        try adder.add(machine)
        try adder.add(race)
      }
    }
    try add(sampleMachine, age: 10)
    try add(sampleMachine, age: 1000)
    try add(sampleMachine, age: 2000, validity: Validity(.invalid, reasons: ["steal 9 %"]))
    try add(sampleMachine, age: 20, generation: 1)
    try add(other, age: 3000)
    let running = try store.begin(key(), machine: sampleMachine)

    func count(_ change: (inout RaceFilter) -> Void, isRehearsal: Bool = true) throws -> Int {
      var filter = RaceFilter()
      filter.idleSince = Date().timeIntervalSince1970 - 3600
      change(&filter)
      return try store.prune(filter, isRehearsal: isRehearsal).races
    }
    let now = Date().timeIntervalSince1970
    #expect(try count { $0.isInvalid = true } == 1)
    #expect(try count { $0.isStale = true } == 1)
    #expect(try count { $0.before = now - 500 } == 3)
    #expect(try count { $0.machine = other.id } == 1)
    #expect(try count { $0.machine = "%" } == 0)
    #expect(
      try count { filter in
        filter.machine = sampleMachine.id
        filter.before = now - 500
      } == 2)
    #expect(try count { $0.isUnfinished = true } == 0)
    #expect(
      try count { filter in
        filter.isUnfinished = true
        filter.idleSince = now + 60
      } == 1)
    #expect(try store.counts().races == 6)

    var filter = RaceFilter()
    filter.machine = other.id
    let pruned = try store.prune(filter, isRehearsal: false)
    #expect(pruned == Store.Pruned(races: 1, samples: 2, machines: [other.id]))
    #expect(try store.machines() == [sampleMachine])
    #expect(try count({ $0.before = now - 500 }, isRehearsal: false) == 2)
    #expect(try store.counts() == Store.Counts(races: 3, finishedRaces: 2, measurements: 2))
    // The race that runs is not disturbed.
    try store.record(sampleOutcome().standings[0], Sample(1000), in: running)
    try store.checkIntegrity()
  }
}
