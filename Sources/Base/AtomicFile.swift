import Foundation

/// Files that are either whole or not there.
///
/// A regular file is replaced by a new one with its mode and owner, the file behind a symbolic link
/// and not the link. Where it cannot be replaced without changing more than its contents (its folder
/// or its owner is somebody else's, it is mounted on its own, it has other names: hard links), it is
/// written in place. Devices and FIFOs are written through.
public enum AtomicFile {
  /// Writes to a temporary name in the same folder, forces it to the disk, and renames it.
  ///
  /// - Throws: `FileError`; an existing file is then as it was. `BrokenPipe` where the path is the
  ///   process's standard output, whose reader has gone.
  public static func write(_ text: String, to path: String) throws {
    try write(Data(text.utf8), to: path)
  }

  /// The same for bytes.
  public static func write(_ data: Data, to path: String) throws {
    switch try WriteTarget(path) {
    case .standardOutput: try TextStream.standardOutput.write(data)
    case .special: try writeThrough(path: path) { try $0(data) }
    case .free(let place): try create(data, place: place, path: path)
    case .file(let place, let status): try replace(data, place: place, status: status, path: path)
    }
  }

  /// Whether `write` could write this path: asked before minutes of work.
  ///
  /// - Throws: `FileError`.
  public static func checkWritable(_ path: String) throws {
    switch try WriteTarget(path) {
    case .standardOutput: break
    case .special: try check(path, W_OK, path: path)
    case .file(let place, _): try check(place, W_OK, path: path)
    case .free(let place): try check(PathText.folder(of: place), W_OK | X_OK, path: path)
    }
  }

  /// Makes the folder and its parents.
  ///
  /// - Throws: `FileError`.
  public static func makeFolder(_ path: String) throws {
    guard !path.isEmpty else { throw FileError("make the folder", path, errno: ENOENT) }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      let reason = (error as? CocoaError)?.underlying as? POSIXError
      throw FileError("make the folder", path, errno: reason?.code.rawValue ?? ENOTDIR)
    }
  }

  static func check(_ place: String, _ mode: Int32, path: String) throws {
    guard faccessat(AT_FDCWD, place, mode, AT_EACCESS) == 0 else {
      throw FileError("write", path, errno: errno)
    }
  }

  private static func create(_ data: Data, place: String, path: String) throws {
    let temporary = try TemporaryFile(beside: place, mode: 0o666, path: path)
    try temporary.fill(data, path: path)
    try temporary.rename(to: place, path: path)
  }

  private static func replace(
    _ data: Data, place: String, status: stat, path: String
  ) throws {
    // Renaming would get around a file's write protection.
    try check(place, W_OK, path: path)
    // The other names would keep the file of before.
    guard status.st_nlink == 1 else { return try writeInPlace(data, place: place, path: path) }
    guard let temporary = try? TemporaryFile(beside: place, mode: 0o600, path: path) else {
      return try writeInPlace(data, place: place, path: path)
    }
    guard temporary.take(ownerAndModeOf: status) else {
      temporary.remove()
      return try writeInPlace(data, place: place, path: path)
    }
    try temporary.fill(data, path: path)
    do {
      try temporary.rename(to: place, path: path)
    } catch {
      // A mount of this one file, or a sticky folder.
      try writeInPlace(data, place: place, path: path)
    }
  }

  /// Opened once: the reader of a FIFO takes the end of the first opening for the end of all.
  static func writeThrough(
    path: String, _ body: ((Data) throws -> Void) throws -> Void
  ) throws {
    let file = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw FileError("write", path, errno: errno) }
    do {
      try body { data in
        let code = Descriptor.write(data, to: file)
        guard code == 0 else { throw FileError("write", path, errno: code) }
      }
    } catch {
      close(file)
      throw error
    }
    guard close(file) == 0 else { throw FileError("write", path, errno: errno) }
  }

  static func writeInPlace(_ data: Data, place: String, path: String) throws {
    let file = open(place, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { throw FileError("write", path, errno: errno) }
    defer { close(file) }
    let size = lseek(file, 0, SEEK_END)
    // What is there must not be lost where there is no room for what comes.
    var code = data.isEmpty ? 0 : posix_fallocate(file, 0, off_t(data.count))
    if code != 0 {
      ftruncate(file, size)
    } else {
      lseek(file, 0, SEEK_SET)
      code = Descriptor.write(data, to: file)
      if code == 0, ftruncate(file, off_t(data.count)) != 0 || fsync(file) != 0 { code = errno }
    }
    guard code == 0 else { throw FileError("write", path, errno: code) }
  }
}
