import Base
import Foundation

/// Weights in a file beside the model.
struct ExternalData {
  /// The model's folder; nothing outside it is read.
  let folder: String

  /// - Parameter modelPath: of the model file.
  init(modelPath: String) {
    folder = PathText.folder(of: modelPath)
  }

  /// - Parameters:
  ///   - entries: `location`, and where given `offset` and `length`.
  ///   - byteCount: what the tensor needs.
  /// - Throws: `OnnxError`.
  func read(_ entries: [Onnx_StringStringEntryProto], byteCount: Int) throws -> Data {
    func entry(_ key: String) -> String? { entries.first { $0.key == key }?.value }
    func number(_ key: String) throws -> Int? {
      guard let text = entry(key) else { return nil }
      guard let value = Int(text), value >= 0 else {
        throw OnnxError("external data: \(key) \(text.quoted) is not a number of bytes")
      }
      return value
    }
    guard let location = entry("location") else {
      throw OnnxError("external data: no location is given")
    }
    let offset = try number("offset") ?? 0
    if let length = try number("length"), length != byteCount {
      throw OnnxError("external data: \(length) bytes are given, \(byteCount) are needed")
    }
    return try read(try path(location), location, offset: offset, byteCount: byteCount)
  }

  /// The file behind a location, after all links.
  private func path(_ location: String) throws -> String {
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.isEmpty, !location.hasPrefix("/"), !parts.contains(".."),
      !location.utf8.contains(0)
    else {
      throw OnnxError(
        "external data: \(location.quoted) leaves the model's folder; it must be a path within it")
    }
    let joined = PathText.join(folder, location)
    guard let file = Self.resolved(joined), let root = Self.resolved(folder) else {
      throw OnnxError(
        "external data: cannot read \(location.quoted) beside the model: "
          + String(cString: strerror(errno)))
    }
    guard file.hasPrefix(root == "/" ? root : root + "/") else {
      throw OnnxError(
        "external data: \(location.quoted) is a link that leaves the model's folder")
    }
    return file
  }

  private static func resolved(_ path: String) -> String? {
    guard let text = realpath(path, nil) else { return nil }
    defer { free(text) }
    return String(cString: text)
  }

  private func read(_ path: String, _ location: String, offset: Int, byteCount: Int) throws -> Data
  {
    func failure(_ what: String) -> OnnxError {
      OnnxError("external data: cannot read \(location.quoted): \(what)")
    }
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard file >= 0 else { throw failure(String(cString: strerror(errno))) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw failure("it is no regular file")
    }
    let size = Int(status.st_size)
    guard offset <= size, byteCount <= size - offset else {
      throw failure("it has \(size) bytes; \(byteCount) from byte \(offset) on are needed")
    }
    var data = Data(count: byteCount)
    var done = 0
    while done < byteCount {
      let count = data.withUnsafeMutableBytes {
        pread(file, $0.baseAddress! + done, byteCount - done, off_t(offset + done))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure("it ends at byte \(offset + done)") }
      done += count
    }
    return data
  }
}
