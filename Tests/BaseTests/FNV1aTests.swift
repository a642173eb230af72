import Base
import Testing

@Suite struct FNV1aTests {
  /// The authors' own test vectors (draft-eastlake-fnv, appendix C).
  @Test(arguments: [
    ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
  ])
  func vectors(_ text: String, _ expected: String) {
    #expect(FNV1a(text).hexadecimal(digits: 16) == expected)
    #expect(FNV1a(text).hexadecimal(digits: 12) == String(expected.prefix(12)))
    var parts = FNV1a()
    for character in text { parts.add(String(character)) }
    #expect(parts.value == FNV1a(text).value)
  }

  @Test func leadingZerosStay() {
    let padded = (0..<1000).map { FNV1a("\($0)").hexadecimal(digits: 16) }
    #expect(padded.allSatisfy { $0.count == 16 })
    #expect(padded.contains { $0.hasPrefix("0") })
  }
}
