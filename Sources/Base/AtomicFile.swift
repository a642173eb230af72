import Foundation

/// A file that cannot be read or written: one line with its path and the system's reason.
public struct FileError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }

  package init(_ action: String, _ path: String, errno code: Int32) {
    description = "cannot \(action) \(path): \(String(cString: strerror(code)))"
  }
}

/// Files that are either whole or not there.
public enum AtomicFile {
  /// Writes to a temporary name in the same folder, forces it to the disk, and renames it.
  ///
  /// - Throws: `FileError`; an existing file is then as it was.
  public static func write(_ text: String, to path: String) throws {
    try write(Data(text.utf8), to: path)
  }

  /// The same for bytes.
  ///
  /// - Throws: `FileError`.
  public static func write(_ data: Data, to path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    let name = ".\((path as NSString).lastPathComponent).\(getpid()).tmp"
    let temporary = folder.isEmpty ? name : (folder as NSString).appendingPathComponent(name)
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw FileError("write", path, errno: errno) }
    var failure: Int32 = 0
    if !writeAll(Array(data), to: file) || fsync(file) != 0 { failure = errno }
    if close(file) != 0, failure == 0 { failure = errno }
    if failure == 0, rename(temporary, path) != 0 { failure = errno }
    guard failure == 0 else {
      unlink(temporary)
      throw FileError("write", path, errno: failure)
    }
  }

  /// Whether `write` could make this file: asked before minutes of work.
  ///
  /// - Throws: `FileError`.
  public static func checkWritable(_ path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    guard access(folder.isEmpty ? "." : folder, W_OK | X_OK) == 0 else {
      throw FileError("write", path, errno: errno)
    }
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      throw FileError("write", path, errno: EISDIR)
    }
  }

  /// Makes the folder and its parents.
  ///
  /// - Throws: `FileError`.
  public static func makeFolder(_ path: String) throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      let reason = (error as? CocoaError)?.underlying as? POSIXError
      throw FileError("make the folder", path, errno: reason?.code.rawValue ?? ENOTDIR)
    }
  }

  package static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.write(file, $0.baseAddress! + offset, $0.count - offset)
      }
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      offset += count
    }
    return true
  }
}
