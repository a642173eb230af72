import Base
import Foundation

/// A command's result, on standard output.
///
/// - Throws: `FileError` where standard output is full or closed, `BrokenPipe` where its reader has
///   gone.
func printResult(_ text: some CustomStringConvertible, terminator: String = "\n") throws {
  try TextStream.standardOutput.write(text.description + terminator)
}

/// The same beside a result that has a file of its own: on standard error where that file is
/// standard output.
func printResult(_ text: some CustomStringConvertible, beside file: OutputFile) throws {
  if file.isStandardOutput { printNote(text) } else { try printResult(text) }
}

/// What a person may want to know meanwhile, on standard error. Nothing depends on it.
func printNote(_ text: some CustomStringConvertible) {
  TextStream.standardError.writeOrLose("\(text)\n")
}

/// One line on standard error with the program's name in front.
func printProblem(_ text: String) {
  printNote("convbench: " + text.split(whereSeparator: \.isNewline).joined(separator: " "))
}

/// A value as JSON, the same for every command: sorted keys, a line per number.
func printJSON(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  try printResult(String(decoding: encoder.encode(value), as: UTF8.self))
}
