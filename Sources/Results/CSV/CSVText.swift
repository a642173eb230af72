/// RFC 4180: fields between commas, quoted where they hold commas, quotes or line breaks.
package enum CSVText {
  /// A record without its line break.
  package static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",")
  }

  private static func quoted(_ field: String) -> String {
    let needsQuotes = field.utf8.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r")
    }
    return needsQuotes ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
  }

  struct Record: Equatable {
    let fields: [String]
    /// Of its first character, counted from 1.
    let line: Int
  }

  enum Problem: Error, Equatable {
    case unterminatedQuote(line: Int)
    case textAfterQuote(line: Int)
    case tooManyFields(line: Int)
    case tooLong(line: Int)
  }

  /// More columns than any table of ours: whatever the bytes are, a record stays small.
  static let fieldLimit = 1000

  /// Gives record after record; line breaks may be LF, CRLF or CR, a byte-order mark is skipped,
  /// empty lines are none. Bytes that are no UTF-8 become replacement characters.
  ///
  /// A text of any size takes the memory of one piece and one record.
  struct Reader {
    /// No record of ours comes near; what does not end before is no CSV.
    static let recordLimit = 16 << 20

    /// The text's next piece; an empty one is its end.
    private let more: () throws -> [UInt8]
    private var isStarted = false
    private var isWhole = false
    private var bytes: [UInt8] = []
    private var position = 0
    private var line = 1

    init(_ more: @escaping () throws -> [UInt8]) { self.more = more }

    /// - Parameter bytes: all of the text.
    init(_ bytes: [UInt8]) {
      self.init { [] }
      self.bytes = bytes
      isWhole = true
    }

    /// - Throws: `Problem`, or what reading throws.
    mutating func next() throws -> Record? {
      try skipMark()
      while true {
        let (start, first) = (position, line)
        var (found, problem): (Record?, Problem?) = (nil, nil)
        do { found = try parsed() } catch { problem = error }
        // What ends with the piece may go on in the next one.
        guard position >= bytes.count, !isWhole else {
          if let problem { throw problem }
          return found
        }
        guard bytes.count - start <= Self.recordLimit else { throw Problem.tooLong(line: first) }
        bytes.removeSubrange(..<start)
        (position, line) = (0, first)
        try read()
      }
    }

    private mutating func read() throws {
      let piece = try more()
      isWhole = piece.isEmpty
      bytes += piece
    }

    private mutating func skipMark() throws {
      guard !isStarted else { return }
      isStarted = true
      while bytes.count < 3, !isWhole { try read() }
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    private mutating func parsed() throws(Problem) -> Record? {
      while position < bytes.count {
        if bytes[position] == UInt8(ascii: "\n") {
          position += 1
          line += 1
          continue
        }
        let start = line
        let fields = try fields()
        if fields != [""] { return Record(fields: fields, line: start) }
      }
      return nil
    }

    private mutating func fields() throws(Problem) -> [String] {
      var fields: [String] = []
      while true {
        guard fields.count < fieldLimit else { throw .tooManyFields(line: line) }
        fields.append(try field())
        guard position < bytes.count else { return fields }
        let separator = bytes[position]
        position += 1
        if separator == UInt8(ascii: ",") { continue }
        if separator == UInt8(ascii: "\r"), position < bytes.count,
          bytes[position] == UInt8(ascii: "\n")
        {
          position += 1
        }
        line += 1
        return fields
      }
    }

    /// Ends before a comma, a line break or the end of the text.
    private mutating func field() throws(Problem) -> String {
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        let start = position
        let (text, end) = bytes.withUnsafeBufferPointer { bytes in
          var end = start
          while end < bytes.count, !Self.isEnd(bytes[end]) { end += 1 }
          return (String(decoding: bytes[start..<end], as: UTF8.self), end)
        }
        position = end
        return text
      }
      let start = line
      var content: [UInt8] = []
      position += 1
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        if byte == UInt8(ascii: "\"") {
          guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            guard position == bytes.count || Self.isEnd(bytes[position]) else {
              throw .textAfterQuote(line: line)
            }
            return String(decoding: content, as: UTF8.self)
          }
          position += 1
        }
        if byte == UInt8(ascii: "\n") { line += 1 }
        content.append(byte)
      }
      throw .unterminatedQuote(line: start)
    }

    private static func isEnd(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
  }
}
