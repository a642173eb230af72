import ArgumentParser
import Base
import Foundation
import Plans

/// `--output` of the commands that write a plan.
struct PlanOption: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where the plan goes; - is standard output (default: plan.json, of replan replan.json, unless "
        + "that is of another network).", valueName: "file"))
  var output: String?
}

/// The file that a plan goes to. A name that nobody typed never costs another network's plan; one
/// that somebody did replaces what is there, and says what that was.
struct PlanOutput {
  let file: OutputFile
  private let isNamed: Bool

  /// - Parameter standard: the name where none is given.
  init(_ path: String?, standard: String) {
    file = OutputFile(path ?? standard)
    isNamed = path != nil
  }

  /// Whether a plan of this network may be written: asked before minutes of work.
  ///
  /// - Throws: `FileError`, `RunError`.
  func check(for network: Plan.Network) throws {
    try file.check()
    guard let standing = standing(instead: network) else { return }
    guard isNamed else {
      throw RunError(
        "\(file.path) holds \(standing); give --output FILE, or --output \(file.path) to replace it"
      )
    }
  }

  /// - Throws: `FileError`, `BrokenPipe`.
  func save(_ plan: Plan) throws {
    let standing = standing(instead: plan.network)
    try file.write(plan.encoded())
    if let standing { printNote("\(file.path) held \(standing), which is replaced") }
  }

  /// What is in the file that is no plan of this network; nil where nothing would be lost.
  private func standing(instead network: Plan.Network) -> String? {
    guard !file.isStandardOutput, Self.isRegular(file.path) else { return nil }
    guard let plan = try? Plan.load(path: file.path) else { return "something else than a plan" }
    guard plan.network != network else { return nil }
    return "the plan of \(plan.network.title)"
  }

  /// A regular file with something in it.
  private static func isRegular(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
  }
}
