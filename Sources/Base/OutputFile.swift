import Foundation

/// Where a command's result goes: a file, or with `-` standard output.
///
/// What a command says besides then goes to standard error, so that the two are not mixed.
public struct OutputFile: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  public var isStandardOutput: Bool {
    if path == "-" { return true }
    guard case .standardOutput? = try? WriteTarget(path) else { return false }
    return true
  }

  /// For messages.
  public var name: String { path == "-" ? TextStream.standardOutput.name : path }

  /// Whether it can be written: asked before minutes of work.
  ///
  /// - Throws: `FileError`.
  public func check() throws { if path != "-" { try AtomicFile.checkWritable(path) } }

  /// - Throws: `FileError`, `BrokenPipe`.
  public func write(_ data: Data) throws {
    try path == "-" ? TextStream.standardOutput.write(data) : AtomicFile.write(data, to: path)
  }

  /// The same for what comes piece by piece: it is kept nowhere.
  public func write(_ body: ((Data) throws -> Void) throws -> Void) throws {
    guard path != "-" else { return try body { try TextStream.standardOutput.write($0) } }
    try AtomicFile.write(to: path, body)
  }

  /// The same for text.
  public func write(_ text: String) throws { try write(Data(text.utf8)) }
}
