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
    try target.check()
    var count = 0
    try target.write { write in
      try file.export(filter) {
        try write(Data(($0 + "\n").utf8))
        count += 1
      }
    }
    if !target.isStandardOutput { try printResult("\(count) lines written to \(target.name)") }
    try file.reportUnreadable()
  }
}

struct StoreImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Add what exports of other stores have; what is known stays.",
    discussion: """
      Where a line of a file is wrong, the command ends there: what was added before stays, and to \
      import the file again once it is mended adds the rest.
      """)

  @Argument(
    help: ArgumentHelp(
      "Exports, or folders with such (*.jsonl); - is standard input.", valueName: "file"))
  var files: [String]

  @OptionGroup var store: StoreOption

  func run() throws {
    // What cannot be read is found before a store is made.
    let files = try FolderArguments.files(self.files, ending: ".jsonl", what: "an export")
    for file in files { try Self.check(file) }
    let target = try store.open()
    for file in files {
      let handle = try Self.handle(file)
      defer { if file != "-" { try? handle.close() } }
      let counts = try target.importLines(handle, name: file == "-" ? "standard input" : file)
      try printResult("\(file): \(counts.text)")
    }
  }

  private static func check(_ path: String) throws {
    guard path != "-" else { return }
    guard FileManager.default.fileExists(atPath: path) else {
      throw FileError("cannot read \(path): no such file")
    }
    guard access(path, R_OK) == 0 else { throw FileError("read", path, errno: errno) }
  }

  private static func handle(_ path: String) throws -> FileHandle {
    if path == "-" { return FileHandle.standardInput }
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

  @Argument(
    help: ArgumentHelp("Stores to take from, or folders with such (*.sqlite).", valueName: "store"))
  var sources: [String]

  @OptionGroup var store: StoreOption

  func run() throws {
    // What is not there is found before a store is made.
    let sources = try FolderArguments.files(self.sources, ending: ".sqlite", what: "a store")
    for source in sources { try StoreOption.toRead(source).close() }
    let target = try store.open()
    var isWhole = true
    for source in sources {
      let opened = try StoreOption.toRead(source)
      try printResult("\(source): \(try target.merge(opened).text)")
      do { try opened.reportUnreadable() } catch { isWhole = false }
      opened.close()
    }
    if !isWhole { throw ExitCode(1) }
  }
}

extension MergeCounts {
  var text: String {
    "\(added) races added, \(extended) completed, \(known) known already; \(machines) machines added"
  }
}
