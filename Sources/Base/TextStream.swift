import Foundation

/// A reader of standard output that went away (`convbench nets | head`): no error, but no reason to
/// go on either.
public struct BrokenPipe: Error, Equatable, CustomStringConvertible {
  public init() {}
  public var description: String { "nobody reads standard output any more" }
}

/// The streams that a process starts with. No write to one of them traps, and none is buffered:
/// what was written is with the reader, also when the process is killed.
///
/// `FileHandle.write` ends the process where a stream is full or closed, and `print` loses what the
/// system refused.
public struct TextStream: Sendable {
  /// Results. What is not written there is an error.
  public static let standardOutput = TextStream(descriptor: STDOUT_FILENO, name: "standard output")
  /// Progress, notes and problems. A line that is lost there ends nothing.
  public static let standardError = TextStream(descriptor: STDERR_FILENO, name: "standard error")

  package let descriptor: Int32
  /// For messages.
  public let name: String

  package init(descriptor: Int32, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  public var isTerminal: Bool { isatty(descriptor) == 1 }

  /// All of it.
  ///
  /// - Throws: `BrokenPipe` where the reader has gone, else `FileError` with the system's reason.
  public func write(_ text: String) throws { try write(Data(text.utf8)) }

  /// The same for bytes.
  public func write(_ data: Data) throws {
    let code = Descriptor.write(data, to: descriptor)
    if code == EPIPE { throw BrokenPipe() }
    if code != 0 { throw FileError("write to", name, errno: code) }
  }

  /// The same, where nothing depends on it.
  public func writeOrLose(_ text: String) {
    _ = Descriptor.write(Data(text.utf8), to: descriptor)
  }

  /// Asks the system what became of the writes before: some file systems say only when a file is
  /// closed that there was no room. Nothing may follow.
  ///
  /// - Throws: `FileError`.
  public func close() throws {
    // A stream that was never open is no problem of a command that wrote nothing.
    if Foundation.close(descriptor) != 0, errno != EBADF {
      throw FileError("write to", name, errno: errno)
    }
  }

  /// Makes the three streams safe to use; a program's first act.
  ///
  /// - A stream that is closed (`2>&-`) would give its number to the next file that is opened, the
  ///   store, say, and messages would go into it. Its place is taken by something that refuses.
  /// - A write to a pipe without a reader, and one beyond `ulimit -f`, are errors and no signals.
  public static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    for (descriptor, mode) in [
      (STDIN_FILENO, O_WRONLY), (STDOUT_FILENO, O_RDONLY), (STDERR_FILENO, O_RDONLY),
    ] where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest number that is free is this one: those below are taken.
      _ = open("/dev/null", mode)
    }
  }
}
