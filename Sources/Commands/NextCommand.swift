import Base

/// What may be typed next: a line after a result, for a person at a terminal.
enum NextCommand {
  /// Nothing where standard output is a file or a pipe, or standard error is none of a person.
  static func show(_ commands: [String]) {
    guard TextStream.standardOutput.isTerminal, TextStream.standardError.isTerminal else { return }
    printNote(text(commands))
  }

  /// `next: convbench run --plan plan.json`, one a line.
  static func text(_ commands: [String]) -> String {
    commands.enumerated().map { ($0 == 0 ? "\nnext: " : "      ") + $1 }.joined(separator: "\n")
  }

  /// An argument as a shell takes it.
  static func quoted(_ argument: String) -> String {
    let isPlain =
      !argument.isEmpty
      && argument.allSatisfy {
        $0.isASCII && ($0.isLetter || $0.isNumber || "/._-=@:,+".contains($0))
      }
    return isPlain ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
  }
}
