import Foundation

/// A file that is being written beside the one whose place it will take.
struct TemporaryFile {
  private let file: Int32
  let name: String

  /// - Parameters:
  ///   - path: for messages.
  init(beside place: String, mode: mode_t, path: String) throws {
    let folder = PathText.folder(of: place)
    var number = 0
    while true {
      // Not longer with the file's name: that may be as long as names can be.
      let name = PathText.join(folder, ".convbench-\(getpid())-\(number).tmp")
      let file = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      if file >= 0 {
        (self.file, self.name) = (file, name)
        return
      }
      // Of a process that was killed, or of one in another container.
      guard errno == EEXIST, number < 1000 else {
        throw FileError("write", path, errno: errno)
      }
      number += 1
    }
  }

  /// - Returns: whether the file now has both.
  func take(ownerAndModeOf status: stat) -> Bool {
    var own = stat()
    guard fstat(file, &own) == 0 else { return false }
    if own.st_uid != status.st_uid || own.st_gid != status.st_gid {
      guard fchown(file, status.st_uid, status.st_gid) == 0 else { return false }
    }
    return fchmod(file, status.st_mode & 0o7777) == 0
  }

  /// Writes all of it and forces it to the disk.
  func fill(_ data: Data, path: String) throws { try fill(path: path) { try $0(data) } }

  /// The same piece by piece. Where anything fails, the file is gone.
  func fill(path: String, _ body: ((Data) throws -> Void) throws -> Void) throws {
    do {
      try body { data in
        let code = Descriptor.write(data, to: file)
        if code != 0 { throw FileError("write", path, errno: code) }
      }
      if fsync(file) != 0 { throw FileError("write", path, errno: errno) }
    } catch {
      remove()
      throw error
    }
  }

  func rename(to place: String, path: String) throws {
    guard Foundation.rename(name, place) == 0 else {
      let code = errno
      remove()
      throw FileError("write", path, errno: code)
    }
    close()
  }

  func close() { _ = Foundation.close(file) }

  func remove() {
    unlink(name)
    close()
  }
}
