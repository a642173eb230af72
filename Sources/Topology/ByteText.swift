/// Sizes as people write them.
enum ByteText {
  private static let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]

  /// In binary units with at most two decimals: `48 KiB`, `1.25 MiB`, `4.8 GiB`.
  static func binary(_ bytes: UInt64) -> String {
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    let rounded = (value * 100).rounded() / 100
    let number = rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    return "\(number) \(units[unit])"
  }

  /// What `binary` says, as a number again; nil for any other text.
  static func bytes(_ text: String) -> UInt64? {
    let words = text.split(separator: " ")
    guard words.count == 2, let value = Double(words[0]),
      let unit = units.firstIndex(of: String(words[1]))
    else { return nil }
    let bytes = value * Double(UInt64(1) << (10 * unit))
    return UInt64(exactly: bytes.rounded())
  }
}
