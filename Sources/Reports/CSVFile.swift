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
  ///   skipped.
  public static func read(_ path: String) throws -> [Row] {
    try parse(contents(path), path: path)
  }

  package static func parse(_ bytes: Data, path: String) throws -> [Row] {
    let records = try records(bytes, path: path)
    guard let header = records.first else { throw CSVError("\(path): is empty, without a header") }
    let layout = try layout(header, path: path)
    return try records.dropFirst().map { record in
      let place = "\(path):\(record.line)"
      guard record.fields.count == header.fields.count else {
        throw CSVError(
          "\(place): \(record.fields.count) fields, the header has \(header.fields.count)")
      }
      try checkSchema(record.fields[layout.schema], place: place)
      var row = Row()
      for (column, index) in zip(Row.columns, layout.columns)
      where !column.read(&row, record.fields[index]) {
        throw CSVError(
          "\(place): \(column.name) is \"\(record.fields[index].prefix(40))\", not \(column.kind)")
      }
      return row
    }
  }

  /// Appends whole rows: all of them or, where the disk is full, none. Makes the file with its
  /// header where there is none. Two processes may append at a time.
  ///
  /// - Throws: `FileError`, or `CSVError` where the file is not one that these rows belong in; it
  ///   is then as it was.
  public static func append(_ rows: [Row], to path: String) throws {
    let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw FileError("write", path, errno: errno) }
    defer { close(file) }
    guard flock(file, LOCK_EX) == 0 else { throw FileError("lock", path, errno: errno) }
    let size = lseek(file, 0, SEEK_END)
    guard size >= 0 else { throw FileError("write", path, errno: errno) }
    var text = ""
    var header = Row.header
    if size == 0 {
      text = CSVText.line(header) + "\n"
    } else {
      header = try existingHeader(file, path: path)
      if !endsWithLineBreak(file, size: size) { text = "\n" }
    }
    for row in rows { text += line(row, header) + "\n" }
    guard AtomicFile.writeAll(Array(text.utf8), to: file), fsync(file) == 0 else {
      let code = errno
      ftruncate(file, size)
      throw FileError("write", path, errno: code)
    }
  }

  private static func line(_ row: Row, _ header: [String]) -> String {
    let texts = Dictionary(
      uniqueKeysWithValues: Row.columns.map { ($0.name, $0.text(row)) } + [("schema", Row.schema)])
    return CSVText.line(header.map { texts[$0] ?? "" })
  }

  private static func endsWithLineBreak(_ file: Int32, size: Int) -> Bool {
    var byte: UInt8 = 0
    return pread(file, &byte, 1, size - 1) == 1 && byte == UInt8(ascii: "\n")
  }

  private static func existingHeader(_ file: Int32, path: String) throws -> [String] {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = pread(file, &bytes, bytes.count, 0)
    guard count > 0 else { throw FileError("read", path, errno: errno) }
    let line = bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
    guard let header = try records(Data(line), path: path).first else {
      throw CSVError("\(path): is no file of \(Row.schemaName) rows, its first line is empty")
    }
    _ = try layout(header, path: path)
    return header.fields
  }

  private static func contents(_ path: String) throws -> Data {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileError("read", path, errno: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw FileError("read", path, errno: errno) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError("read", path, errno: EISDIR) }
    guard Int(status.st_size) <= byteLimit else {
      throw CSVError(
        "\(path): is \(NumberText.bytes(Int(status.st_size))) large, more than "
          + "\(NumberText.bytes(byteLimit)); split it")
    }
    do {
      return try FileHandle(fileDescriptor: file, closeOnDealloc: false).readToEnd() ?? Data()
    } catch { throw FileError("read", path, errno: EIO) }
  }

  private static func records(_ bytes: Data, path: String) throws -> [CSVText.Record] {
    do {
      return try CSVText.records(bytes)
    } catch CSVText.Problem.unterminatedQuote(let line) {
      throw CSVError("\(path):\(line): a quoted field does not end; the file may be truncated")
    } catch CSVText.Problem.textAfterQuote(let line) {
      throw CSVError("\(path):\(line): text follows a closing quote; a comma must")
    }
  }

  /// Where the row's columns are in the file.
  private static func layout(
    _ header: CSVText.Record, path: String
  ) throws -> (schema: Int, columns: [Int]) {
    var positions: [String: Int] = [:]
    for (index, name) in header.fields.enumerated() {
      guard positions.updateValue(index, forKey: name) == nil else {
        throw CSVError("\(path):\(header.line): column \"\(name.prefix(40))\" is there twice")
      }
    }
    let missing = Row.header.filter { positions[$0] == nil }
    guard missing.isEmpty, let schema = positions["schema"] else {
      throw CSVError(
        "\(path):\(header.line): lacks \(missing.count == 1 ? "column" : "columns") "
          + missing.joined(separator: ", ") + " of \(Row.schema)")
    }
    return (schema, Row.columns.compactMap { positions[$0.name] })
  }

  private static func checkSchema(_ text: String, place: String) throws {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == Row.schemaName, let version = Int(parts[1]), version > 0
    else {
      throw CSVError("\(place): schema is \"\(text.prefix(40))\", not \(Row.schema)")
    }
    guard version <= Row.schemaVersion else {
      throw CSVError("\(place): schema \(text) is newer than this convbench's \(Row.schema)")
    }
  }
}
