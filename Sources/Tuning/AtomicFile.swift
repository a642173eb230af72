import Foundation

/// Files that are complete or not there.
enum AtomicFile {
  /// What the system refused.
  struct Failure: Error {
    let reason: String
  }

  /// Writes to a temporary name in the same folder, synchronises, and renames.
  static func write(_ data: Data, to path: String) throws {
    let temporary = "\(path).\(getpid()).tmp"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Failure(reason: errorText()) }
    do {
      defer { close(file) }
      try data.withUnsafeBytes { bytes in
        var rest = bytes[...]
        while !rest.isEmpty {
          let written = Foundation.write(
            file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
          if written < 0, errno == EINTR { continue }
          guard written > 0 else { throw Failure(reason: errorText()) }
          rest = rest.dropFirst(written)
        }
      }
      guard fsync(file) == 0 else { throw Failure(reason: errorText()) }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let failure = Failure(reason: errorText())
      unlink(temporary)
      throw failure
    }
  }

  private static func errorText() -> String { String(cString: strerror(errno)) }
}
