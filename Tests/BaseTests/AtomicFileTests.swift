import Foundation
import Testing

@testable import Base

/// What paths stand for, and what stays of it when they are written.
@Suite final class AtomicFileTests {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "convbench-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func path(_ name: String) -> String { "\(folder)/\(name)" }
  private func text(_ name: String) -> String? {
    try? String(contentsOfFile: path(name), encoding: .utf8)
  }
  private func link(_ name: String, to target: String) {
    #expect(symlink(target, path(name)) == 0)
  }
  private func kind(_ name: String) -> mode_t? {
    var status = stat()
    return lstat(path(name), &status) == 0 ? status.st_mode & S_IFMT : nil
  }
  @Test func piecesGiveTheSameAsTheWhole() throws {
    struct Stop: Error {}
    try write("before", "linked")
    #expect(Foundation.link(path("linked"), path("other")) == 0)
    try write("before", "plain")
    chmod(path("plain"), 0o640)
    for name in ["new", "plain", "linked"] {
      let before = text(name)
      #expect(throws: Stop.self) {
        try AtomicFile.write(to: path(name)) { write in
          try write(Data("half".utf8))
          throw Stop()
        }
      }
      #expect(text(name) == before)
      try AtomicFile.write(to: path(name)) { write in
        for piece in ["a", "", "bc"] { try write(Data(piece.utf8)) }
      }
      #expect(text(name) == "abc")
    }
    #expect(text("other") == "abc")
    var status = stat()
    #expect(stat(path("plain"), &status) == 0 && status.st_mode & 0o777 == 0o640)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(names.sorted() == ["linked", "new", "other", "plain"])
  }

  private func write(_ text: String, _ name: String) throws {
    try AtomicFile.checkWritable(path(name))
    try AtomicFile.write(text, to: path(name))
  }
  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func filesAreMadeAndReplaced() throws {
    try write("one", "p")
    try write("two", "p")
    try write("", "empty")
    #expect(text("p") == "two" && text("empty") == "")
    #expect(try names() == ["empty", "p"])
  }

  @Test(arguments: [1, 2, 10, 255]) func namesOfEveryLength(_ count: Int) throws {
    let name = String(repeating: "n", count: count)
    try write("text", name)
    #expect(text(name) == "text")
    #expect(try names() == [name])
  }

  @Test(arguments: [
    ("", "No such file"), (".", "Is a directory"), ("..", "Is a directory"),
    ("new/", "Is a directory"), ("none/p", "No such file"), ("file/p", "Not a directory"),
    ("loop", "Too many levels"), (String(repeating: "n", count: 256), "too long"),
    (String(repeating: "n/", count: 2100), "too long"),
  ])
  func whatCannotBeWrittenSaysWhy(_ name: String, _ reason: String) throws {
    try write("text", "file")
    link("loop", to: "loop")
    // The empty path itself, not the folder's.
    let path = name.isEmpty ? "" : path(name)
    for body in [AtomicFile.checkWritable, { try AtomicFile.write("text", to: $0) }] {
      let error = #expect(throws: FileError.self) { try body(path) }
      let line = "\(error?.description ?? "")"
      #expect(line.contains(reason) && line.utf8.count < 600 && !line.contains("\n"))
    }
    #expect(try names() == ["file", "loop"])
  }

  @Test func linksAreFollowed() throws {
    #expect(mkdir(path("away"), 0o755) == 0)
    link("dangling", to: "away/made")
    link("chain", to: "dangling")
    link("absolute", to: path("away/made"))
    try write("one", "chain")
    #expect(text("away/made") == "one")
    try write("two", "absolute")
    try write("three", "dangling")
    #expect(text("away/made") == "three")
    for name in ["dangling", "chain", "absolute"] { #expect(kind(name) == S_IFLNK) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path("away")) == ["made"])
  }

  @Test(arguments: [0o600, 0o640, 0o666, 0o755, 0o4711]) func modeAndOwnerStay(_ mode: Int) throws {
    try write("one", "p")
    if geteuid() == 0 { #expect(chown(path("p"), 12, 34) == 0) }
    #expect(chmod(path("p"), mode_t(mode)) == 0)
    var before = stat()
    #expect(stat(path("p"), &before) == 0)
    try write("two", "p")
    var after = stat()
    #expect(stat(path("p"), &after) == 0)
    #expect(after.st_mode == before.st_mode)
    #expect(after.st_uid == before.st_uid && after.st_gid == before.st_gid)
  }

  @Test func newFilesHaveTheUsersMode() throws {
    let mask = umask(0o027)
    defer { umask(mask) }
    try write("text", "p")
    var status = stat()
    #expect(stat(path("p"), &status) == 0 && status.st_mode & 0o777 == 0o640)
  }

  @Test func devicesAndPipesAreWrittenThrough() throws {
    #expect(mkfifo(path("fifo"), 0o600) == 0)
    // Open for both, so that neither end waits for the other.
    let reader = open(path("fifo"), O_RDWR)
    defer { close(reader) }
    try write("through", "fifo")
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = read(reader, &bytes, bytes.count)
    #expect(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self) == "through")
    #expect(kind("fifo") == S_IFIFO)
    try AtomicFile.write("text", to: "/dev/null")
    #expect(throws: FileError.self) { try AtomicFile.write("text", to: "/dev/full") }
    link("full", to: "/dev/full")
    #expect(throws: FileError.self) { try write("text", "full") }
    #expect(kind("full") == S_IFLNK)
  }

  @Test func whatOthersHaveOpenUnderANameInProcIsWritten() throws {
    try write("one and more", "p")
    let file = open(path("p"), O_WRONLY)
    defer { close(file) }
    try AtomicFile.write("two", to: "/proc/self/fd/\(file)")
    #expect(text("p") == "two")
    // A file without a name any more is written through, and no new one is made.
    let nameless = open(path("gone"), O_RDWR | O_CREAT, 0o600)
    defer { close(nameless) }
    unlink(path("gone"))
    try AtomicFile.write("text", to: "/proc/self/fd/\(nameless)")
    var bytes = [UInt8](repeating: 0, count: 8)
    #expect(pread(nameless, &bytes, 8, 0) == 4)
    #expect(try names() == ["p"])
  }

  @Test func aFolderThatIsClosedLeavesTheFileToBeWrittenInPlace() throws {
    guard geteuid() != 0 else { return }  // Nothing is closed to root; scripts/faults/files.
    try write("one and more", "p")
    chmod(folder, 0o500)
    defer { chmod(folder, 0o700) }
    try write("two", "p")
    #expect(text("p") == "two")
    #expect(throws: FileError.self) { try write("text", "new") }
  }

  @Test func foldersAreMade() throws {
    try AtomicFile.makeFolder(path("a/b"))
    try AtomicFile.makeFolder(path("a/b/"))
    link("a-link", to: "a")
    try AtomicFile.makeFolder(path("a-link"))
    try write("text", "file")
    for wrong in ["", path("file"), path("file/x"), "/dev/null/x"] {
      #expect(throws: FileError.self) { try AtomicFile.makeFolder(wrong) }
    }
  }
}
