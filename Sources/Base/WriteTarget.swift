import Foundation

/// What is written to when a path is written: found once, so that asking and doing cannot differ.
package enum WriteTarget {
  /// The file that this process has as its standard output.
  case standardOutput
  /// A device, a FIFO or the like: written through, as nothing may take its place.
  case special
  /// A regular file, by the path behind all links.
  case file(path: String, status: stat)
  /// A name that is free, by the path behind all links.
  case free(path: String)

  /// As many links as Linux follows.
  private static let linkLimit = 40

  /// - Throws: `FileError` where nothing can be written there.
  package init(_ path: String) throws {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw FileError("write", path, errno: ENOENT)
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw FileError("write", path, errno: errno) }
      let place = try Self.behindLinks(path)
      // No file's name ends with a slash.
      guard !place.hasSuffix("/") else { throw FileError("write", path, errno: EISDIR) }
      self = .free(path: place)
      return
    }
    var output = stat()
    if fstat(STDOUT_FILENO, &output) == 0, Self.isSame(status, output) {
      self = .standardOutput
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: throw FileError("write", path, errno: EISDIR)
    case S_IFREG:
      let place = try Self.behindLinks(path)
      var found = stat()
      // Links in /proc/self/fd name files that may have been removed or renamed since.
      let isThere = lstat(place, &found) == 0 && Self.isSame(status, found)
      self = isThere ? .file(path: place, status: status) : .special
    default: self = .special
    }
  }

  private static func isSame(_ a: stat, _ b: stat) -> Bool {
    a.st_dev == b.st_dev && a.st_ino == b.st_ino
  }

  /// What a path's last part stands for when it is a link, or a link to one.
  private static func behindLinks(_ path: String) throws -> String {
    var place = path
    for _ in 0..<linkLimit {
      var status = stat()
      guard lstat(place, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return place }
      var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(place, &bytes, bytes.count)
      guard count > 0 else { throw FileError("write", path, errno: errno) }
      place = PathText.join(
        PathText.folder(of: place), String(decoding: bytes.prefix(count), as: UTF8.self))
    }
    throw FileError("write", path, errno: ELOOP)
  }
}
