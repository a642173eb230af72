import Foundation
import Testing

@testable import Arrays

struct NpzTests {
  /// `input` (2×3 float32: 0, -1.5, 2, 3, 4, 5) and `other` (4 float64), by `numpy.savez`.
  static let stored = """
    UEsDBC0AAAAAAAAAIQDHUgEq//////////8JABQAaW5wdXQubnB5AQAQAJgAAAAAAAAAmAAAAAAAAACTTlVNUFkBAHYA
    eydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAg
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAMC/AAAAQAAAQEAAAIBA
    AACgQFBLAwQtAAAAAAAAACEAypNwA///////////CQAUAG90aGVyLm5weQEAEACgAAAAAAAAAKAAAAAAAAAAk05VTVBZ
    AQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDQsKSwgfSAgICAgICAg
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAAAAAAAAAAAAAPA/
    AAAAAAAAAEAAAAAAAAAIQFBLAQItAy0AAAAAAAAAIQDHUgEqmAAAAJgAAAAJAAAAAAAAAAAAAACAAQAAAABpbnB1dC5u
    cHlQSwECLQMtAAAAAAAAACEAypNwA6AAAACgAAAACQAAAAAAAAAAAAAAgAHTAAAAb3RoZXIubnB5UEsFBgAAAAACAAIA
    bgAAAK4BAAAAAA==
    """
  /// The same by `numpy.savez_compressed`.
  static let deflated = """
    UEsDBC0AAAAIAAAAIQDHUgEq//////////8JABQAaW5wdXQubnB5AQAQAJgAAAAAAAAAVQAAAAAAAACb7BfqGxDJyFDG
    UK2eklqcXKRupaBuk2airqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOgrGmjoKtQpkAy4GMDiwH0g4ABEQ
    NwDxAgcAUEsDBC0AAAAIAAAAIQDKk3AD//////////8JABQAb3RoZXIubnB5AQAQAKAAAAAAAAAATwAAAAAAAACb7Bfq
    GxDJyFDGUK2eklqcXKRupaBuk2ahrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RomOpo6CrUKFAAuBhTwwR7K
    cIBQHA4AUEsBAi0DLQAAAAgAAAAhAMdSASpVAAAAmAAAAAkAAAAAAAAAAAAAAIABAAAAAGlucHV0Lm5weVBLAQItAy0A
    AAAIAAAAIQDKk3ADTwAAAKAAAAAJAAAAAAAAAAAAAACAAZAAAABvdGhlci5ucHlQSwUGAAAAAAIAAgBuAAAAGgEAAAAA
    """
  static let array = FloatArray(shape: [2, 3], values: [0, -1.5, 2, 3, 4, 5])

  static func bytes(_ text: String) -> [UInt8] {
    [UInt8](Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data())
  }

  static func read(_ bytes: [UInt8], _ name: String = "input", limit: Int = 6) throws -> FloatArray
  {
    try ArrayFile.read(ByteSource(name: "x.npz", bytes: bytes), named: name, limit: limit)
  }

  @Test(arguments: [stored, deflated])
  func readsArchives(_ text: String) throws {
    #expect(try Self.read(Self.bytes(text)) == Self.array)
  }

  @Test(arguments: [
    ("other", 6, "<f8"), ("data", 6, "\"input\", \"other\""), ("input", 5, "at most 5"),
  ])
  func refuses(_ name: String, _ limit: Int, _ reason: String) {
    for text in [Self.stored, Self.deflated] {
      let error = #expect(throws: ArrayError.self) {
        try Self.read(Self.bytes(text), name, limit: limit)
      }
      #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }
  }

  @Test func refusesClaimsBeforeUnpacking() {
    var bytes = Self.bytes(Self.deflated)
    // The size in the directory's first entry.
    let entry = bytes.count - 22 - 110
    #expect(bytes[entry...].starts(with: [0x50, 0x4B, 1, 2]))
    bytes.replaceSubrange(entry + 24..<entry + 28, with: [0, 0, 0, 0x7F])
    let error = #expect(throws: ArrayError.self) { try Self.read(bytes) }
    #expect(error?.description.contains("at most 6 values") == true)
  }

  @Test func refusesFragments() {
    for text in [Self.stored, Self.deflated] {
      let bytes = Self.bytes(text)
      for count in 0..<bytes.count {
        #expect(throws: ArrayError.self) { try Self.read(Array(bytes.prefix(count))) }
      }
    }
  }

  /// Whatever the bytes, an array or one line, and never the wrong values: of the data's own bytes
  /// every one is under the checksum.
  @Test func survivesMutations() {
    var generator = SplitMix(state: 7)
    let originals = [
      Self.bytes(Self.stored), Self.bytes(Self.deflated), [UInt8](NpyFile.data(Self.array)),
    ]
    var (read, refused) = (0, 0)
    for _ in 0..<20_000 {
      let original = originals[Int.random(in: 0..<3, using: &generator)]
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = bytes.indices.randomElement(using: &generator) ?? 0
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[place] = .random(in: 0...255, using: &generator)
        case 1: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
        case 2: bytes.removeSubrange(place..<min(place + 4, bytes.count))
        default: bytes.insert(contentsOf: bytes[place...].prefix(4), at: place)
        }
      }
      do {
        let array = try Self.read(bytes)
        read += 1
        #expect(array.values.count == array.shape.reduce(1, *))
        if !original.starts(with: [0x93]) { #expect(array.values == Self.array.values) }
      } catch let error as ArrayError {
        refused += 1
        #expect(!error.description.contains("\n"))
      } catch {
        Issue.record("\(error)")
      }
    }
    #expect(read > 0 && refused > 0)
  }
}

private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
