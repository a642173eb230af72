import ArgumentParser
import Benchmarks
import Convolution

/// Convolutions of the command line and of files.
struct BatchArguments: ParsableArguments {
  @Argument(help: "benchdnn descriptors, e.g. mb1ic64ih56oc64oh56kh3ph1.")
  var descriptors: [String] = []
  @Option(
    help: ArgumentHelp(
      "Convolutions as benchdnn or DeepBench list them; may be given again.", valueName: "file"))
  var batchFile: [String] = []
  @Flag(help: "Malformed lines of a file do not make the exit code 1.")
  var skipBad = false

  var isEmpty: Bool { descriptors.isEmpty && batchFile.isEmpty }

  /// What was read.
  struct Batch {
    var problems: [BatchFile.Problem] = []
    /// Of the files.
    var skipped = 0
    var malformed = 0
  }

  /// Lines about one file.
  private static let shownLimit = 20

  /// Reads all, naming on standard error what is left out.
  ///
  /// - Throws: `ProblemError` for a descriptor of the command line, `FileError`.
  func read() throws -> Batch {
    var batch = Batch(problems: try descriptors.map { try BatchFile.Problem(descriptor: $0) })
    for path in batchFile {
      let file = try BatchFile(path: path)
      batch.problems += file.problems
      batch.skipped += file.skippedCount
      batch.malformed += file.malformedCount
      for left in file.skipped.prefix(Self.shownLimit) { printProblem("skipped \(left)") }
      for left in file.malformed.prefix(Self.shownLimit) { printProblem("malformed \(left)") }
      if file.malformedCount > Self.shownLimit {
        printProblem("\(path): \(file.malformedCount - Self.shownLimit) more malformed")
      }
    }
    return batch
  }

  /// The exit code of a command that did what could be read.
  ///
  /// - Throws: `ExitCode(1)` for malformed lines, after a line that says so.
  func finish(_ batch: Batch) throws {
    guard batch.malformed > 0, !skipBad else { return }
    printProblem(
      "\(batch.malformed) malformed lines were left out; --skip-bad makes that no error")
    throw ExitCode(1)
  }
}
