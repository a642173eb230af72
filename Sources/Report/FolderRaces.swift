import Base
import Foundation
import Measurement
import Races
import Store

/// The races that a results folder has, in a store of their own that is gone with this.
final class FolderRaces {
  let store: Store
  private let folder: String

  /// nil without races.
  ///
  /// - Throws: `StoreError` with the file and the line.
  init?(_ results: ResultsFolder) throws {
    guard !results.raceFiles.isEmpty else { return nil }
    folder = NSTemporaryDirectory() + "convbench-report-\(UUID().uuidString)"
    store = try Store(path: folder + "/store.sqlite")
    for path in results.raceFiles {
      guard let handle = FileHandle(forReadingAtPath: path) else {
        throw ReportError("\(path) is not readable")
      }
      defer { try? handle.close() }
      try store.importLines(handle, name: path)
    }
  }

  deinit {
    store.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Finished races of layers alone, with caches as the network leaves them.
  func layers() throws -> [LayerRace] {
    var races: [LayerRace] = []
    try store.forEachRace(RaceFilter()) { _, record in
      guard record.key.subject == .isolated, record.key.cacheState == .network,
        !record.isSuperseded, let stored = record.stored,
        let race = LayerRace(stored, record.key)
      else { return }
      races.append(race)
    }
    return races
  }
}

/// How the race of one layer went.
struct LayerRace {
  /// `MachineFingerprint.id`.
  var machine: String
  var threads: Int
  var isa: String
  /// Descriptor and epilogue.
  var layer: String
  /// Strategy and configuration.
  var winner: String
  /// How much slower the next candidate is; nil where there was none.
  var margin: Double?
  var candidates: Int
  /// Those that got beyond the probe.
  var raced: Int
  var ending: RaceEnding
  /// After each round: how much slower than the winner, in the end, the candidate is that led by then.
  var regrets: [Double]
  /// When it ended, seconds since 1970.
  var finished: Double

  /// nil for a race without a winner.
  init?(_ stored: StoredRace, _ key: RaceKey) {
    guard let winner = stored.outcome.winner else { return nil }
    machine = key.machine
    threads = key.team.count
    isa = key.isa.rawValue
    layer = "\(key.workload.problem) \(key.workload.epilogue)"
    self.winner = "\(winner.candidate.strategy) \(winner.candidate.configuration)"
    margin = stored.outcome.runnerUp?.ratio.map { $0 - 1 }
    candidates = key.scope.candidates
    ending = stored.outcome.ending
    finished = stored.finished
    let field = stored.outcome.standings.filter { $0.samples.count > 1 && $0.ratio != nil }
    raced = field.count
    let rounds = winner.samples.count
    regrets = (1...max(rounds, 1)).compactMap { round in
      let leader = field.filter { $0.samples.count >= round }.min {
        Statistics.median(Array($0.samples.prefix(round)))
          < Statistics.median(Array($1.samples.prefix(round)))
      }
      guard let leader else { return nil }
      return leader.candidate == winner.candidate ? 0 : max((leader.ratio ?? 1) - 1, 0)
    }
  }

  /// The first round from which on the winner led; 1 is the first.
  var settled: Int { (regrets.lastIndex { $0 > 0 } ?? -1) + 2 }
}
