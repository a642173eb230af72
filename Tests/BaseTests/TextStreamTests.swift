import Foundation
import Synchronization
import Testing

@testable import Base

@Suite struct TextStreamTests {
  private func stream(_ descriptor: Int32) -> TextStream {
    TextStream(descriptor: descriptor, name: "the stream")
  }

  private func pipe() -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    #expect(Foundation.pipe(&ends) == 0)
    return (ends[0], ends[1])
  }

  @Test func aReaderThatWentAwayIsABrokenPipe() {
    signal(SIGPIPE, SIG_IGN)
    let (read, write) = pipe()
    close(read)
    defer { close(write) }
    #expect(throws: BrokenPipe()) { try stream(write).write("text") }
    stream(write).writeOrLose("lost")
  }

  @Test func whatIsFullOrClosedIsAnError() {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect(throws: FileError("cannot write to the stream: No space left on device")) {
      try stream(full).write("text")
    }
    stream(full).writeOrLose("lost")
    // No descriptor has this number.
    #expect(throws: FileError("cannot write to the stream: Bad file descriptor")) {
      try stream(1 << 20).write("text")
    }
    stream(1 << 20).writeOrLose("lost")
    let readable = open("/dev/null", O_RDONLY)
    defer { close(readable) }
    #expect(throws: FileError.self) { try stream(readable).write("text") }
  }

  @Test func nothingIsWrittenToWhatIsClosedAndThatIsNoError() throws {
    try stream(1 << 20).close()
    try stream(1 << 20).write("")
  }

  @Test func aPipeThatDoesNotBlockGetsEverything() throws {
    let (read, write) = pipe()
    #expect(fcntl(write, F_SETFL, fcntl(write, F_GETFL) | O_NONBLOCK) == 0)
    let data = Data((0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) })
    let reader = Reader(read)
    try stream(write).write(data)
    close(write)
    #expect(reader.contents() == data)
    close(read)
  }
}

/// Reads to the end on a thread of its own: the pool that tests share may have none left beside a
/// writer that waits.
private final class Reader: Sendable {
  private let collected = Mutex(Data())
  private let isDone = DispatchSemaphore(value: 0)

  init(_ descriptor: Int32) {
    Thread.detachNewThread { [self] in
      var part = [UInt8](repeating: 0, count: 1 << 16)
      while case let count = Foundation.read(descriptor, &part, part.count), count > 0 {
        let chunk = Data(part.prefix(count))
        collected.withLock { $0 += chunk }
      }
      isDone.signal()
    }
  }

  /// Waits for the end.
  func contents() -> Data {
    isDone.wait()
    return collected.withLock { $0 }
  }
}
