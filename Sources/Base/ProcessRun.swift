import Foundation

/// This process among all that ever measure.
public enum ProcessRun {
  /// Sixteen random hexadecimal digits: clocks may agree, or stand still.
  public static let id: String = {
    let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }()

  /// The host's name, at most 64 printable ASCII characters of it.
  public static let node: String = {
    let name = ProcessInfo.processInfo.hostName.unicodeScalars.filter {
      $0.value > 0x20 && $0.value < 0x7f
    }
    return String(String.UnicodeScalarView(name.prefix(64)))
  }()
}
