/// Width multipliers of the MobileNets.
enum WidthMultiplier {
  /// The multiplier in `prefix` + number, from 0.1 to 4.
  static func parse(_ name: String, prefix: String) -> Double? {
    guard name.hasPrefix(prefix), name.utf8.count <= prefix.utf8.count + 6 else { return nil }
    let digits = name.dropFirst(prefix.count)
    guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      let alpha = Double(digits), 0.1...4 ~= alpha
    else { return nil }
    return alpha
  }

  /// The nearest multiple of 8, at least 8 and not under 90 % of the value.
  static func roundedToEight(_ channels: Double) -> Int {
    let rounded = max(8, Int(channels + 4) / 8 * 8)
    return Double(rounded) < 0.9 * channels ? rounded + 8 : rounded
  }
}
