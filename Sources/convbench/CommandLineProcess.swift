import ArgumentParser
import Foundation

/// Parses and runs a root command and turns every error into one line and an exit code.
///
/// ArgumentParser's own `main()` would exit with 64 and print a usage block of many lines.
enum CommandLineProcess {
  static func run(_ root: any ParsableCommand.Type) -> Never {
    // A reader that stops early (`convbench nets | head`) is no error: writes fail, nothing dies.
    signal(SIGPIPE, SIG_IGN)
    do {
      var command = try root.parseAsRoot(Array(CommandLine.arguments.dropFirst()))
      try command.run()
    } catch {
      finish(root, with: error)
    }
    exit(0)
  }

  private static func finish(_ root: any ParsableCommand.Type, with error: any Error) -> Never {
    if let code = error as? ExitCode { exit(code.rawValue) }
    if Interrupt.isRequested { exit(Interrupt.exitCode) }
    switch root.exitCode(for: error) {
    case .success:
      // --help and --version arrive as errors.
      print(root.fullMessage(for: error))
      exit(0)
    case .validationFailure:
      printProblem("\(root.message(for: error)) (see convbench --help)")
    default: printProblem(line(for: error))
    }
    exit(2)
  }

  /// Our own errors are one line by convention; those of Foundation have a localised text.
  private static func line(for error: any Error) -> String {
    if let error = error as? any LocalizedError, let text = error.errorDescription { return text }
    if let error = error as? CocoaError { return error.localizedDescription }
    return String(describing: error)
  }
}

/// One line on standard error with the program's name in front.
func printProblem(_ text: String) {
  let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
  FileHandle.standardError.write(Data("convbench: \(line)\n".utf8))
}
