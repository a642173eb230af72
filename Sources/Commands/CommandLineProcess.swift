import ArgumentParser
import Base
import Foundation

/// Parses and runs a root command and turns every error into one line and an exit code.
///
/// ArgumentParser's own `main()` would exit with 64 and print a usage block of many lines.
enum CommandLineProcess {
  /// What a shell says of a program that SIGPIPE ended: nobody reads its results any more.
  private static let brokenPipeCode: Int32 = 141
  private static let errorCode: Int32 = 2

  static func run(_ root: any ParsableCommand.Type) -> Never {
    TextStream.prepare()
    exit(code(root, plain(Array(CommandLine.arguments.dropFirst()))))
  }

  /// What is left for the commands: `--wide` is every command's, wherever it stands before a `--`.
  static func plain(_ arguments: [String]) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    guard arguments[..<end].contains("--wide") else { return arguments }
    TableWidth.lift()
    return arguments[..<end].filter { $0 != "--wide" } + arguments[end...]
  }

  private static func code(_ root: any ParsableCommand.Type, _ arguments: [String]) -> Int32 {
    do {
      var failure: (any Error)?
      do {
        var command = try root.parseAsRoot(arguments)
        try command.run()
      } catch { failure = error }
      let code = try failure.map { try self.code(root, of: $0) } ?? 0
      // What was never written is an error, but not one that hides another.
      if code == 0 { try TextStream.standardOutput.close() }
      return code
    } catch is BrokenPipe {
      return brokenPipeCode
    } catch {
      printProblem(line(for: error))
      return errorCode
    }
  }

  /// - Throws: where the error is a text for standard output which that does not take.
  private static func code(
    _ root: any ParsableCommand.Type, of error: any Error
  ) throws -> Int32 {
    if let code = error as? ExitCode { return code.rawValue }
    if Interrupt.isRequested { return Interrupt.exitCode }
    if error is BrokenPipe { return brokenPipeCode }
    if root.exitCode(for: error) == .success {
      // --help and --version arrive as errors.
      try printResult(root.fullMessage(for: error))
      return 0
    }
    printProblem(line(root, for: error))
    return errorCode
  }

  /// What is said of arguments that are none, or of what could not be done.
  static func line(_ root: any ParsableCommand.Type, for error: any Error) -> String {
    root.exitCode(for: error) == .validationFailure
      ? "\(root.message(for: error)) (see convbench --help)" : line(for: error)
  }

  /// Our own errors are one line by convention; those of Foundation have a localised text.
  private static func line(for error: any Error) -> String {
    if let error = error as? any LocalizedError, let text = error.errorDescription { return text }
    if let error = error as? CocoaError { return error.localizedDescription }
    return String(describing: error)
  }
}
