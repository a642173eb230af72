import Base
import Foundation
import GRDB

/// A store that cannot be used: one line saying which, why, and what would do.
public struct StoreError: Error, CustomStringConvertible, Equatable {
  public let description: String

  public init(_ description: String) { self.description = description }

  static func damaged(_ path: String) -> StoreError {
    StoreError(
      "store \(path) is damaged or no convbench store; move it away or name another with --store")
  }

  init(path: String, _ error: any Error) {
    guard let error = error as? DatabaseError else {
      self = error as? StoreError ?? StoreError("store \(path): \(error)")
      return
    }
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(
        "store \(path) is locked by another process; wait for it or name another with --store")
    case .SQLITE_CANTOPEN where Self.isReadOnly(path), .SQLITE_READONLY:
      self.init("store \(path) or its folder is read-only; name another with --store")
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      self.init("store \(path) cannot be opened or made; name another with --store")
    case .SQLITE_NOTADB, .SQLITE_CORRUPT:
      self = .damaged(path)
    case .SQLITE_FULL:
      self.init("store \(path): the disk is full; what was stored before is safe")
    case .SQLITE_IOERR
    where [.SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMMAP].contains(error.extendedResultCode):
      self.init("store \(path): the disk is full, there is no room for the files beside it")
    case .SQLITE_IOERR:
      self.init("store \(path): the system reports an input or output error")
    default:
      self.init("store \(path): \(error.message ?? "SQLite error \(error.resultCode.rawValue)")")
    }
  }

  /// SQLite cannot open a write-ahead log where it cannot make files beside it.
  private static func isReadOnly(_ path: String) -> Bool {
    access(path, F_OK) == 0
      && (access(path, W_OK) != 0 || access(PathText.folder(of: path), W_OK) != 0)
  }
}
