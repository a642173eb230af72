import Base
import Foundation
import Measurement

/// A file of comparisons, a JSON object a line, that grows from run to run.
public enum ControlLog {
  /// The most that is read.
  static let limit = 64 << 20

  /// - Returns: what the file has; nothing where there is none.
  /// - Throws: `FileError` naming the line that is no comparison.
  public static func read(_ path: String) throws -> [Controls.Comparison] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw FileError("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { try? handle.close() }
    let data = (try? handle.read(upToCount: limit + 1)) ?? Data()
    guard data.count <= limit else {
      throw FileError("cannot read \(path): it is larger than \(limit >> 20) MiB")
    }
    return try data.split(separator: UInt8(ascii: "\n")).enumerated().map { number, line in
      guard let comparison = try? JSONDecoder().decode(Controls.Comparison.self, from: line) else {
        throw FileError("\(path):\(number + 1): is no comparison that convbench controls wrote")
      }
      return comparison
    }
  }

  /// Appends a line.
  ///
  /// - Throws: `FileError`.
  public static func add(_ comparison: Controls.Comparison, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let line = try encoder.encode(comparison) + Data("\n".utf8)
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw FileError("write", path, errno: errno) }
    defer { close(file) }
    let code = Descriptor.write(line, to: file)
    guard code == 0 else { throw FileError("write", path, errno: code) }
  }
}
