import Base
import Foundation
import Measurement
import Topology

/// A CSV file that cannot be used: one line with path, line and what is wrong.
public struct CSVError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// Reads and appends rows of one type.
public enum CSVFile<Row: CSVRow> {
  /// Read at a time.
  static var pieceBytes: Int { 1 << 20 }

  /// - Throws: `FileError`, or `CSVError` naming file and line: missing columns, a row with too few
  ///   or too many fields, text where a number belongs, another schema. Unknown columns are
  ///   skipped, and so are columns that are younger than the row.
  public static func read(_ path: String) throws -> [Row] {
    var rows: [Row] = []
    try forEach(path) { row, _ in rows.append(row) }
    return rows
  }

  /// The same, row by row with the line each begins in, without keeping them.
  public static func forEach(_ path: String, _ body: (Row, Int) throws -> Void) throws {
    let file = try OpenFile(path)
    var reader = CSVText.Reader { try file.piece(pieceBytes) }
    try forEach(&reader, path: path, body)
  }

  package static func parse(_ bytes: Data, path: String) throws -> [Row] {
    var rows: [Row] = []
    var reader = CSVText.Reader(Array(bytes))
    try forEach(&reader, path: path) { row, _ in rows.append(row) }
    return rows
  }

  private static func forEach(
    _ reader: inout CSVText.Reader, path: String, _ body: (Row, Int) throws -> Void
  ) throws {
    guard let header = try next(&reader, path: path) else {
      throw CSVError("\(path): is empty, without a header")
    }
    let layout = try CSVLayout<Row>(header, path: path)
    while let record = try next(&reader, path: path) {
      try body(layout.row(record, path: path), record.line)
    }
  }

  static func next(_ reader: inout CSVText.Reader, path: String) throws -> CSVText.Record? {
    do {
      return try reader.next()
    } catch CSVText.Problem.unterminatedQuote(let line) {
      throw CSVError("\(path):\(line): a quoted field does not end; the file may be truncated")
    } catch CSVText.Problem.textAfterQuote(let line) {
      throw CSVError("\(path):\(line): text follows a closing quote; a comma must")
    } catch CSVText.Problem.tooManyFields(let line) {
      throw CSVError("\(path):\(line): more than \(CSVText.fieldLimit) fields, as no row has")
    } catch CSVText.Problem.tooLong(let line) {
      throw CSVError(
        "\(path):\(line): no end of a row within "
          + "\(NumberText.bytes(CSVText.Reader.recordLimit)); it is no CSV file")
    }
  }
}

/// A file or pipe that is read piece by piece, and closed at the end.
final class OpenFile {
  private let path: String
  private let descriptor: Int32
  private var bytes = 0
  private var asked = 0

  /// Before the memory for the rows of so many more bytes is asked for.
  private static let step = 64 << 20

  /// - Throws: `FileError`.
  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("read", path, errno: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError("read", path, errno: errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError("read", path, errno: EISDIR) }
  }

  deinit { close(descriptor) }

  /// What comes next, at most so many bytes; empty at the end.
  ///
  /// - Throws: `FileError`; `MemoryError` where rows that are kept would soon not fit.
  func piece(_ most: Int) throws -> [UInt8] {
    if bytes - asked >= Self.step {
      asked = bytes
      try MemoryBudget.current.require(
        Double(Self.step), for: "\(path), after \(NumberText.bytes(bytes)),",
        advice: "split it, or select fewer rows")
    }
    var failure: Int32 = 0
    let piece = [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
      while true {
        let read = Foundation.read(descriptor, buffer.baseAddress, most)
        if read < 0, errno == EINTR { continue }
        if read < 0 { failure = errno }
        count = max(read, 0)
        return
      }
    }
    guard failure == 0 else { throw FileError("read", path, errno: failure) }
    bytes += piece.count
    return piece
  }
}
