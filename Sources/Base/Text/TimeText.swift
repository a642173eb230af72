import Foundation

/// Points in time for people.
public enum TimeText {
  /// `2026-11-21 09:15`, local time.
  ///
  /// - Parameter seconds: since 1970.
  public static func local(_ seconds: Double) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd HH:mm"
    return formatter.string(from: Date(timeIntervalSince1970: seconds))
  }
}
