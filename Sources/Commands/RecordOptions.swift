import ArgumentParser
import Results

/// What the user says about a run, for its rows.
struct RecordOptions: ParsableArguments {
  @Option(
    name: .customLong("label"),
    help: ArgumentHelp(
      "For the rows: what this run is, as often as needed. Runs of different labels are not pooled.",
      valueName: "key=value"))
  var labelTexts: [String] = []

  @Option(
    help: ArgumentHelp("For the rows: what this machine is called.", valueName: "name"))
  var machineName: String?

  func validate() throws {
    _ = try labels()
    if let machineName {
      let isName =
        (1...100).contains(machineName.utf8.count) && !machineName.hasPrefix(".")
        && machineName.allSatisfy {
          $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0))
        }
      guard isName else {
        throw ValidationError(
          "--machine-name \(machineName.prefix(60).debugDescription): give letters, digits, - . _")
      }
    }
  }

  func labels() throws -> RunLabels {
    do { return try RunLabels(arguments: labelTexts) } catch let error as LabelError {
      throw ValidationError(error.description)
    }
  }

  /// The options as they would be typed.
  var arguments: [String] {
    labelTexts.flatMap { ["--label", $0] } + (machineName.map { ["--machine-name", $0] } ?? [])
  }
}
