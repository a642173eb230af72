import Foundation

/// A file that cannot be read or written: one line with its path and the system's reason.
public struct FileError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }

  package init(_ action: String, _ path: String, errno code: Int32) {
    self.init("cannot \(action) \(Self.text(path)): \(String(cString: strerror(code)))")
  }

  /// As much of a path as tells which one it is, on one line.
  private static func text(_ path: String) -> String {
    if path.isEmpty || path.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      return shortened(path).debugDescription
    }
    return shortened(path)
  }

  private static func shortened(_ path: String) -> String {
    path.count <= 240 ? path : "\(path.prefix(150))…\(path.suffix(80))"
  }
}
