import Base
import Foundation
import Testing

@testable import Store

@Suite final class StorePlaceTests {
  private let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "convbench-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  @Test func aStoreBehindALinkIsTheStore() throws {
    try AtomicFile.makeFolder("\(folder)/far")
    #expect(symlink("far/real.sqlite", "\(folder)/link") == 0)
    #expect(symlink("link", "\(folder)/chain") == 0)
    // Made behind a link that leads nowhere yet.
    try Store(path: "\(folder)/link").close()
    for name in ["link", "chain", "far/real.sqlite"] {
      let store = try Store(reading: "\(folder)/\(name)")
      #expect(try store.counts().races == 0)
      store.close()
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == [
        "chain", "far", "link",
      ])
  }

  @Test func noNameIsOneOfSQLites() throws {
    for name in [":memory:", "file:x?mode=memory", "-", "d"] {
      #expect(try StorePlace(name).path == "./" + name)
    }
    #expect(try StorePlace("/nowhere/d").path == "/nowhere/d")
  }

  @Test(arguments: ["", "/", "/dev/null", "/dev/null/d", "new/"])
  func whatIsNoFileIsRefused(_ path: String) {
    #expect(throws: StoreError.self) { try StorePlace(path) }
  }
}
