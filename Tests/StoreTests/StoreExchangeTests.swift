import Convolution
import Foundation
import GRDB
import KernelLibrary
import Measurement
import TestSupport
import Testing

@testable import Base
@testable import Races
@testable import Store
@testable import Topology

struct StoreExchangeTests {
  private let machines = [
    sampleMachine, MachineFingerprint(fields: [.init(name: "cpu", value: "Other CPU")]),
  ]

  private func race(_ index: Int, finished: Bool = true) throws -> RaceRecord {
    var key = try sampleKey("mb1ic16ih\(index % 5 + 4)oc16kh3ph1")
    key.machine = machines[index % 2].id
    var race = RaceRecord(
      key: key, origin: RaceOrigin(toolVersion: "0.1.0"), started: 1.7e9 + Double(index) / 3)
    let places: [Standing.Place] = finished ? [.winner, .finalist, .rejected] : [.slower]
    race.measurements = places.enumerated().map { offset, place in
      var entry = MeasurementRecord(
        candidate: Candidate(
          strategy: ["direct", "im2col", "winograd"][offset],
          configuration: KernelLibrary.Configuration(["columns": offset + 1])),
        place: place,
        samples: [
          Sample(
            Nanoseconds(1000.5 + Double(index)), speedBefore: 99.25, speedAfter: 97.5,
            isDisturbed: true),
          Sample(1001, speedBefore: 98, speedAfter: 99),
        ], time: race.started + 1)
      entry.ratio = finished ? 1 + Double(offset) / 7 : nil
      entry.error = 1.0 / 3e6
      entry.rejection = place == .rejected ? "wrong \"result\", é" : nil
      entry.workspaceBytes = 64 * offset
      return entry
    }
    if finished {
      race.finished = race.started + 2.123456789
      race.ending = .separated
      race.validity = Validity(.noisy, reasons: ["CV 7.2 %"])
      race.speedBest = 99.25
      race.speedWorst = 97.5
    }
    return race
  }

  private func fill(_ store: Store, _ races: [RaceRecord]) throws -> MergeCounts {
    try store.adding { adder in
      for machine in machines { try adder.add(machine) }
      for race in races { try adder.add(race) }
    }
  }

  private func lines(_ store: Store) throws -> [String] {
    var lines: [String] = []
    try store.export { lines.append($0) }
    return lines
  }

  private func store(_ place: TemporaryStore, _ name: String) throws -> Store {
    try Store(path: place.folder + "/\(name).sqlite")
  }

  private func importing(_ text: String, into store: Store) throws -> MergeCounts {
    let pipe = Pipe()
    // Small enough for a pipe's buffer.
    pipe.fileHandleForWriting.write(Data(text.utf8))
    try pipe.fileHandleForWriting.close()
    return try store.importLines(pipe.fileHandleForReading, name: "x.jsonl")
  }

  @Test func exportAndImportGiveTheSame() throws {
    let place = try TemporaryStore()
    let a = try store(place, "a")
    let races = try (0..<4).map { try race($0, finished: $0 != 2) }
    #expect(try fill(a, races).added == 4)
    let text = try lines(a)
    #expect(text.count == 1 + 2 + 4)
    let b = try store(place, "b")
    let counts = try importing(text.joined(separator: "\r\n"), into: b)
    #expect(counts.added == 4 && counts.machines == 2)
    #expect(try lines(b) == text)
    var found: [RaceRecord] = []
    try b.forEachRace { found.append($1) }
    #expect(Set(found) == Set(races))
    let again = try importing("\u{feff}" + text.joined(separator: "\n") + "\n\n", into: b)
    #expect(again.known == 4 && again.added == 0 && again.extended == 0)
    #expect(try lines(b) == text)
  }

  @Test func mergingIsIdempotentAndIgnoresOrder() throws {
    let place = try TemporaryStore()
    let all = try (0..<9).map { try race($0) }
    var early = all[4]
    early.finished = nil
    early.ending = nil
    early.validity = nil
    early.measurements = [all[4].measurements[0]]
    early.measurements[0].place = .slower
    // The same race, once with other words in it: neither copy is older.
    var other = all[5]
    other.validity = Validity(.valid)
    let sources = [
      Array(all[0...4]), [early] + all[5...8], [other, all[0], all[8]], [all[2], early],
    ]
    var opened: [Store] = []
    for (index, races) in sources.enumerated() {
      opened.append(try store(place, "source\(index)"))
      _ = try fill(opened[index], races)
    }
    var contents: Set<[String]> = []
    for (index, order) in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]].enumerated() {
      let target = try store(place, "target\(index)")
      for source in order { try target.merge(opened[source]) }
      let once = try lines(target)
      for source in order {
        let counts = try target.merge(opened[source])
        #expect(counts.added == 0 && counts.extended == 0 && counts.machines == 0)
      }
      #expect(try lines(target) == once)
      #expect(try target.counts().races == 9)
      contents.insert(once)
      // A tree of merges, too.
      let tree = try store(place, "tree\(index)")
      try tree.merge(target)
      #expect(try lines(tree) == once)
    }
    #expect(contents.count == 1)
    #expect(contents.first?.contains { $0.contains("CV 7.2") } == true)
  }

  @Test func machinesLieSideBySide() throws {
    let place = try TemporaryStore()
    let mixed = try store(place, "mixed")
    _ = try fill(mixed, (0..<4).map { try race($0) })
    for index in 0..<2 {
      let found = try #require(try mixed.finishedRace(race(index).key))
      #expect(found.outcome.winner?.samples.first?.value == 1000.5 + Double(index))
      var wrong = try race(index).key
      wrong.machine = machines[1 - index].id
      #expect(try mixed.finishedRace(wrong) == nil)
    }
    #expect(try mixed.overview().map(\.races) == [2, 2])
    var filter = RaceFilter()
    filter.machine = String(machines[1].id.prefix(5))
    var only: [String] = []
    try mixed.export(filter) { only.append($0) }
    #expect(only.count == 1 + 1 + 2)
    #expect(only.allSatisfy { !$0.contains(machines[0].id) })
  }

  // MARK: Wrong lines

  private static let damages: [(String, String, String)] = [
    ("\"threads\":2", "\"threads\":0", "threads: 0 is not from 1 to 65536"),
    ("\"threads\":2", "\"threads\":\"two\"", "threads: must be a number"),
    ("\"threads\":2", "\"threads\":1e300", "threads: 1e+300 is not a possible count"),
    ("\"threads\":2", "\"threds\":2", "threads: is missing"),
    ("\"isa\":\"baseline\"", "\"isa\":\"mmx\"", "isa: \"mmx\" is unknown"),
    ("\"binding\":\"core\"", "\"binding\":\"glue\"", "binding: --bind glue"),
    ("\"cores\":\":2\"", "\"cores\":\"2\"", "cores: is not of the form"),
    ("\"kernels\":\"", "\"kernels\":\"!", "kernels: "),
    ("\"subject\":\"isolated\"", "\"subject\":\"network\"", "network: is missing"),
    ("\"subject\":\"isolated\"", "\"subject\":\"moon\"", "subject: \"moon\" is not"),
    ("\"candidates\":2", "\"candidates\":-2", "candidates: -2 is not from"),
    ("\"problem\":\"mb1", "\"problem\":\"mb0", "problem: "),
    ("\"samples\":[1000.5", "\"samples\":[-1", "measurements[0].samples: has -1.0"),
    ("\"samples\":[1000.5", "\"samples\":[null", "measurements[0].samples[0]: is null"),
    ("\"speedsAfter\":[97.5,99]", "\"speedsAfter\":[97.5]", "one entry per sample"),
    ("\"place\":\"winner\"", "\"place\":\"slower\"", "must have one winner"),
    ("\"place\":\"finalist\"", "\"place\":\"winner\"", "must have one winner"),
    ("\"strategy\":\"im2col\"", "\"strategy\":\"\\u0007\"", "measurements[1].strategy: must be"),
    (
      "\"configuration\":\"columns=1\"", "\"configuration\":\"columns\"",
      "measurements[0].configuration: "
    ),
    ("\"ending\":\"separated\"", "\"ended\":1", "ending: goes with finished"),
    ("\"kind\":\"race\"", "\"kind\":\"recipe\"", "kind: \"recipe\" is not store, machine or race"),
    ("\"machine\":\"", "\"machine\":\"0", "is neither in a line above nor in the store"),
    ("{", "", "not a JSON object"),
    ("\"measurements\":[", "\"measurements\":" + String(repeating: "[", count: 40), "nests deeper"),
  ]

  @Test(arguments: damages)
  func wrongLinesAreNamed(_ old: String, _ new: String, _ expected: String) throws {
    let place = try TemporaryStore()
    let a = try store(place, "a")
    _ = try fill(a, [try race(0)])
    var text = try lines(a)
    let bad = try #require(text[3].range(of: old))
    text[3].replaceSubrange(bad, with: new)
    let b = try store(place, "b")
    let error = message { _ = try importing(text.joined(separator: "\n"), into: b) }
    #expect(error.hasPrefix("x.jsonl: line 4: "), "\(error)")
    #expect(error.contains(expected), "\(error)")
    #expect(!error.contains("\n"))
    #expect(try b.counts().races == 0)
    #expect(try b.machines().isEmpty)
  }

  @Test func whatIsNoExportIsRefused() throws {
    let place = try TemporaryStore()
    let a = try store(place, "a")
    _ = try fill(a, [try race(0)])
    let text = try lines(a)
    func refusal(_ text: String) -> String { message { _ = try importing(text, into: a) } }
    #expect(refusal("") == "x.jsonl is empty, not an export of a store")
    #expect(refusal(text[1]).hasPrefix("x.jsonl: line 1: kind: an export begins with"))
    let newer = text[0].replacing("\"version\":3", with: "\"version\":4")
    #expect(refusal(newer).contains("line 1: version: 4 was written by convbench"))
    let other = text[1].replacing("Other CPU", with: "Another").replacing("Test CPU", with: "Test")
    #expect(refusal(text[0] + "\n" + other).contains("line 2: id: is not that of these fields"))
    #expect(try lines(a) == text)
  }

  /// The first version left out widths that equal their heights.
  @Test func theFirstVersionIsReadByItsRule() throws {
    let place = try TemporaryStore()
    let a = try store(place, "a")
    var wide = try race(0)
    wide.key.workload.problem = try ConvolutionProblem(
      descriptor: "mb1ic8ih9iw8oc8oh5ow4kh3kw3sh2sw2ph1pw1")
    _ = try fill(a, [wide])
    let text = try lines(a).joined(separator: "\n")
    let old = text.replacing("\"version\":3", with: "\"version\":1")
      .replacing("mb1ic8ih9iw8oc8oh5ow4kh3kw3sh2sw2ph1pw1", with: "mb1ic8ih9iw8oc8oh5ow4kh3sh2ph1")
    #expect(old != text)
    let b = try store(place, "b")
    #expect(try importing(old, into: b).added == 1)
    #expect(try lines(b).joined(separator: "\n") == text)
  }

  @Test func anEndlessLineIsRefused() throws {
    let place = try TemporaryStore()
    let path = place.folder + "/long.jsonl"
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    let file = try #require(FileHandle(forUpdatingAtPath: path))
    // A hole: the size without the bytes.
    try file.truncate(atOffset: 1 << 30)
    try file.seek(toOffset: 0)
    let a = try store(place, "a")
    #expect(
      message { _ = try a.importLines(file, name: "long") }.hasPrefix("long: line 1: is longer"))
  }

  @Test func mutatedLinesNeverTrap() throws {
    let place = try TemporaryStore()
    let a = try store(place, "a")
    _ = try fill(a, [try race(0), try race(1)])
    let original = Array(try lines(a).joined(separator: "\n").utf8)
    let b = try store(place, "b")
    var random = SeededGenerator(seed: 7)
    let tokens = [
      "\"", "{", "}", "[", "]", ",", "null", "-1", "1e999", "9223372036854775808", "\n",
    ]
    var refused = 0
    let rounds = 400
    for _ in 0..<rounds {
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        case 2:
          bytes.insert(contentsOf: Array((tokens.randomElement(using: &random) ?? "").utf8), at: at)
        default: bytes.removeSubrange(at..<min(bytes.count, at + 40))
        }
      }
      let error = message {
        _ = try b.adding { adder in
          for (number, line) in Data(bytes).split(separator: 10).enumerated() {
            let entry = try StoreLine.decode(Data(line), place: "f: line \(number + 1)")
            if case .race(let race) = entry, adder.knows(machine: race.key.machine) {
              try adder.add(race)
            }
            if case .machine(let machine) = entry { try adder.add(machine) }
          }
        }
      }
      if !error.isEmpty {
        refused += 1
        #expect(error.hasPrefix("f: line "), "\(error)")
        #expect(!error.contains { $0.isNewline }, "\(error)")
      }
    }
    #expect(refused > rounds / 4)
    try b.checkIntegrity()
    // All that came through can be exported and read again.
    let c = try store(place, "c")
    let exported = try lines(b)
    for line in exported { _ = try StoreLine.decode(Data(line.utf8), place: "again") }
    try c.merge(b)
    #expect(try lines(c) == exported)
  }
}
