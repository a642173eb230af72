import Foundation
import SwiftProtobuf
import Topology

/// A decoded model file.
struct ModelFile {
  /// As given.
  let path: String
  let model: Onnx_ModelProto
  /// Version of the standard operators.
  let opset: Int

  /// Protocol buffers end there.
  static let byteLimit = 1 << 31
  static let opsets = 7...28

  /// - Throws: `OnnxError`, without the path.
  init(path: String) throws {
    let data = try Self.map(path)
    guard !data.isEmpty else { throw OnnxError("is empty") }
    try WireGuard.check(data)
    // The messages hold a copy of all tensors, and the graph one more.
    try MemoryBudget.claim(bytes: 2 * Double(data.count), for: "importing \(data.count) bytes")
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = WireGuard.depthLimit
    let model: Onnx_ModelProto
    do { model = try Onnx_ModelProto(serializedBytes: data, options: options) } catch {
      throw OnnxError("is no ONNX model, or a damaged one (\(Self.reason(error)))")
    }
    try self.init(path: path, model: model)
  }

  /// A model that is in memory already; external data would lie beside `path`.
  init(path: String, model: Onnx_ModelProto) throws {
    self.path = path
    self.model = model
    guard model.hasGraph else { throw OnnxError("has no graph: is it an ONNX model?") }
    let versions = model.opsetImport.filter { Self.isStandard($0.domain) }.map(\.version)
    // The format says that a model without the entry uses version 1.
    let version = versions.max() ?? 1
    guard let opset = Int(exactly: version), Self.opsets.contains(opset) else {
      throw OnnxError(
        "uses operator set \(version); \(Self.opsets.lowerBound) to \(Self.opsets.upperBound) are "
          + "supported")
    }
    self.opset = opset
  }

  static func isStandard(_ domain: String) -> Bool { domain.isEmpty || domain == "ai.onnx" }

  /// The file's bytes without reading them all: a large file of nothing costs nothing.
  private static func map(_ path: String) throws -> Data {
    // Opening a pipe would wait for somebody to write into it.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw OnnxError("cannot be read: \(String(cString: strerror(errno)))") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw OnnxError("cannot be read: it is no regular file")
    }
    let count = Int(status.st_size)
    guard count < byteLimit else {
      throw OnnxError("has \(count) bytes; a model has less than \(byteLimit)")
    }
    guard count > 0 else { return Data() }
    guard let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0), memory != MAP_FAILED
    else { throw OnnxError("cannot be read: \(String(cString: strerror(errno)))") }
    return Data(
      bytesNoCopy: memory, count: count,
      deallocator: .custom { memory, count in munmap(memory, count) })
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case BinaryDecodingError.invalidUTF8: "a name is not UTF-8"
    case BinaryDecodingError.truncated: "it is cut off"
    case BinaryDecodingError.messageDepthLimit: "it nests too deep"
    default: "it does not decode"
    }
  }
}
