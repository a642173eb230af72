import Foundation

/// A look over a model's bytes before they are decoded.
///
/// A decoded message takes hundreds of bytes however few it had in the file, and decoders recurse:
/// a file of some megabytes could ask for gigabytes. This walk allocates nothing per field. It
/// checks that every field ends within its message, and counts fields and depth.
struct WireGuard {
  /// The largest networks known here have some 100,000 fields.
  static let fieldLimit = 2_000_000
  /// A model, its graph, a node, an attribute, its tensor, an entry: 6; a type nests a few more.
  static let depthLimit = 48

  /// Messages whose fields hold messages.
  private enum Kind {
    case model, graph, node, attribute, tensor, sparse, valueInfo, type, tensorType, shape
    case training, function, annotation, configuration, sharding, shardedDimension, flat

    /// What a length-delimited field of such a message is; nil for text, bytes and numbers.
    func child(_ field: UInt64) -> Kind? {
      switch (self, field) {
      case (.model, 7): .graph
      case (.model, 8), (.model, 14), (.model, 26): .flat
      case (.model, 20): .training
      case (.model, 25): .function
      case (.graph, 1), (.function, 7): .node
      case (.graph, 5): .tensor
      case (.graph, 11), (.graph, 12), (.graph, 13), (.function, 12): .valueInfo
      case (.graph, 14): .annotation
      case (.graph, 15): .sparse
      case (.graph, 16): .flat
      case (.node, 5), (.function, 11): .attribute
      case (.node, 9): .flat
      case (.node, 10): .configuration
      case (.attribute, 5), (.attribute, 10): .tensor
      case (.attribute, 6), (.attribute, 11): .graph
      case (.attribute, 14), (.attribute, 15): .type
      case (.attribute, 22), (.attribute, 23): .sparse
      case (.tensor, 3), (.tensor, 13), (.tensor, 16): .flat
      case (.sparse, 1), (.sparse, 2): .tensor
      case (.valueInfo, 2): .type
      case (.valueInfo, 4): .flat
      case (.type, 1), (.type, 8): .tensorType
      case (.type, 4), (.type, 5), (.type, 9): .type
      case (.tensorType, 2): .shape
      case (.shape, 1): .flat
      case (.training, 1), (.training, 2): .graph
      case (.training, 3), (.training, 4): .flat
      case (.function, 9), (.function, 14): .flat
      case (.annotation, 2): .flat
      case (.configuration, 2): .sharding
      case (.sharding, 3): .flat
      case (.sharding, 4): .shardedDimension
      case (.shardedDimension, 2): .flat
      default: nil
      }
    }
  }

  /// - Throws: `OnnxError` for bytes that are no ONNX model, or one beyond the limits.
  static func check(_ data: Data) throws {
    try data.withUnsafeBytes { bytes in
      var walk = Walk(bytes: bytes)
      try walk.run()
    }
  }

  private struct Walk {
    let bytes: UnsafeRawBufferPointer
    var position = 0
    var fields = 0

    init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    mutating func run() throws {
      var open: [(kind: Kind, end: Int)] = [(.model, bytes.count)]
      open.reserveCapacity(WireGuard.depthLimit + 1)
      while let (kind, end) = open.last {
        guard position < end else {
          open.removeLast()
          continue
        }
        let start = position
        fields += 1
        guard fields <= WireGuard.fieldLimit else {
          throw OnnxError("has more than \(WireGuard.fieldLimit) fields: no network")
        }
        let tag = try varint(end: end)
        guard tag >> 3 > 0 else { throw malformed(start, "field number 0") }
        switch tag & 7 {
        case 0: _ = try varint(end: end)
        case 1: try skip(8, end: end)
        case 5: try skip(4, end: end)
        case 2:
          let length = try varint(end: end)
          guard length <= UInt64(end - position) else {
            throw malformed(
              start, "a field claims \(length) bytes where \(end - position) are left")
          }
          guard let child = kind.child(tag >> 3) else {
            position += Int(length)
            break
          }
          open.append((child, position + Int(length)))
          guard open.count <= WireGuard.depthLimit else {
            throw OnnxError("nests messages deeper than \(WireGuard.depthLimit) levels")
          }
        default: throw malformed(start, "wire type \(tag & 7)")
        }
      }
    }

    private func malformed(_ offset: Int, _ what: String) -> OnnxError {
      OnnxError("is no ONNX model, or a damaged one: \(what) at byte \(offset)")
    }

    private mutating func skip(_ count: Int, end: Int) throws {
      guard count <= end - position else { throw malformed(position, "a field is cut off") }
      position += count
    }

    private mutating func varint(end: Int) throws -> UInt64 {
      var result: UInt64 = 0
      for shift in stride(from: UInt64(0), to: 70, by: 7) {
        guard position < end else { throw malformed(position, "a number is cut off") }
        let byte = bytes[position]
        position += 1
        result |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return result }
      }
      throw malformed(position, "a number of more than 10 bytes")
    }
  }
}
