import Foundation

/// A store path in a folder of its own, removed at the end.
package final class TemporaryStore {
  package let folder: String
  package var path: String { folder + "/store.sqlite" }

  package init() throws {
    folder = NSTemporaryDirectory() + "store-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  /// Again where a store that is just closing takes its files away meanwhile.
  deinit {
    for _ in 0..<5 where FileManager.default.fileExists(atPath: folder) {
      try? FileManager.default.removeItem(atPath: folder)
    }
  }
}
