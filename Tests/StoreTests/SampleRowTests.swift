import Base
import Foundation
import GRDB
import Measurement
import TestSupport
import Testing

@testable import Store
@testable import Topology

/// A row per sample, and stores of schema 4, which had lists.
struct SampleRowTests {
  /// Two races of a real store of schema 4, their lists cut short, and what no convbench wrote.
  private static let rows = """
    INSERT INTO races (id, machine, isa, threads, smt, binding, cores, caches, cpus, cacheState,
      problem, epilogue, kernels, subject, strategies, candidates, toolVersion, toolCommit, node, run,
      started, finished, ending, validity, discarded, disturbed, superseded, speedBest, speedWorst)
    VALUES (1, '\(sampleMachine.id)', 'avx512', 1, 0, 'core', ':1',
      '1:49152:1:1,2:2097152:1:1,3:314572800:1:1', '0', 'network', 'mb1ic6ih14oc16oh10kh5',
      'bias+tanh', 'band-kernels.1 direct.1 im2col.1 vector-kernels.1', 'isolated', 'direct,im2col',
      5, '0.2.0', '0d026f427c04', 'vm', 'b8060b6b503d6e07', 1795926070.39834, 1795926072.0315,
      'budget', 'noisy: CV 24.1 %; IQR 55.7 % of the median', 183, 31, 0, 163.648648648649,
      62.747807313453);
    INSERT INTO measurements (race, strategy, configuration, place, samples, count, median, low, high,
      ratio, error, rejection, workspaceBytes, time, speedsBefore, speedsAfter)
    VALUES (1, 'direct', 'band=10,chunk=1,columns=1,order=1,pixels=10,rows=1', 'winner',
      '[13110.0,12766.0,11928.5]', 3, 12766.0, 11928.5, 13110.0, 1.0, 2.34488486308972e-08, NULL, 0,
      1795926072.03096, '[157.25,156.75,159.52]', '[156.01,157.75,157.98]'),
      (1, 'im2col', 'band=10,columns=1,pixels=10', 'slower', '[31444.0]', 1, 31444.0, 31444.0,
      31444.0, 2.57737704918033, NULL, NULL, 160000, 1795926072.03147, NULL, NULL),
      (1, 'winograd', 'm=4', 'unprobed', '[]', 0, NULL, NULL, NULL, NULL, NULL, NULL, 0,
      1795926072.03147, NULL, NULL);
    INSERT INTO races (id, machine, isa, threads, smt, binding, cacheState, problem, epilogue,
      kernels, subject, candidates, toolVersion, started)
    VALUES (2, '\(sampleMachine.id)', 'avx512', 1, 0, 'core', 'network', 'mb1ic6ih14oc16oh10kh5',
      'none', 'unknown', 'isolated', 5, '0.2.0', 1795926080);
    INSERT INTO measurements (race, strategy, configuration, place, samples, count, time)
    VALUES (2, 'direct', 'columns=1', 'slower', '[1,"x"]', 2, 1795926081);
    """

  /// A store of schema 4.
  private func fourth(_ place: TemporaryStore) throws {
    let queue = try DatabaseQueue(path: place.path)
    try Store.migrator.migrate(queue, upTo: "4 conditions, subjects and kernel signatures")
    try queue.write { db in
      try Store.add(sampleMachine, db)
      try db.execute(sql: Self.rows)
    }
    try queue.close()
  }

  @Test func aStoreOfTheFourthSchemaIsBroughtUpToDate() throws {
    let place = try TemporaryStore()
    try fourth(place)
    let store = try Store(path: place.path)
    let race = try #require(try store.race(1))
    let winner = try #require(race.winner)
    #expect(
      winner.samples == [
        Sample(13110, speedBefore: 157.25, speedAfter: 156.01),
        Sample(12766, speedBefore: 156.75, speedAfter: 157.75),
        Sample(11928.5, speedBefore: 159.52, speedAfter: 157.98),
      ])
    #expect(winner.ratio == 1 && winner.error == 2.34488486308972e-08)
    #expect(race.measurements.map(\.candidate.strategy) == ["direct", "im2col", "winograd"])
    #expect(race.measurements[1].samples == [Sample(31444)])
    #expect(race.measurements[1].workspaceBytes == 160_000 && race.measurements[2].samples.isEmpty)
    #expect(race.origin.run == "b8060b6b503d6e07" && race.speedBest == 163.648648648649)
    #expect(try store.finishedRace(race.key) != nil)
    #expect(message { _ = try store.race(2) }.contains("race 2: samples is not what convbench"))
    #expect(try store.counts() == Store.Counts(races: 2, finishedRaces: 1, measurements: 4))
    #expect(try store.overview().map(\.samples).sorted() == [1, 4])
    try store.checkIntegrity()
    // An export goes on without the one, and gives the same again.
    var lines: [String] = []
    try store.export { lines.append($0) }
    #expect(lines.count == 3 && store.unreadable == [2])
    guard case .race(let again) = try StoreLine.decode(Data(lines[2].utf8), place: "x") else {
      Issue.record("no race")
      return
    }
    #expect(again == race)
    // With a race go all its rows.
    _ = try store.prune(RaceFilter(), isRehearsal: false)
    #expect(try rows(store, "samples") == 0 && rows(store, "measurements") == 0)
  }

  @Test func aSecondVersionLineIsRead() throws {
    let line = """
      {"configuration":"columns=2","place":"slower","samples":[1000.5,1001],\
      "speedsAfter":[97.5,99],"speedsBefore":[99.25,98],"strategy":"direct","time":1,\
      "workspaceBytes":0}
      """
    let record = try JSONDecoder().decode(MeasurementRecord.self, from: Data(line.utf8))
    #expect(
      record.samples == [
        Sample(1000.5, speedBefore: 99.25, speedAfter: 97.5),
        Sample(1001, speedBefore: 98, speedAfter: 99),
      ])
  }

  private func rows(_ store: Store, _ table: String) throws -> Int {
    try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM \(table)") ?? 0 }
  }

  /// What was kept of a candidate is not written again with its next sample.
  @Test func aSampleIsARow() throws {
    let place = try TemporaryStore()
    let store = try Store(path: place.path)
    var key = try sampleKey()
    key.machine = sampleMachine.id
    let race = try store.begin(key, machine: sampleMachine)
    var standing = sampleOutcome().standings[0]
    func add(_ count: Int) throws {
      standing.samples = (0..<count).map { Nanoseconds(1000 + Double($0)) }
      try store.record(
        standing, Sample(standing.samples[count - 1], isDisturbed: false), in: race)
    }
    try add(1)
    for count in 2...500 {
      let before = try store.read { $0.totalChangesCount }
      try add(count)
      // The measurement's row, whose size is fixed, and the sample's.
      #expect(try store.read { $0.totalChangesCount } - before == 2)
    }
    #expect(try rows(store, "samples") == 500)
    // The race proper begins anew after the probe.
    try add(1)
    #expect(try rows(store, "samples") == 1)
    try add(2)
    // Its end repeats the times, as far as they count, and keeps their conditions.
    var outcome = sampleOutcome()
    outcome.standings[0].samples = [1000, 1001, 1002.5]
    try store.finish(race, outcome, validity: .valid)
    #expect(
      try store.race(race.id)?.winner?.samples == [
        Sample(1000, isDisturbed: false), Sample(1001, isDisturbed: false),
        Sample(1002.5),
      ])
  }
}
