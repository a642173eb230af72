import Base
import Foundation
import Measurement

/// A CSV file that cannot be used: one line with path, line and what is wrong.
public struct CSVError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// Reads and appends rows of one type.
public enum CSVFile<Row: CSVRow> {
  /// More than a machine can measure in a year; a larger file is something else.
  static var byteLimit: Int { 256 << 20 }

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
    try forEach(in: contents(path), path: path, body)
  }

  package static func parse(_ bytes: Data, path: String) throws -> [Row] {
    var rows: [Row] = []
    try forEach(in: Array(bytes), path: path) { row, _ in rows.append(row) }
    return rows
  }

  private static func forEach(
    in bytes: [UInt8], path: String, _ body: (Row, Int) throws -> Void
  ) throws {
    var reader = CSVText.Reader(bytes)
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
    }
  }

  /// The whole file, which may be a pipe.
  static func contents(_ path: String) throws -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileError("read", path, errno: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileError("read", path, errno: errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError("read", path, errno: EISDIR) }
    let size = Int(status.st_size)
    guard size <= byteLimit else {
      throw CSVError(
        "\(path): is \(NumberText.bytes(size)) large, more than "
          + "\(NumberText.bytes(byteLimit)); split it")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size + 1)
    var part = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = Foundation.read(file, &part, part.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("read", path, errno: errno)
      }
      bytes += part.prefix(count)
      guard bytes.count <= byteLimit else {
        throw CSVError("\(path): is larger than \(NumberText.bytes(byteLimit)); split it")
      }
    }
  }
}
