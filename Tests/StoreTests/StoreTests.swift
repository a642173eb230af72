import Convolution
import Foundation
import GRDB
import KernelLibrary
import Measurement
import TestSupport
import Testing

@testable import Base
@testable import Store
@testable import Topology

struct StoreTests {
  private func key() throws -> RaceKey {
    var key = try sampleKey()
    key.machine = sampleMachine.id
    return key
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return ""
    } catch {
      return "\(error)"
    }
  }

  @Test func aFinishedRaceIsFoundAfterReopening() throws {
    let place = try TemporaryStore()
    let outcome = sampleOutcome()
    let validity = Validity(.noisy, reasons: ["CV 7.2 %"])
    do {
      let store = try Store(path: place.path)
      let race = try store.begin(key(), machine: sampleMachine)
      try store.record(outcome.standings[1], Sample(2000), in: race)
      #expect(try store.finishedRace(key()) == nil)
      try store.finish(race, outcome, validity: validity, speeds: [100, 98])
      store.close()
    }
    let store = try Store(path: place.path)
    let found = try #require(try store.finishedRace(key()))
    #expect(found.outcome == outcome)
    #expect(found.validity == validity)
    #expect(found.toolVersion == ToolVersion.current)
    #expect(try store.machines() == [sampleMachine])
    #expect(try store.counts() == Store.Counts(races: 1, finishedRaces: 1, measurements: 3))
  }

  @Test func everyPartOfTheKeyCounts() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    let race = try store.begin(key(), machine: sampleMachine)
    try store.finish(race, sampleOutcome(), validity: .valid)
    #expect(try store.finishedRace(key()) != nil)
    let changes: [(inout RaceKey) throws -> Void] = [
      { $0.machine = "other" }, { $0.isa = .avx2 }, { $0.team.count = 1 },
      { $0.team.binding = "none" }, { $0.team.smt = true }, { $0.team.place = nil },
      { $0.team.place?.cores = [.init(kind: "E", count: 2)] },
      { $0.team.place?.caches[0].bytes = 96 << 20 },
      { $0.cacheState = .hot }, { $0.workload.epilogue = Epilogue(bias: true) },
      { $0.workload.problem = try ConvolutionProblem(descriptor: "mb2ic64ih56oc64oh56kh3ph1") },
      { $0.kernels = .unknown },
      { $0.kernels = KernelSignature(of: [StrategyTable.all[0]]) },
      { $0.scope.strategies = ["direct"] }, { $0.scope.candidates = 3 },
      { $0.scope.maxError = 1e-3 }, { $0.scope.maxWorkspaceBytes = 1 },
      { $0.subject = .inNetwork(network: "net#1", layer: 0) },
      { $0.subject = .block(network: "net#1", layer: 0, block: "ab") },
    ]
    for change in changes {
      var other = try key()
      try change(&other)
      #expect(try store.finishedRace(other) == nil)
    }
  }

  @Test func aRefreshedRaceWins() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    for median in [1000, 2000] as [Nanoseconds] {
      var outcome = sampleOutcome()
      outcome.standings[0].samples = [median]
      let race = try store.begin(key(), machine: sampleMachine)
      try store.finish(race, outcome, validity: .valid, isRefresh: true)
    }
    #expect(try store.finishedRace(key())?.outcome.winner?.samples == [2000])
  }

  @Test func unusableStoresAreOneLineEach() throws {
    let place = try TemporaryStore()
    try Data("this is not a database, but it is long enough to be looked at as one".utf8)
      .write(to: URL(fileURLWithPath: place.path))
    #expect(message { _ = try Store(path: place.path) }.contains("damaged or no convbench store"))
    #expect(message { _ = try Store(path: place.folder) }.contains("is a folder"))
    #expect(message { _ = try Store(path: "/dev/null/x/store") }.contains("Not a directory"))
    #expect(message { _ = try Store(path: "/proc/store.sqlite") }.contains("store /proc"))
  }

  @Test func aStoreOfTheFutureIsRefused() throws {
    let place = try TemporaryStore()
    do {
      let store = try Store(path: place.path)
      try store.write { db in
        try db.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99 future')")
      }
      store.close()
    }
    #expect(message { _ = try Store(path: place.path) }.contains("newer convbench"))
  }

  @Test func foreignDatabasesAreLeftAlone() throws {
    let place = try TemporaryStore()
    do {
      let queue = try DatabaseQueue(path: place.path)
      try queue.write { try $0.execute(sql: "CREATE TABLE recipes (name TEXT)") }
      try queue.close()
    }
    #expect(message { _ = try Store(path: place.path) }.contains("some other program's"))
  }

  @Test func aDamagedStoreIsNamed() throws {
    let place = try TemporaryStore()
    do {
      let store = try Store(path: place.path)
      let race = try store.begin(key(), machine: sampleMachine)
      try store.finish(race, sampleOutcome(), validity: .valid)
      store.close()
    }
    var bytes = try Data(contentsOf: URL(fileURLWithPath: place.path))
    for i in 200..<bytes.count { bytes[i] = 0xa5 }
    try bytes.write(to: URL(fileURLWithPath: place.path))
    let text = message {
      let store = try Store(path: place.path)
      _ = try store.finishedRace(key())
    }
    #expect(text.contains("damaged or no convbench store"), "\(text)")
  }

  @Test func defaultPathFollowsTheEnvironment() {
    #expect(Store.defaultPath(environment: ["CONVBENCH_STORE": "/a/b"]) == "/a/b")
    #expect(
      Store.defaultPath(environment: ["XDG_DATA_HOME": "/x", "HOME": "/h"])
        == "/x/convbench/store.sqlite")
    #expect(
      Store.defaultPath(environment: ["XDG_DATA_HOME": "relative", "HOME": "/h"])
        == "/h/.local/share/convbench/store.sqlite")
  }
}
