import Foundation
import Topology

/// Bytes that are read piece by piece, so that what a file claims is compared with its size before
/// anything is allocated.
struct ByteSource {
  /// For messages.
  let name: String
  let count: Int
  private let read: (_ offset: Int, _ buffer: UnsafeMutableRawBufferPointer) -> Bool

  init(name: String, bytes: [UInt8]) {
    self.name = name
    count = bytes.count
    read = { offset, buffer in
      bytes.withUnsafeBytes {
        buffer.copyMemory(from: .init(rebasing: $0[offset...].prefix(buffer.count)))
      }
      return true
    }
  }

  /// - Throws: `ArrayError` where there is no regular file or it cannot be read.
  init(path: String) throws {
    // Without waiting for a writer where it is a pipe.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw ArrayError("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ArrayError("cannot read \(path): it is no regular file")
    }
    name = path
    count = Int(status.st_size)
    read = { offset, buffer in
      var done = 0
      while done < buffer.count {
        let step = pread(
          file.fileDescriptor, buffer.baseAddress! + done, buffer.count - done, offset + done)
        if step < 0, errno == EINTR { continue }
        guard step > 0 else { return false }
        done += step
      }
      return true
    }
  }

  /// - Throws: `ArrayError` where the range is not all inside.
  func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    try elements(at: offset, count: count)
  }

  /// Little-endian, as the files have them and this machine too.
  func floats(at offset: Int, count: Int) throws -> [Float] {
    try elements(at: offset, count: count)
  }

  /// Elements that any bytes are valid for.
  private func elements<Element: BitwiseCopyable>(
    at offset: Int, count length: Int
  ) throws -> [Element] {
    let (size, overflow) = length.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard offset >= 0, size >= 0, !overflow, offset <= count, size <= count - offset else {
      throw ArrayError("\(name): ends after \(count) bytes, in the middle of its data")
    }
    try claim(bytes: size, of: name)
    var isRead = true
    let elements = [Element](unsafeUninitializedCapacity: length) { buffer, initialized in
      guard length > 0 else { return }
      isRead = read(
        offset,
        UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: buffer.prefix(length))))
      initialized = isRead ? length : 0
    }
    guard isRead else { throw ArrayError("cannot read \(name): it ended while it was read") }
    return elements
  }
}

/// - Throws: `ArrayError` where so much memory is not there.
func claim(bytes: Int, of name: String) throws {
  do {
    try MemoryBudget.claim(bytes: Double(bytes), for: name)
  } catch let error as MemoryError {
    throw ArrayError(error.description)
  }
}

/// Unsigned numbers, little-endian.
extension [UInt8] {
  func number16(at offset: Int) -> Int { Int(self[offset]) | Int(self[offset + 1]) << 8 }
  func number32(at offset: Int) -> Int { number16(at: offset) | number16(at: offset + 2) << 16 }
}
