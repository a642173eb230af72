/// Sizes as people write them.
enum ByteText {
  /// In binary units with at most one decimal: `48 KiB`, `1.5 MiB`, `4.8 GiB`.
  static func binary(_ bytes: UInt64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 1024, unit + 1 < units.count {
      value /= 1024
      unit += 1
    }
    let tenths = (value * 10).rounded() / 10
    let number = tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)"
    return "\(number) \(units[unit])"
  }

  /// The nominal size that a machine was sold with: firmware and kernel keep a part of it, more
  /// after an update, so the rest is rounded up to an eighth of its power of two.
  static func nominal(_ bytes: UInt64) -> UInt64 {
    guard bytes >= 8, bytes < 1 << 62 else { return bytes }
    let step: UInt64 = 1 << UInt64(63 - bytes.leadingZeroBitCount - 3)
    return (bytes + step - 1) / step * step
  }
}
