import Base
import Foundation
import Measurement

extension CSVFile {
  /// Appends whole rows: all of them or, where the disk is full, none. Makes the file with its
  /// header where there is none; a file of an older version gets the columns that it lacks. Two
  /// processes may append at a time.
  ///
  /// - Throws: `FileError`, or `CSVError` where the file is not one that these rows belong in; it
  ///   is then as it was.
  public static func append(_ rows: [Row], to path: String) throws {
    while true {
      let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
      guard file >= 0 else { throw FileError("write", path, errno: errno) }
      defer { close(file) }
      guard flock(file, LOCK_EX) == 0 else { throw FileError("lock", path, errno: errno) }
      // Another process may have replaced the file while this one waited for the lock.
      guard isCurrent(file, path: path) else { continue }
      let size = lseek(file, 0, SEEK_END)
      guard size >= 0 else {
        throw FileError("cannot append rows to \(path): it is no regular file")
      }
      var text = ""
      var header = Row.header
      if size == 0 {
        text = CSVText.line(header) + "\n"
      } else {
        let layout = try existingLayout(file, path: path)
        guard layout.lacking.isEmpty else {
          try addColumns(layout.lacking, path: path)
          continue
        }
        header = layout.header
        if !endsWithLineBreak(file, size: size) { text = "\n" }
      }
      for row in rows { text += line(row, header) + "\n" }
      var code = Descriptor.write(Data(text.utf8), to: file)
      if code == 0, fsync(file) != 0 { code = errno }
      guard code == 0 else {
        ftruncate(file, size)
        throw FileError("write", path, errno: code)
      }
      return
    }
  }

  /// A whole file with these rows, or the rest of one.
  public static func text(_ rows: [Row], withHeader: Bool = true) -> String {
    let header = withHeader ? [CSVText.line(Row.header)] : []
    return (header + rows.map { line($0, Row.header) }).map { $0 + "\n" }.joined()
  }

  private static func line(_ row: Row, _ header: [String]) -> String {
    let texts = Dictionary(
      uniqueKeysWithValues: Row.columns.map { ($0.name, $0.text(row)) } + [("schema", Row.schema)])
    return CSVText.line(header.map { texts[$0] ?? "" })
  }

  private static func isCurrent(_ file: Int32, path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(file, &opened) == 0 && stat(path, &named) == 0
      && opened.st_dev == named.st_dev && opened.st_ino == named.st_ino
  }

  private static func endsWithLineBreak(_ file: Int32, size: Int) -> Bool {
    var byte: UInt8 = 0
    return pread(file, &byte, 1, size - 1) == 1
      && (byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r"))
  }

  private static func existingLayout(_ file: Int32, path: String) throws -> CSVLayout<Row> {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = pread(file, &bytes, bytes.count, 0)
    guard count > 0 else { throw FileError("read", path, errno: errno) }
    let line = bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
    var reader = CSVText.Reader(Array(line))
    guard let header = try next(&reader, path: path) else {
      throw CSVError("\(path): is no file of \(Row.schemaName) rows, its first line is empty")
    }
    return try CSVLayout<Row>(header, path: path)
  }

  /// Rewrites the file with more columns, empty in the rows that are there.
  private static func addColumns(_ names: [String], path: String) throws {
    let file = try OpenFile(path)
    var reader = CSVText.Reader { try file.piece(pieceBytes) }
    try AtomicFile.write(to: path) { write in
      var isHeader = true
      var width = 0
      while let record = try next(&reader, path: path) {
        if isHeader { width = record.fields.count }
        guard record.fields.count == width else {
          throw CSVError(
            "\(path):\(record.line): \(record.fields.count) fields, the header has \(width)")
        }
        let added = isHeader ? names : Array(repeating: "", count: names.count)
        try write(Data((CSVText.line(record.fields + added) + "\n").utf8))
        isHeader = false
      }
    }
  }
}
