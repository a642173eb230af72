import Foundation
import Synchronization

/// How wide tables may be: as wide as the terminal that standard output is. A file or a pipe gets them
/// whole.
public enum TableWidth {
  private static let isWide = Mutex(false)

  /// For the rest of the process no table is cut to the terminal.
  public static func lift() { isWide.withLock { $0 = true } }

  /// Characters; nil where nothing has to fit.
  public static var current: Int? {
    guard TextStream.standardOutput.isTerminal, !isWide.withLock({ $0 }) else { return nil }
    var size = winsize()
    guard ioctl(TextStream.standardOutput.descriptor, UInt(TIOCGWINSZ), &size) == 0,
      size.ws_col >= least
    else { return nil }
    return Int(size.ws_col)
  }

  /// A terminal that says less does not know.
  private static let least = 20
}
