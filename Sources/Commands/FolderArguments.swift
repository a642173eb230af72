import Base
import Foundation

/// Files as arguments, where a folder stands for all files of a kind in it and below, by name.
enum FolderArguments {
  /// - Parameters:
  ///   - ending: of the names, such as `.jsonl`.
  ///   - what: what such a file is, for the error.
  /// - Throws: `FileError` for a folder without such a file.
  static func files(_ paths: [String], ending: String, what: String) throws -> [String] {
    try paths.flatMap { path in
      var isFolder: ObjCBool = false
      guard path != "-", FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
        isFolder.boolValue
      else { return [path] }
      guard let names = FileManager.default.enumerator(atPath: path) else {
        throw FileError("cannot read the folder \(path)")
      }
      let found = names.compactMap { $0 as? String }.filter { $0.hasSuffix(ending) }.sorted()
      guard !found.isEmpty else {
        throw FileError("\(path) is a folder without \(what), a file that is named *\(ending)")
      }
      return found.map { PathText.join(path, $0) }
    }
  }
}
