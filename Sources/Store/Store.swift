import Base
import Convolution
import Foundation
import GRDB
import Measurement
import Synchronization
import Topology

/// Every measurement that was ever made, in one SQLite file.
///
/// Each sample is committed on its own in write-ahead mode: a process killed at any moment loses at
/// most the sample it is taking. (A power failure may lose the last seconds, never the file.)
/// Results of several machines lie beside one another.
public final class Store {
  /// As the user gave it.
  public let path: String
  private let queue: DatabaseQueue
  /// Told of what is odd, a line each: a race that cannot be read, one from the future.
  public var onWarning: (String) -> Void = { _ in }
  /// The races that were left out so far because they cannot be read.
  public private(set) var unreadable: Set<Int64> = []
  private var hasSpokenOfFuture = false
  /// A copy's folder, removed with it; nil for a store that is used in place.
  private let copyFolder: String?

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

  /// Seconds to wait for another process's transaction. Of many that write into one store each gets
  /// its turn in that time.
  public static let patience = 60.0

  /// Opens the store, makes it where there is none, and brings its schema up to date.
  ///
  /// - Parameter patience: seconds to wait for another process's transaction.
  /// - Throws: `StoreError`.
  public init(path: String, patience: Double = Store.patience) throws {
    self.path = path
    copyFolder = nil
    let place = try StorePlace(path)
    do {
      try AtomicFile.makeFolder(PathText.folder(of: place.path))
    } catch {
      throw StoreError(
        "store \(path): its folder cannot be made; name another with --store or CONVBENCH_STORE")
    }
    do {
      queue = try DatabaseQueue(
        path: place.path, configuration: Self.configuration(patience, isWAL: true))
      try Self.refuseForeign(queue, path)
      try Self.migrator.migrate(queue)
      // Opening a file that cannot be written succeeds; say so before minutes of measuring.
      try queue.inTransaction(.immediate) { _ in .rollback }
    } catch {
      throw StoreError(path: path, error)
    }
  }

  /// Opens an existing store to look into it. The file stays as it is, also where its schema is
  /// older (a copy in memory is brought up to date) or where its folder is read-only.
  ///
  /// - Throws: `StoreError`.
  public init(reading path: String, patience: Double = Store.patience) throws {
    self.path = path
    let found = try StorePlace(path)
    guard found.exists else {
      throw StoreError("store \(path): no such file; convbench tune makes one")
    }
    var configuration = Self.configuration(patience, isWAL: false)
    configuration.readonly = true
    let copy = try Self.copyWhereReadOnly(found.path)
    let place = copy.map { $0 + "/store.sqlite" } ?? found.path
    do {
      try Self.undoUnfinishedStart(place, patience)
      let file = try DatabaseQueue(path: place, configuration: configuration)
      try Self.refuseForeign(file, path)
      if try file.read({ try Self.migrator.hasCompletedMigrations($0) }) {
        queue = file
      } else {
        let memory = try DatabaseQueue(configuration: Self.configuration(patience, isWAL: false))
        try file.backup(to: memory)
        Self.retire(file)
        try Self.migrator.migrate(memory)
        queue = memory
      }
      copyFolder = copy
    } catch {
      if let copy { try? FileManager.default.removeItem(atPath: copy) }
      throw StoreError(path: path, error)
    }
  }

  deinit {
    Self.retire(queue)
    if let copyFolder { try? FileManager.default.removeItem(atPath: copyFolder) }
  }

  /// Connections that are closed and used no more. Letting one go makes libdispatch tidy up its
  /// queue on another thread, for which it waits for ever where none can be created.
  private static let retired = Mutex<[DatabaseQueue]>([])

  private static func retire(_ queue: DatabaseQueue) {
    try? queue.close()
    retired.withLock { $0.append(queue) }
  }

  private static func configuration(_ patience: Double, isWAL: Bool) -> GRDB.Configuration {
    var configuration = GRDB.Configuration()
    configuration.busyMode = .timeout(patience)
    if isWAL { configuration.journalMode = .wal }
    configuration.label = "convbench.store"
    configuration.prepareDatabase { $0.add(function: KernelsAreCurrent.function) }
    return configuration
  }

  /// A database of a newer convbench or of some other program is not ours to change.
  private static func refuseForeign(_ queue: DatabaseQueue, _ path: String) throws {
    try queue.read { db in
      if try migrator.hasBeenSuperseded(db) {
        throw StoreError(
          "store \(path) was written by a newer convbench than \(ToolVersion.current); "
            + "update, or name another with --store")
      }
      let isForeign =
        try !db.tableExists("grdb_migrations")
        && Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") != 0
      if isForeign {
        throw StoreError("store \(path) is some other program's database; name another")
      }
    }
  }

  /// A process killed while it made the file, before that was in write-ahead mode, leaves a rollback
  /// journal; only a connection that may write can apply it, and a reader refuses the file until then.
  private static func undoUnfinishedStart(_ path: String, _ patience: Double) throws {
    guard FileManager.default.fileExists(atPath: path + "-journal") else { return }
    let queue = try DatabaseQueue(path: path, configuration: configuration(patience, isWAL: false))
    try queue.read { db in _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") }
    retire(queue)
  }

  /// SQLite reads a write-ahead log only where it can make files beside it.
  private static func copyWhereReadOnly(_ path: String) throws -> String? {
    guard access(path, R_OK) == 0, access(PathText.folder(of: path), W_OK) != 0 else {
      return nil
    }
    let folder = NSTemporaryDirectory() + "convbench-\(UUID().uuidString)"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for suffix in ["", "-wal", "-journal"]
      where FileManager.default.fileExists(atPath: path + suffix) {
        try FileManager.default.copyItem(
          atPath: path + suffix, toPath: folder + "/store.sqlite" + suffix)
      }
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw StoreError("store \(path) is in a read-only folder and there is no room for a copy")
    }
    return folder
  }

  /// Runs a transaction and turns SQLite's errors into ours.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do { return try queue.write(body) } catch { throw StoreError(path: path, error) }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do { return try queue.read(body) } catch let error where Self.isOfOutput(error) {
      throw error
    } catch { throw StoreError(path: path, error) }
  }

  /// Whether what is wrong is where the rows go, and not the store.
  private static func isOfOutput(_ error: any Error) -> Bool {
    error is FileError || error is BrokenPipe
  }

  /// Runs a statement that must not be in a transaction.
  func writeWithoutTransaction(_ body: (Database) throws -> Void) throws {
    do { try queue.writeWithoutTransaction(body) } catch { throw StoreError(path: path, error) }
  }

  /// Closes the file. Nothing may follow.
  public func close() { try? queue.close() }

  /// Names a race that cannot be read, once.
  func warn(race id: Int64, _ problem: String) {
    guard unreadable.insert(id).inserted else { return }
    onWarning("store \(path): race \(id) is left out: \(problem)")
  }

  /// Clocks of a site differ by less, seconds.
  private static let clockSlack = 600.0

  /// Whether somebody's clock was wrong.
  ///
  /// - Parameter time: seconds since 1970.
  public static func isOfFuture(_ time: Double) -> Bool {
    time > Date().timeIntervalSince1970 + clockSlack
  }

  /// Names the first race that counts and has ended in the future.
  func warnOfFuture(race id: Int64, finished: Double) {
    guard Self.isOfFuture(finished), !hasSpokenOfFuture else { return }
    hasSpokenOfFuture = true
    onWarning(
      "store \(path): race \(id) is from the future, \(TimeText.local(finished)): a clock was "
        + "wrong; such races count like others, and no longer once they were run again")
  }

  // MARK: Machines

  /// The fingerprints of all machines with results here, by id.
  public func machines() throws -> [MachineFingerprint] {
    try read { db in
      try String.fetchAll(db, sql: "SELECT fingerprint FROM machines ORDER BY id").compactMap {
        try? JSONDecoder().decode(MachineFingerprint.self, from: Data($0.utf8))
      }
    }
  }

  static func add(_ machine: MachineFingerprint, _ db: Database) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(machine), as: UTF8.self)
    try db.execute(
      sql: "INSERT OR IGNORE INTO machines (id, fingerprint) VALUES (?, ?)",
      arguments: [machine.id, text])
  }
}
