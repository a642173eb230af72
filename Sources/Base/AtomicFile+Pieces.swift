import Foundation

extension AtomicFile {
  /// Writes what comes piece by piece, in the memory of one piece.
  ///
  /// - Parameter body: gives the pieces; where it throws, an existing file is as it was.
  /// - Throws: `FileError`, `BrokenPipe`, and what `body` throws.
  public static func write(
    to path: String, _ body: ((Data) throws -> Void) throws -> Void
  ) throws {
    switch try WriteTarget(path) {
    case .standardOutput: try body { try TextStream.standardOutput.write($0) }
    case .special: try writeThrough(path: path, body)
    case .free(let place):
      let temporary = try TemporaryFile(beside: place, mode: 0o666, path: path)
      try temporary.fill(path: path, body)
      try temporary.rename(to: place, path: path)
    case .file(let place, let status):
      try check(place, W_OK, path: path)
      if status.st_nlink == 1,
        let temporary = try? TemporaryFile(beside: place, mode: 0o600, path: path)
      {
        if temporary.take(ownerAndModeOf: status) {
          try temporary.fill(path: path, body)
          return try put(temporary, at: place, path: path)
        }
        temporary.remove()
      }
      let temporary = try TemporaryFile(
        beside: PathText.join(NSTemporaryDirectory(), "pieces"), mode: 0o600, path: path)
      try temporary.fill(path: path, body)
      try copy(temporary, over: place, path: path)
    }
  }

  /// Renamed; a mount of this one file, or one in a sticky folder, is written in place.
  private static func put(_ temporary: TemporaryFile, at place: String, path: String) throws {
    guard rename(temporary.name, place) != 0 else { return temporary.close() }
    try copy(temporary, over: place, path: path)
  }

  private static func copy(_ temporary: TemporaryFile, over place: String, path: String) throws {
    defer { temporary.remove() }
    let pieces = try Data(
      contentsOf: URL(fileURLWithPath: temporary.name), options: .alwaysMapped)
    try writeInPlace(pieces, place: place, path: path)
  }
}
