import Foundation

/// Writes to an open file that come back with an error number instead of a trap.
package enum Descriptor {
  /// Writes everything, also to a pipe that takes a part at a time or that somebody made
  /// non-blocking.
  ///
  /// - Returns: 0, or the system's error number.
  package static func write(_ bytes: some ContiguousBytes, to file: Int32) -> Int32 {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Foundation.write(
          file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count >= 0 {
          rest = rest.dropFirst(count)
        } else if errno == EAGAIN || errno == EWOULDBLOCK {
          var waiting = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
          _ = poll(&waiting, 1, -1)
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}
