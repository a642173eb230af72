import Foundation
import Testing

@testable import Arrays

struct NpyTests {
  static let array = FloatArray(
    shape: [2, 3], values: [0, -1.5, 2, .infinity, .leastNonzeroMagnitude, 5])

  /// A file with this header text and eight bytes of data.
  static func file(_ header: String, version: UInt8 = 1, data: Int = 8) -> ByteSource {
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
    bytes += [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]
    if version > 1 { bytes += [0, 0] }
    return ByteSource(
      name: "x.npy", bytes: bytes + Array(header.utf8) + [UInt8](repeating: 0, count: data))
  }

  @Test func writesWhatItReads() throws {
    for shape in [[6], [2, 3], [1, 2, 1, 3]] {
      let array = FloatArray(shape: shape, values: Self.array.values)
      let bytes = [UInt8](NpyFile.data(array))
      #expect((bytes.count - 4 * 6) % 64 == 0)
      #expect(try NpyFile.read(ByteSource(name: "x", bytes: bytes), limit: 6) == array)
    }
  }

  @Test func scalarsAndLaterVersions() throws {
    let scalar = FloatArray(shape: [], values: [3])
    let bytes = [UInt8](NpyFile.data(scalar))
    #expect(try NpyFile.read(ByteSource(name: "x", bytes: bytes), limit: 1) == scalar)
    let header = "{'shape': (2,), \"descr\": '<f4', 'fortran_order': False}"
    for version in [UInt8(1), 2, 3] {
      let array = try NpyFile.read(Self.file(header, version: version), limit: 2)
      #expect(array == FloatArray(shape: [2], values: [0, 0]))
    }
  }

  @Test(arguments: [
    ("{'descr': '>f4', 'fortran_order': False, 'shape': (2,)}", "big-endian"),
    ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", "<f8"),
    ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", "damaged"),
    ("{'descr': '<f4', 'fortran_order': True, 'shape': (2,)}", "Fortran"),
    ("{'descr': '<f4', 'fortran_order': False}", "shape"),
    ("{'descr': '<f4', 'shape': (2,)}", "fortran_order"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", "at most 2"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "promises"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 2)}", "without values"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}", "damaged"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "large"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "damaged"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000,)}", "at most 2"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)", "damaged"),
    ("{'descr': '<f4\\n', 'fortran_order': False, 'shape': (2,)}", "damaged"),
    ("", "damaged"),
  ])
  func refuses(_ header: String, _ reason: String) {
    let error = #expect(throws: ArrayError.self) {
      try NpyFile.read(Self.file(header), limit: 2)
    }
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func refusesFragments() {
    let bytes = [UInt8](NpyFile.data(Self.array))
    for count in 0..<bytes.count {
      #expect(throws: ArrayError.self) {
        try NpyFile.read(ByteSource(name: "x", bytes: Array(bytes.prefix(count))), limit: 6)
      }
    }
  }

  @Test func refusesWhatIsNoFile() {
    for (path, reason) in [("/nowhere/x.npy", "No such file"), ("/tmp", "regular")] {
      let error = #expect(throws: ArrayError.self) {
        try ArrayFile.read(path, named: "input", limit: 10)
      }
      #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
  }
}
