import Base
import Convolution
import Foundation
import GRDB
import KernelLibrary
import Measurement
import TestSupport
import Testing

@testable import Races
@testable import Store
@testable import Topology

/// What stores of before had as one text, and what decides between several races.
struct RaceKeyTests {
  private static let texts: [(String, RaceSubject, RaceScope)] = [
    ("all n=12", .isolated, RaceScope(candidates: 12)),
    (
      "direct+im2col n=7 error<=0.001 workspace<=4096", .isolated,
      RaceScope(
        strategies: ["im2col", "direct"], candidates: 7, maxError: 1e-3, maxWorkspaceBytes: 4096)
    ),
    (
      "all n=3 error<=1e-05 in resnet20-shortcutC#1a2b3c4d layer 5",
      .inNetwork(network: "resnet20-shortcutC#1a2b3c4d", layer: 5),
      RaceScope(candidates: 3, maxError: 1e-5)
    ),
    (
      "n=7 fused in mobilenetv1#ab layer 2 of 9f",
      .block(
        network: "mobilenetv1#ab", layer: 2, block: "9f"), RaceScope(candidates: 7)
    ),
  ]

  @Test func textsOfBeforeAreReadOnce() throws {
    for (text, subject, scope) in Self.texts {
      let read = try #require(ScopeText(text), "\(text)")
      #expect(read.subject == subject, "\(text)")
      #expect(read.scope == scope, "\(text)")
    }
    for text in [
      "moon", "all n=x", "all n=1 in net layer x", "n=1 fused in net layer 2", "all n=1 what=2",
      "all n=1 in net layer 99999999999999999999",
    ] {
      #expect(ScopeText(text).map { "\($0.scope)" } == (text == "moon" ? "moon n=0" : nil))
    }
  }

  @Test func aStoreOfTheThirdSchemaIsBroughtUpToDate() throws {
    let place = try TemporaryStore()
    let queue = try DatabaseQueue(path: place.path)
    try Store.migrator.migrate(queue, upTo: "3 problems as benchdnn reads them")
    let texts = Self.texts.map(\.0) + ["who knows n=1"]
    try queue.write { db in
      try Store.add(sampleMachine, db)
      for (index, text) in texts.enumerated() {
        try db.execute(
          sql: """
            INSERT INTO races (id, machine, isa, threads, binding, cacheState, problem, epilogue,
              kernelGeneration, scope, toolVersion, started, finished, ending, validity)
            VALUES (?, ?, 'baseline', 2, ?, 'network', 'mb1ic64ih56oc64oh56kh3ph1', 'none',
              2, ?, '0.1.0', 1700000000.5, 1700000002.5, 'single', 'valid');
            INSERT INTO measurements (race, strategy, configuration, place, samples, count, time)
            VALUES (?, 'direct', 'columns=2', 'winner', '[1000.5,1001.0]', 2, 1700000001.0);
            """,
          arguments: [
            index + 1, sampleMachine.id, index == 0 ? "core+smt" : "core", text, index + 1,
          ])
      }
    }
    try queue.close()
    let store = try Store(path: place.path)
    for (index, (_, subject, scope)) in Self.texts.enumerated() {
      let race = try #require(try store.race(Int64(index + 1)))
      #expect(race.key.subject == subject)
      #expect(race.key.scope == scope)
      #expect(race.key.kernels.isUnknown)
      #expect(race.key.team == ThreadTeam(count: 2, smt: index == 0, binding: "core"))
      #expect(race.sampleCount == 2)
      // It is found under the key that it has now, and by none of this program's kernels.
      #expect(try store.finishedRace(race.key) != nil)
      var current = race.key
      current.kernels = .current
      #expect(try store.finishedRace(current) == nil)
    }
    // What cannot be read is there, and is named.
    #expect(try store.counts().races == texts.count)
    #expect(
      message { _ = try store.race(Int64(texts.count)) }.contains(
        "race \(texts.count): subject is not what convbench writes"))
    try store.checkIntegrity()
    var stale = RaceFilter()
    stale.isStale = true
    #expect(try store.prune(stale, isRehearsal: true).races == texts.count)
    store.close()
  }

  @Test func anExportOfTheFirstVersionIsRead() throws {
    let line = """
      {"kind":"race","machine":"\(sampleMachine.id)","isa":"avx2","threads":2,"binding":"core+smt",\
      "cacheState":"network","problem":"mb1ic64ih56oc64oh56kh3ph1","epilogue":"none",\
      "kernelGeneration":2,"scope":"all n=3 in lenet5#1 layer 0","toolVersion":"0.1.0",\
      "started":1.5,"measurements":[]}
      """
    guard case .race(let race) = try StoreLine.decode(Data(line.utf8), place: "x") else {
      Issue.record("no race")
      return
    }
    #expect(race.key.kernels.isUnknown)
    #expect(race.key.team == ThreadTeam(count: 2, smt: true, binding: "core"))
    #expect(race.key.subject == .inNetwork(network: "lenet5#1", layer: 0))
    #expect(race.key.scope == RaceScope(candidates: 3))
  }

  @Test func whatCannotBeReadIsNamedOnceAndLeftOut() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    var warnings: [String] = []
    store.onWarning = { warnings.append($0) }
    var key = try sampleKey()
    key.machine = sampleMachine.id
    for _ in 0..<2 {
      try store.finish(
        store.begin(key, machine: sampleMachine), sampleOutcome(), validity: .valid)
    }
    try store.write { db in
      try db.execute(
        sql: """
          UPDATE samples SET ns = 'x' WHERE measurement = (SELECT max(id) FROM measurements)
          """)
    }
    for _ in 0..<2 { #expect(try store.finishedRace(key)?.outcome == sampleOutcome()) }
    #expect(warnings.count == 1)
    #expect(warnings.first?.contains("race 2 is left out: samples") == true)
  }

  // MARK: Several races of one key

  private func race(
    _ winner: String, _ median: Nanoseconds, _ validity: Validity = .valid,
    _ ratios: [String: Double] = [:], finished: Double = 0
  ) -> StoredRace {
    func standing(_ name: String, _ ratio: Double) -> Standing {
      Standing(
        candidate: Candidate(strategy: name, configuration: KernelLibrary.Configuration()),
        place: name == winner ? .winner : .finalist, samples: [ratio * median], ratio: ratio,
        workspaceBytes: 0, error: 0)
    }
    return StoredRace(
      outcome: RaceOutcome(
        ending: .separated,
        standings: [standing(winner, 1)] + ratios.sorted { $0.key < $1.key }.map(standing)),
      validity: validity, toolVersion: "1", finished: finished)
  }

  @Test func aBadNodeOverrulesNobody() throws {
    let bad = Validity(.invalid, reasons: ["steal 40 %"])
    let noisy = Validity(.noisy, reasons: ["CV 9 %"])
    let good = (0..<50).map { race("direct", Nanoseconds(100 + Double($0))) }
    // The newest, by any clock, and the fastest.
    let all = good + [race("winograd", 1, bad, finished: 9e9), race("im2col", 1, noisy)]
    for order in [all, all.reversed()] {
      let election = try #require(RaceElection(order))
      #expect(election.winner.strategy == "direct")
      #expect(election.races.count == 50)
      #expect(election.race.outcome.winner?.median == 124)
    }
    #expect(RaceElection([race("a", 1, bad), race("b", 2, noisy)])?.winner.strategy == "b")
    #expect(RaceElection([race("a", 1, bad)])?.winner.strategy == "a")
    #expect(RaceElection([]) == nil)
  }

  @Test func aTieGoesToTheCandidateThatLostLeast() throws {
    let races = [
      race("a", 10, .valid, ["b": 1.01]), race("b", 10, .valid, ["a": 1.3]),
    ]
    #expect(RaceElection(races)?.winner.strategy == "b")
    #expect(RaceElection(races.reversed())?.winner.strategy == "b")
  }

  @Test func aRefreshCountsWhateverTheClocksSay() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    var key = try sampleKey()
    key.machine = sampleMachine.id
    func add(_ median: Nanoseconds, _ validity: Validity, isRefresh: Bool) throws {
      var outcome = sampleOutcome()
      outcome.standings[0].samples = [median]
      try store.finish(
        store.begin(key, machine: sampleMachine), outcome, validity: validity,
        isRefresh: isRefresh)
    }
    try add(1000, .valid, isRefresh: false)
    // As if its clock had run years ahead.
    try store.write { try $0.execute(sql: "UPDATE races SET started = 5e9, finished = 5e9") }
    try add(2000, .valid, isRefresh: true)
    #expect(try store.finishedRace(key)?.outcome.winner?.samples == [2000])
    // A worse one does not take the better one's place.
    try add(3000, Validity(.invalid, reasons: ["steal 40 %"]), isRefresh: true)
    #expect(try store.finishedRace(key)?.outcome.winner?.samples == [2000])
  }

  // MARK: Kernels

  @Test func aSignatureIsOfItsStrategiesAndTheirFamilies() throws {
    let direct = KernelSignature(of: [try StrategyTable.strategy(named: "direct")])
    let depthwise = KernelSignature(of: [try StrategyTable.strategy(named: "depthwise")])
    #expect(direct.revisions.keys.sorted() == ["band-kernels", "direct", "vector-kernels"])
    #expect(direct.isCurrent && depthwise.isCurrent && !KernelSignature.unknown.isCurrent)
    for signature in [direct, depthwise, .current, .unknown] {
      #expect(KernelSignature(signature.description) == signature)
    }
    let other = try #require(KernelSignature("depthwise.2 depthwise-kernels.9 vector-kernels.1"))
    #expect(!other.isCurrent)
    // Another revision of the depthwise kernels costs depthwise races only.
    #expect(direct.agrees(with: other) && !depthwise.agrees(with: other))
    #expect(direct.union(other)?.revisions.count == 5)
    #expect(depthwise.union(other) == nil)
    #expect(!direct.agrees(with: .unknown) && KernelSignature.unknown.agrees(with: .unknown))
    for text in ["", "direct", "direct.0", "direct.x", "a.1 a.1", "a b.1", "unknown direct.1"] {
      #expect(KernelSignature(text) == nil, "\(text)")
    }
  }
}
