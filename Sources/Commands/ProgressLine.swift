import Base
import Foundation

/// How far a long command is, on standard error: a bar that is redrawn on a terminal, now and then
/// a plain line elsewhere (a log).
///
///     var progress = ProgressLine(label: "tune", total: 52)
///     progress.update(done: 3, note: "conv3_1")
///     progress.finish()
public struct ProgressLine {
  private let label: String
  private let total: Int
  private let isTerminal: Bool
  private let columns: Int
  private let write: (String) -> Void
  private let clock: () -> Double
  private let start: Double
  private var last: Double
  private var isShown = false

  /// Redraws are at least this far apart, in seconds.
  private static let terminalInterval = 0.1
  private static let plainInterval = 10.0

  /// - Parameter total: steps; 0 where unknown.
  public init(label: String, total: Int) {
    let isTerminal = TextStream.standardError.isTerminal
    self.init(
      label: label, total: total, isTerminal: isTerminal,
      columns: isTerminal ? Self.terminalColumns() : 80,
      write: { TextStream.standardError.writeOrLose($0) },
      clock: { ProcessInfo.processInfo.systemUptime })
  }

  package init(
    label: String, total: Int, isTerminal: Bool, columns: Int, write: @escaping (String) -> Void,
    clock: @escaping () -> Double
  ) {
    self.label = label
    self.total = max(total, 0)
    self.isTerminal = isTerminal
    self.columns = columns
    self.write = write
    self.clock = clock
    start = clock()
    // A log is spared short work altogether.
    last = isTerminal ? -.infinity : start
  }

  /// - Parameters:
  ///   - done: steps, or a fraction of one.
  ///   - note: what is being worked on.
  public mutating func update(done: Double, note: String = "") {
    let now = clock()
    guard now - last >= (isTerminal ? Self.terminalInterval : Self.plainInterval) else { return }
    last = now
    isShown = true
    let text = line(done: done, note: note, elapsed: now - start)
    // Return to the line's start, draw, clear what the line before had more.
    write(isTerminal ? "\r" + text.prefix(max(columns - 1, 1)) + "\u{1B}[K" : text + "\n")
  }

  /// Removes the bar; plain lines stay.
  public mutating func finish() {
    if isTerminal, isShown { write("\r\u{1B}[K") }
    isShown = false
  }

  private func line(done: Double, note: String, elapsed: Double) -> String {
    guard total > 0 else {
      return "\(label) \(NumberText.duration(elapsed)) \(note)"
    }
    let share = min(max(done / Double(total), 0), 1)
    var text = label
    if isTerminal {
      let width = 20
      let filled = Int(share * Double(width))
      text += " " + String(repeating: "█", count: filled)
      text += String(repeating: "░", count: width - filled)
    }
    text += " \(Int(done))/\(total)"
    // The first few percent say little about the rest.
    if share > 0.02, elapsed > 1 {
      text += ", \(NumberText.duration(elapsed / share - elapsed)) left"
    }
    return note.isEmpty ? text : text + ", " + note
  }

  private static func terminalColumns() -> Int {
    var size = winsize()
    let answer = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size)
    return answer == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }
}
