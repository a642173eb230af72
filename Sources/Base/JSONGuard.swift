import Foundation

/// A look over JSON bytes before a parser sees them.
package enum JSONGuard {
  /// Whether arrays and objects nest deeper than `limit`: parsers recurse, and stacks end.
  ///
  /// Brackets within strings do not count. One pass, no allocation.
  package static func isDeeper(than limit: Int, _ bytes: Data) -> Bool {
    bytes.withUnsafeBytes { (raw: UnsafeRawBufferPointer) -> Bool in
      var depth = 0
      var inString = false
      var escaped = false
      for byte in raw {
        if escaped {
          escaped = false
        } else if inString {
          if byte == UInt8(ascii: "\\") { escaped = true }
          if byte == UInt8(ascii: "\"") { inString = false }
        } else {
          switch byte {
          case UInt8(ascii: "\""): inString = true
          case UInt8(ascii: "["), UInt8(ascii: "{"):
            depth += 1
            if depth > limit { return true }
          case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
          default: break
          }
        }
      }
      return false
    }
  }
}
