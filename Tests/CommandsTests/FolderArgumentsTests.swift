import Base
import Foundation
import Testing

@testable import Commands

struct FolderArgumentsTests {
  @Test func aFolderStandsForItsFiles() throws {
    let folder = NSTemporaryDirectory() + "folder-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for name in ["b.jsonl", "a.jsonl", "c.txt", "deep/er/d.jsonl"] {
      let path = "\(folder)/\(name)"
      try AtomicFile.makeFolder(PathText.folder(of: path))
      try AtomicFile.write("x", to: path)
    }
    func files(_ paths: [String], _ ending: String = ".jsonl") throws -> [String] {
      try FolderArguments.files(paths, ending: ending, what: "an export")
    }
    #expect(
      try files(["-", folder, "/none"]) == [
        "-", folder + "/a.jsonl", folder + "/b.jsonl", folder + "/deep/er/d.jsonl", "/none",
      ])
    #expect(
      throws: FileError("\(folder) is a folder without an export, a file that is named *.csv")
    ) {
      _ = try files([folder], ".csv")
    }
  }
}
