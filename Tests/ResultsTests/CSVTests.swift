import Base
import Foundation
import KernelLibrary
import Measurement
import TestSupport
import Testing

@testable import Base
@testable import Results

@Suite struct CSVTests {
  struct Small: CSVRow, Equatable {
    var name = ""
    var count = 0
    var ms = 0.0
    var p90: Double?

    static var schemaName: String { "small" }
    static var schemaVersion: Int { 2 }
    static var columns: [CSVColumn<Small>] {
      [
        CSVColumn("name", \.name, "text"), CSVColumn("count", \.count, "number"),
        CSVColumn("ms", \.ms, "number"), CSVColumn("p90", \.p90, "number"),
      ]
    }
  }

  /// `Small` with more columns, as a later version has them.
  struct Younger: CSVRow, Equatable {
    var small = Small()
    var tool = "ours"
    var floor = 9.0

    static var schemaName: String { "small" }
    static var schemaVersion: Int { 3 }
    static var columns: [CSVColumn<Younger>] {
      [
        CSVColumn("name", \.small.name, "text"), CSVColumn("tool", \.tool, since: 3, "text"),
        CSVColumn("count", \.small.count, "number"), CSVColumn("ms", \.small.ms, "number"),
        CSVColumn("p90", \.small.p90, "number"), CSVColumn("floor", \.floor, since: 3, "number"),
      ]
    }
  }

  static let rows = [
    Small(name: "plain", count: 1, ms: 0.1, p90: nil),
    Small(name: "a,\"b\"\r\nc", count: -3, ms: 1e-9, p90: 12.5),
    Small(name: "", count: .max, ms: 123456.789, p90: 0),
  ]

  @Test func appendsAndReadsBack() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("a.csv")
    try CSVFile.append(Array(Self.rows.prefix(1)), to: path)
    try CSVFile.append(Array(Self.rows.dropFirst()), to: path)
    #expect(try CSVFile<Small>.read(path) == Self.rows)
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.hasPrefix("schema,name,count,ms,p90\nsmall/2,plain,1,0.1,\n"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.csv"])
  }

  @Test func readsOtherLineEndingsMarksOrderAndUnknownColumns() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "\u{FEFF}ms,extra,schema,count,name,p90\r\n1.5,?,small/1,7,\"x, y\",\r\n\r\n2,,small/2,8,z,3")
    #expect(
      try CSVFile<Small>.read(path) == [
        Small(name: "x, y", count: 7, ms: 1.5, p90: nil), Small(name: "z", count: 8, ms: 2, p90: 3),
      ])
  }

  @Test func appendsInTheOrderOfTheFile() throws {
    let folder = try TemporaryFolder()
    // As a person may leave it: other order, a column of their own, no line break at the end.
    let path = try folder.write("ms,note,schema,count,name,p90\n1,mine,small/2,1,a,")
    try CSVFile.append([Small(name: "b", count: 2, ms: 3, p90: 4)], to: path)
    #expect(
      try String(contentsOfFile: path, encoding: .utf8)
        == "ms,note,schema,count,name,p90\n1,mine,small/2,1,a,\n3.0,,small/2,2,b,4.0\n")
    #expect(try CSVFile<Small>.read(path).map(\.name) == ["a", "b"])
  }

  @Test func readsOlderFilesAndAddsColumnsToThem() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("schema,name,mine,count,ms,p90\r\nsmall/2,a,\"x,y\",1,2.5,\r\n")
    let old = Younger(small: Small(name: "a", count: 1, ms: 2.5))
    #expect(try CSVFile<Younger>.read(path) == [old])
    let new = Younger(small: Small(name: "b", count: 2, ms: 3), tool: "theirs", floor: 4)
    for _ in 0..<2 { try CSVFile.append([new], to: path) }
    #expect(try CSVFile<Younger>.read(path) == [old, new, new])
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(
      lines.prefix(3) == [
        "schema,name,mine,count,ms,p90,tool,floor", "small/2,a,\"x,y\",1,2.5,,,",
        "small/3,b,,2,3.0,,theirs,4.0",
      ])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.csv"])
  }

  @Test func refusesYoungRowsInOldColumns() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("schema,name,count,ms,p90\nsmall/2,a,1,1,\nsmall/3,a,1,1,\n")
    let error = try #require(throws: CSVError.self) { try CSVFile<Younger>.read(path) }
    #expect(
      error.description == "\(path):3: is small/3, whose column tool the header lacks")
    // Nor is a damaged file rewritten.
    let text = "schema,name,count,ms,p90\nsmall/2,a,1\n"
    let damaged = try folder.write(text, "b.csv")
    #expect(throws: CSVError.self) { try CSVFile.append([Younger()], to: damaged) }
    #expect(try String(contentsOfFile: damaged, encoding: .utf8) == text)
  }

  /// Several writers meet at an old file: one rewrites it, none loses a row.
  @Test func writersDoNotLoseRowsWhenColumnsAreAdded() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("schema,name,count,ms,p90\nsmall/2,a,1,1,\n")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<8 {
        group.addTask {
          try CSVFile.append([Younger(small: Small(name: "w", count: index, ms: 1))], to: path)
        }
      }
      try await group.waitForAll()
    }
    #expect(
      try CSVFile<Younger>.read(path).map(\.small.count).sorted() == [0, 1, 1, 2, 3, 4, 5, 6, 7])
  }

  @Test func readsBareCarriageReturns() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("schema,name,count,ms,p90\rsmall/2,a,1,1,\rsmall/2,b,1,1,\r")
    #expect(try CSVFile<Small>.read(path).map(\.name) == ["a", "b"])
    try CSVFile.append([Small(name: "c")], to: path)
    #expect(try CSVFile<Small>.read(path).map(\.name) == ["a", "b", "c"])
  }

  @Test func readsSamples() {
    #expect(SampleList(csv: "0.5;1e-3;2")?.values == [0.5, 1e-3, 2])
    #expect(SampleList(csv: "")?.values == [])
    for text in ["1;", ";", "1;;2", "1,2", "-1", "nan", "1;inf", "1; 2"] {
      #expect(SampleList(csv: text) == nil, "\(text)")
    }
    let list = SampleList([0.0123456, 12.5, 1234])
    #expect(list.csv == "0.01235;12.50;1234")
  }

  @Test(arguments: [
    ("", "is empty"), ("\n\r\n", "is empty"),
    ("name;count;ms\na;1;1\n", "a.csv:1: is no header of small rows: semicolons or tabs separate"),
    ("s\0c\0h\0", "a.csv:1: is no header of small rows: it is UTF-16 or no text"),
    (String(repeating: ",", count: 5000), "a.csv:1: more than 1000 fields"),
    ("schema,name,count\nsmall/1,a,1\n", "a.csv:1: lacks columns ms, p90"),
    ("schema,name,count,ms,p90\nsmall/1,a,1\n", "a.csv:2: 3 fields, the header has 5"),
    ("schema,name,count,ms,p90\nsmall/1,a,1,nan,\n", "a.csv:2: ms is \"nan\", not a number"),
    ("schema,name,count,ms,p90\nsmall/1,a,1,inf,\n", "a.csv:2: ms is \"inf\""),
    ("schema,name,count,ms,p90\nsmall/1,a,1,1e999,\n", "a.csv:2: ms is \"1e999\""),
    ("schema,name,count,ms,p90\nsmall/1,a,1,,\n", "a.csv:2: ms is \"\", not a number"),
    ("schema,name,count,ms,p90\nsmall/1,a,1.5,1,\n", "count is \"1.5\", not a whole number"),
    (
      "schema,name,count,ms,p90\nsmall/1,\"a\n\n\",1,1,\nsmall/1,a,x,1,\n",
      "a.csv:5: count is \"x\""
    ),
    ("schema,name,count,ms,p90\nsmall/1,\"a,1,1,\n", "a.csv:2: a quoted field does not end"),
    ("schema,name,count,ms,p90\nsmall/1,\"a\"b,1,1,\n", "a.csv:2: text follows a closing quote"),
    ("schema,name,count,ms,p90\nsmall/3,a,1,1,\n", "schema small/3 is newer"),
    ("schema,name,count,ms,p90\nlarge/1,a,1,1,\n", "schema is \"large/1\", not small/2"),
    ("schema,name,name,ms,p90\n", "column \"name\" is there twice"),
  ])
  func refuses(_ text: String, _ problem: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(text)
    let error = try #require(throws: CSVError.self) { try CSVFile<Small>.read(path) }
    #expect(error.description.contains(problem), "\(error)")
    #expect(!error.description.contains { $0.isNewline })
  }

  @Test func doesNotAppendToAnotherFile() throws {
    let folder = try TemporaryFolder()
    let text = "date,price\n1,2\n"
    let path = try folder.write(text)
    #expect(throws: CSVError.self) { try CSVFile.append(Self.rows, to: path) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
  }

  @Test func saysWhatTheSystemRefuses() throws {
    let folder = try TemporaryFolder()
    let missing = folder.file("none/a.csv")
    #expect(throws: FileError("cannot read \(missing): No such file or directory")) {
      try CSVFile<Small>.read(missing)
    }
    #expect(throws: FileError("cannot write \(missing): No such file or directory")) {
      try CSVFile.append(Self.rows, to: missing)
    }
    #expect(throws: FileError("cannot read \(folder.path): Is a directory")) {
      try CSVFile<Small>.read(folder.path)
    }
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: missing) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func whatHasNoRowsIsNotReadToItsEnd() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("schema")
    // A hole in a file takes no space.
    #expect(truncate(path, 1 << 40) == 0)
    let error = try #require(throws: CSVError.self) { try CSVFile<Small>.read(path) }
    #expect(error.description == "\(path):1: no end of a row within 16.0 MiB; it is no CSV file")
  }

  /// Wherever the pieces end: within a mark, a quote, a line break, a character.
  @Test(arguments: 1...9) func piecesMakeNoDifference(_ size: Int) throws {
    let text = "\u{FEFF}a,\"b\"\"\r\n\",ü\r\n\n\rc,,\"\"\r\"x\",y,z\n\n1,2,\"3\""
    let bytes = Array(text.utf8)
    func records(_ reader: CSVText.Reader) throws -> [CSVText.Record] {
      var reader = reader
      var records: [CSVText.Record] = []
      while let record = try reader.next() { records.append(record) }
      return records
    }
    var position = 0
    let pieces = CSVText.Reader {
      defer { position += size }
      return Array(bytes.dropFirst(position).prefix(size))
    }
    let whole = try records(CSVText.Reader(bytes))
    #expect(whole.map(\.fields.count) == [3, 3, 3, 3] && whole.map(\.line) == [1, 5, 6, 8])
    #expect(try records(pieces) == whole)
  }

  @Test func fullDiskLeavesTheFileAsItWas() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    #expect(throws: FileError.self) { try CSVFile.append(Self.rows, to: "/dev/full") }
  }

  /// Whatever the bytes, reading gives rows or one of our errors, and rows survive a round trip.
  @Test func survivesDamage() throws {
    let header = CSVText.line(Small.header)
    let text = header + "\n" + "small/2,\"a,\"\"b\",1,2.5,\nsmall/1,x,-4,1e3,7\r\n"
    let original = Array(text.utf8)
    let spice = Array("\",\n\r0e-. \u{FEFF}\0ÿ".utf8)
    var random = SeededGenerator(seed: 17)
    var (read, refused) = (0, 0)
    for round in 0..<4000 {
      var bytes = original
      for _ in 0...(round % 6) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(spice.randomElement(using: &random)!, at: place)
        case 2: bytes[place] = UInt8.random(in: 0...255, using: &random)
        default: bytes.removeLast(min(bytes.count - 1, Int.random(in: 0..<20, using: &random)))
        }
      }
      do {
        let rows = try CSVFile<Small>.parse(Data(bytes), path: "f.csv")
        #expect(rows.allSatisfy { $0.ms.isFinite })
        read += 1
      } catch let error as CSVError {
        #expect(error.description.hasPrefix("f.csv"))
        #expect(error.description.utf8.count < 400)
        refused += 1
      }
    }
    #expect(read > 100 && refused > 100)
  }
}
