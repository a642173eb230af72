import Base
import Foundation

/// The file that a store's path stands for, behind symbolic links.
struct StorePlace {
  /// In a form that SQLite takes for nothing else: it has a meaning of its own for an empty name,
  /// for `:memory:` and for `file:…`.
  let path: String
  let exists: Bool

  /// Of every SQLite file.
  private static let headerBytes = 100

  /// - Throws: `StoreError` for what no store can be: a folder, a device, a file that is shorter than
  ///   any (SQLite takes that for an empty database, and overwrites it).
  init(_ path: String) throws {
    guard !path.isEmpty else { throw StoreError("store: the name is empty; name a file") }
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw StoreError("store \(path) is a folder, not a file")
    }
    let target: WriteTarget
    do { target = try WriteTarget(path) } catch { throw StoreError("store \(path): \(error)") }
    switch target {
    case .standardOutput, .special:
      throw StoreError("store \(path) is no regular file; name another with --store")
    case .free(let place):
      (self.path, exists) = (Self.plain(place), false)
    case .file(let place, let status):
      guard !(1..<Self.headerBytes).contains(Int(status.st_size)) else {
        throw StoreError.damaged(path)
      }
      (self.path, exists) = (Self.plain(place), true)
    }
  }

  private static func plain(_ place: String) -> String {
    place.hasPrefix("/") ? place : "./" + place
  }
}
