import ArgumentParser
import Base
import Foundation
import Measurement
import Store

struct StoreExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the store as JSON lines (docs/store.md).")

  @Option(name: .shortAndLong, help: "The file; - is standard output, as without this.")
  var output: String?

  @Option(help: ArgumentHelp("Only of this machine, or the beginning of it.", valueName: "id"))
  var machine: String?

  @OptionGroup var store: StoreOption

  func run() throws {
    let file = try store.openToRead()
    var filter = RaceFilter()
    filter.machine = machine
    let target = OutputFile(output ?? "-")
    if target.isStandardOutput {
      try file.export(filter) { try target.write($0 + "\n") }
      return try file.reportUnreadable()
    }
    try target.check()
    var lines = Data()
    var count = 0
    try file.export(filter) {
      lines += Data(($0 + "\n").utf8)
      count += 1
    }
    try target.write(lines)
    try printResult("\(count) lines written to \(target.name)")
    try file.reportUnreadable()
  }
}

struct StoreImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Add what exports of other stores have; what is known stays.",
    discussion: "A file is added as a whole or, where a line is wrong, not at all.")

  @Argument(help: ArgumentHelp("Exports; - is standard input.", valueName: "file"))
  var files: [String]

  @OptionGroup var store: StoreOption

  func run() throws {
    // What cannot be read is found before a store is made.
    let handles = try files.map { ($0, try Self.handle($0)) }
    let target = try store.open()
    for (file, handle) in handles {
      let counts = try target.importLines(handle, name: file == "-" ? "standard input" : file)
      try printResult("\(file): \(counts.text)")
    }
  }

  private static func handle(_ path: String) throws -> FileHandle {
    if path == "-" { return FileHandle.standardInput }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileError("cannot read \(path): no such file")
    }
    guard !isFolder.boolValue else { throw FileError("cannot read \(path): it is a folder") }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw FileError("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    return handle
  }
}

struct StoreMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Add what other stores have to the store.",
    discussion: """
      The order of the sources makes no difference, nor does merging twice. The sources stay as \
      they are.
      """)

  @Argument(help: ArgumentHelp("Stores to take from.", valueName: "store"))
  var sources: [String]

  @OptionGroup var store: StoreOption

  func run() throws {
    let opened = try sources.map { try StoreOption.toRead($0) }
    let target = try store.open()
    for source in opened { try printResult("\(source.path): \(try target.merge(source).text)") }
    for source in opened { try source.reportUnreadable() }
  }
}

extension MergeCounts {
  var text: String {
    "\(added) races added, \(extended) completed, \(known) known already; \(machines) machines added"
  }
}
