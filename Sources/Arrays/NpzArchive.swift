import CZlib

/// NumPy's `.npz` format: a ZIP archive with a `.npy` file per array, stored or deflated.
struct NpzArchive {
  private let source: ByteSource
  private let entries: [Entry]

  /// As the archive's directory has it.
  private struct Entry {
    let name: String
    let method: Int
    let checksum: Int
    let packedSize: Int
    let size: Int
    let offset: Int
  }

  private static let endSignature: [UInt8] = [0x50, 0x4B, 0x05, 0x06]
  private static let entrySignature: [UInt8] = [0x50, 0x4B, 0x01, 0x02]
  private static let localSignature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
  /// The end record's fixed part, and with the longest comment.
  private static let endSizes = (22, 22 + 65_535)
  private static let directoryLimit = 1 << 20

  /// Whether the bytes are those of an archive.
  static func isArchive(_ source: ByteSource) throws -> Bool {
    guard source.count >= endSizes.0 else { return false }
    let start = try source.bytes(at: 0, count: 4)
    return start == localSignature || start == endSignature
  }

  /// - Throws: `ArrayError` where the archive's directory is damaged.
  init(_ source: ByteSource) throws {
    self.source = source
    let length = min(source.count, Self.endSizes.1)
    let tail = try source.bytes(at: source.count - length, count: length)
    let starts = stride(from: length - Self.endSizes.0, through: 0, by: -1)
    guard let end = starts.first(where: { tail[$0...].starts(with: Self.endSignature) }) else {
      throw ArrayError("\(source.name): ends without an archive's directory; it may be truncated")
    }
    let size = tail.number32(at: end + 12)
    guard size <= Self.directoryLimit else {
      throw ArrayError("\(source.name): a directory of \(size) bytes; that is no .npz file")
    }
    let directory = try source.bytes(at: tail.number32(at: end + 16), count: size)
    entries = try Self.entries(directory, count: tail.number16(at: end + 10), source.name)
  }

  /// Names of the arrays, in the archive's order.
  var names: [String] { entries.map(\.name) }

  /// - Throws: `ArrayError` where the entry is damaged or larger than `limit` values.
  func array(named name: String, limit: Int) throws -> FloatArray {
    let label = "\(source.name): \(name.prefix(60).debugDescription)"
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw ArrayError("\(source.name): no array \(name.prefix(60).debugDescription)")
    }
    // Before anything is unpacked.
    guard entry.size / 4 <= limit + NpyHeader.byteLimit else {
      throw ArrayError("\(label): \(entry.size) bytes; at most \(limit) values fit here")
    }
    let local = try source.bytes(at: entry.offset, count: 30)
    guard local.starts(with: Self.localSignature) else {
      throw ArrayError("\(label): the archive is damaged")
    }
    let start = entry.offset + 30 + local.number16(at: 26) + local.number16(at: 28)
    let packed = try source.bytes(at: start, count: entry.packedSize)
    let bytes: [UInt8]
    switch entry.method {
    case 0: bytes = packed
    case 8: bytes = try Self.inflated(packed, size: entry.size, label)
    default:
      throw ArrayError(
        "\(label): packed by method \(entry.method); numpy.savez and savez_compressed are read")
    }
    guard bytes.count == entry.size, Int(crc32(0, bytes, UInt32(bytes.count))) == entry.checksum
    else { throw ArrayError("\(label): its checksum is wrong; the file is damaged") }
    return try NpyFile.read(ByteSource(name: label, bytes: bytes), limit: limit)
  }

  private static func entries(
    _ directory: [UInt8], count: Int, _ path: String
  ) throws -> [Entry] {
    var entries: [Entry] = []
    var position = 0
    for _ in 0..<count {
      guard directory.count - position >= 46,
        directory[position...].starts(with: entrySignature)
      else { throw ArrayError("\(path): the archive's directory is damaged") }
      let nameLength = directory.number16(at: position + 28)
      let rest = directory.number16(at: position + 30) + directory.number16(at: position + 32)
      let nameStart = position + 46
      guard nameLength + rest <= directory.count - nameStart else {
        throw ArrayError("\(path): the archive's directory is damaged")
      }
      let entry = Entry(
        name: name(directory[nameStart..<nameStart + nameLength]),
        method: directory.number16(at: position + 10),
        checksum: directory.number32(at: position + 16),
        packedSize: directory.number32(at: position + 20),
        size: directory.number32(at: position + 24),
        offset: directory.number32(at: position + 42))
      guard entry.packedSize < UInt32.max, entry.size < UInt32.max, entry.offset < UInt32.max
      else { throw ArrayError("\(path): archives of 4 GiB and more are not read; save .npy") }
      entries.append(entry)
      position = nameStart + nameLength + rest
    }
    return entries
  }

  /// Without the `.npy` that NumPy appends.
  private static func name(_ bytes: ArraySlice<UInt8>) -> String {
    let name = String(decoding: bytes, as: UTF8.self)
    return name.hasSuffix(".npy") ? String(name.dropLast(4)) : name
  }

  private static func inflated(_ packed: [UInt8], size: Int, _ label: String) throws -> [UInt8] {
    try claim(bytes: size, of: label)
    var stream = z_stream()
    // Negative: deflate without a header of its own.
    let isReady = inflateInit2_(
      &stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard isReady == Z_OK else { throw ArrayError("\(label): no memory to unpack it") }
    defer { inflateEnd(&stream) }
    var packed = packed
    var code = Z_OK
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { output, initialized in
      packed.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(size)
        code = inflate(&stream, Z_FINISH)
        initialized = size - Int(stream.avail_out)
      }
    }
    guard code == Z_STREAM_END else { throw ArrayError("\(label): its packed data are damaged") }
    return bytes
  }
}
