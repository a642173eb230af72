import Foundation

/// The lines of a file or pipe, one at a time: a file of any size takes the memory of one line.
struct LineReader {
  private let handle: FileHandle
  private let limit: Int
  private var buffer = Data()
  /// Where the part of the buffer begins that holds no line end.
  private var searched = 0
  private var isAtEnd = false
  /// Of the line that `next` returned last, from 1.
  private(set) var number = 0

  struct TooLong: Error {}

  /// - Parameter limit: bytes of the longest line.
  init(_ handle: FileHandle, limit: Int) {
    self.handle = handle
    self.limit = limit
  }

  /// The next line without its end (line feed, with or without a carriage return); nil at the end.
  ///
  /// - Throws: `TooLong`, or what reading throws. `number` is then that of the line.
  mutating func next() throws -> Data? {
    while true {
      let start = buffer.startIndex
      if let end = buffer[(start + searched)...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = buffer[start..<end]
        buffer = buffer[(end + 1)...]
        searched = 0
        number += 1
        return Self.trimmed(line, isFirst: number == 1)
      }
      searched = buffer.count
      if isAtEnd {
        guard !buffer.isEmpty else { return nil }
        let line = buffer
        buffer = Data()
        searched = 0
        number += 1
        return Self.trimmed(line, isFirst: number == 1)
      }
      guard buffer.count <= limit else {
        number += 1
        throw TooLong()
      }
      let chunk = try handle.read(upToCount: 1 << 18) ?? Data()
      // A new buffer forgets the lines that were read from the old one.
      buffer = Data(buffer) + chunk
      isAtEnd = chunk.isEmpty
    }
  }

  /// Without a carriage return at the end and a byte-order mark at the beginning.
  private static func trimmed(_ line: Data, isFirst: Bool) -> Data {
    var line = line
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    if isFirst, line.starts(with: [0xef, 0xbb, 0xbf]) { line = line.dropFirst(3) }
    return Data(line)
  }
}
