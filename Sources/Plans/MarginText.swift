import Foundation
import Races

/// How much slower the next candidate is, in words. Within the tie range nobody is: another rule chose,
/// and a number would contradict the medians beside it, which are of different rounds.
public enum MarginText {
  private static let tie = RaceRules().tie

  /// Such as `12.3` or `tie`.
  public static func percent(_ margin: Double) -> String {
    margin <= tie ? "tie" : String(format: "%.1f", margin * 100)
  }

  /// Such as `+12.3 %` or `tie`.
  public static func signed(_ margin: Double) -> String {
    margin <= tie ? "tie" : String(format: "%+.1f %%", margin * 100)
  }
}
