import Foundation

/// Numbers as people read them. What is not finite is printed as `–`.
public enum NumberText {
  /// Four significant digits, never an exponent: `0.01234`, `1.234`, `123.4`, `12345`.
  public static func significant(_ value: Double, digits: Int = 4) -> String {
    guard value.isFinite else { return "–" }
    guard value != 0 else { return "0" }
    return fixed(value, decimals: decimals(for: value, digits: digits))
  }

  /// Decimals that show so many significant digits of a value: one number for a whole column.
  public static func decimals(for value: Double, digits: Int) -> Int {
    guard value.isFinite, value != 0 else { return 0 }
    return min(max(digits - 1 - Int(floor(log10(abs(value)))), 0), 9)
  }

  public static func fixed(_ value: Double, decimals: Int) -> String {
    value.isFinite ? String(format: "%.\(decimals)f", value) : "–"
  }

  /// Milliseconds, down to a nanosecond.
  public static func milliseconds(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    return abs(value) < 0.0000005 ? "0" : significant(value)
  }

  public static func gflops(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    if value > 0, value < 0.1 { return significant(value, digits: 2) }
    return String(format: value < 10 ? "%.2f" : "%.1f", value)
  }

  /// A share as `12.3 %`.
  public static func percent(_ share: Double) -> String {
    guard share.isFinite else { return "–" }
    return String(format: "%.1f %%", share * 100)
  }

  /// A share as `12.3`, for columns with the unit in the title.
  public static func percentNumber(_ share: Double) -> String {
    guard share.isFinite else { return "–" }
    return String(format: "%.1f", share * 100)
  }

  /// `512 B`, `1.5 KiB`, `12.0 MiB`, `3.21 GiB`.
  public static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var value = Double(count)
    var unit = 0
    while abs(value) >= 1023.95, unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(count) B" : String(format: "%.1f %@", value, units[unit])
  }

  /// A count in groups of three digits: `25,557,032`.
  public static func grouped(_ count: Int) -> String {
    var digits = String(count.magnitude)
    var at = digits.count - 3
    while at > 0 {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: at))
      at -= 3
    }
    return count < 0 ? "-" + digits : digits
  }

  /// `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`.
  public static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "–" }
    if seconds < 9.95 { return String(format: "%.1f s", max(seconds, 0)) }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
    return String(format: "%d h %02d min", whole / 3600, whole % 3600 / 60)
  }
}
