import Foundation

/// NumPy's `.npy` format, float32 in C order.
public enum NpyFile {
  /// - Parameter limit: values at most; a larger array is refused before it is read.
  static func read(_ source: ByteSource, limit: Int) throws -> FloatArray {
    let header = try NpyHeader(source)
    guard header.count <= limit else {
      throw ArrayError("\(source.name): \(header.count) values; at most \(limit) fit here")
    }
    let size = header.size + 4 * header.count
    guard source.count == size else {
      throw ArrayError(
        "\(source.name): \(source.count) bytes; its header promises "
          + "\(size), for \(shapeText(header.shape)) values")
    }
    return FloatArray(
      shape: header.shape, values: try source.floats(at: header.size, count: header.count))
  }

  /// The file's bytes, as `numpy.save` writes them.
  public static func data(_ array: FloatArray) -> Data {
    let shape = array.shape.map(String.init).joined(separator: ", ")
    let tuple = array.shape.count == 1 ? "(\(shape),)" : "(\(shape))"
    var text = "{'descr': '<f4', 'fortran_order': False, 'shape': \(tuple), }"
    // Values start at a multiple of 64 bytes, behind a line break.
    let used = 10 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - used % 64) % 64) + "\n"
    var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
    data.append(UInt8(text.utf8.count & 0xFF))
    data.append(UInt8(text.utf8.count >> 8))
    data.append(contentsOf: text.utf8)
    array.values.withUnsafeBytes { data.append(contentsOf: $0) }
    return data
  }
}

/// `1×3×224×224`
public func shapeText(_ shape: [Int]) -> String {
  shape.isEmpty ? "scalar" : shape.map(String.init).joined(separator: "×")
}
