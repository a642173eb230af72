/// Reads `.npy` and `.npz` files; which of the two is told by the content.
public enum ArrayFile {
  /// - Parameters:
  ///   - name: of the array in an archive. The archive's only array needs no name.
  ///   - limit: values at most; a larger array is refused before it is read.
  /// - Throws: `ArrayError`.
  public static func read(_ path: String, named name: String, limit: Int) throws -> FloatArray {
    try read(ByteSource(path: path), named: name, limit: limit)
  }

  static func read(_ source: ByteSource, named name: String, limit: Int) throws -> FloatArray {
    guard try NpzArchive.isArchive(source) else {
      return try NpyFile.read(source, limit: limit)
    }
    let archive = try NpzArchive(source)
    if archive.names.contains(name) || archive.names.count != 1 {
      guard archive.names.contains(name) else {
        let names = archive.names.prefix(5).map { $0.prefix(40).debugDescription }
        throw ArrayError(
          "\(source.name): no array \(name.prefix(60).debugDescription); it has "
            + (names.isEmpty ? "none" : names.joined(separator: ", ")))
      }
      return try archive.array(named: name, limit: limit)
    }
    return try archive.array(named: archive.names[0], limit: limit)
  }
}
