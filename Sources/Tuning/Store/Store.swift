import Convolution
import Foundation
import GRDB
import Measurement
import Topology

/// Every measurement that was ever made, in one SQLite file.
///
/// Each sample is committed on its own in write-ahead mode: a process killed at any moment loses at
/// most the sample it is taking. (A power failure may lose the last seconds, never the file.)
/// Results of several machines lie beside one another.
public final class Store {
  public let path: String
  private let queue: DatabaseQueue

  /// Where the store is without `--store`: `CONVBENCH_STORE`, else `convbench/store.sqlite` in the
  /// XDG data folder.
  public static func defaultPath(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    if let path = environment["CONVBENCH_STORE"], !path.isEmpty { return path }
    // XDG: a relative path is to be ignored.
    if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
      return data + "/convbench/store.sqlite"
    }
    let home = environment["HOME"] ?? NSHomeDirectory()
    return home + "/.local/share/convbench/store.sqlite"
  }

  /// Opens the store, makes it where there is none, and brings its schema up to date.
  ///
  /// - Throws: `StoreError`.
  public init(path: String) throws {
    self.path = path
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty {
      do {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw StoreError(
          "store \(path): its folder cannot be made; name another with --store or CONVBENCH_STORE")
      }
    }
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw StoreError("store \(path) is a folder, not a file")
    }
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(5)
    configuration.journalMode = .wal
    configuration.label = "convbench.store"
    do {
      queue = try DatabaseQueue(path: path, configuration: configuration)
      let isNewer = try queue.read { db in try Self.migrator.hasBeenSuperseded(db) }
      guard !isNewer else {
        throw StoreError(
          "store \(path) was written by a newer convbench than \(ToolVersion.current); "
            + "update, or name another with --store")
      }
      try queue.read { db in
        // A database of some other program is not ours to add tables to.
        let foreign =
          try !db.tableExists("grdb_migrations")
          && Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") != 0
        if foreign {
          throw StoreError("store \(path) is some other program's database; name another")
        }
      }
      try Self.migrator.migrate(queue)
    } catch {
      throw StoreError(path: path, error)
    }
  }

  /// Runs a transaction and turns SQLite's errors into ours.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do { return try queue.write(body) } catch { throw StoreError(path: path, error) }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do { return try queue.read(body) } catch { throw StoreError(path: path, error) }
  }

  /// Closes the file. Nothing may follow.
  public func close() { try? queue.close() }

  // MARK: Machines

  /// The fingerprints of all machines with results here, by id.
  public func machines() throws -> [MachineFingerprint] {
    try read { db in
      try String.fetchAll(db, sql: "SELECT fingerprint FROM machines ORDER BY id").compactMap {
        try? JSONDecoder().decode(MachineFingerprint.self, from: Data($0.utf8))
      }
    }
  }

  func add(_ machine: MachineFingerprint) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(machine), as: UTF8.self)
    try write { db in
      try db.execute(
        sql: "INSERT OR IGNORE INTO machines (id, fingerprint) VALUES (?, ?)",
        arguments: [machine.id, text])
    }
  }
}
