/// FNV-1a with 64 bits (Fowler, Noll and Vo): short names for texts, the same on every machine and in
/// every version. Nothing against somebody who wants two texts to collide.
public struct FNV1a: Sendable {
  public private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  public init() {}

  /// Of the text's UTF-8.
  public init(_ text: String) { add(text) }

  public mutating func add(_ text: String) {
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  /// Its first hexadecimal digits, at most 16.
  public func hexadecimal(digits: Int) -> String {
    let text = String(value, radix: 16)
    return String((String(repeating: "0", count: 16 - text.count) + text).prefix(digits))
  }
}
