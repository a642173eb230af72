import ArgumentParser
import Results

struct BaselineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Keep results under a name, and hold later ones against them: for CI.",
    discussion: """
      baselines/NAME.csv has the rows, baselines/NAME.json how many percent slower a network may \
      become: {"gatePercent": 5, "networks": {"lenet5": 12}}. Both belong into the repository.
      """,
    subcommands: [Update.self, Check.self])

  struct Options: ParsableArguments {
    @Argument(help: "The baseline's name.")
    var name: String

    @Option(
      help: ArgumentHelp(
        "Results as convbench compare takes them, with a selection of rows or without.",
        valueName: "file"))
    var results = "Results"

    @Option(help: ArgumentHelp("Where baselines are kept.", valueName: "folder"))
    var folder = "baselines"

    func baseline() throws -> NamedBaseline { try NamedBaseline(name, folder: folder) }
  }

  struct Update: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make these results the baseline.")

    @OptionGroup var options: Options

    func run() throws {
      let rows = try ResultFile.networkRows(options.results)
      let baseline = try options.baseline()
      let old = try baseline.update(rows)
      try printResult(
        "\(baseline.path): \(rows.count) rows" + (old.map { ", which replace \($0)" } ?? ""))
    }
  }

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compare results with a baseline; exit codes as of convbench compare.",
      discussion: """
        0 nothing is slower than its threshold allows, 3 something is faster, 4 slower, 5 undecided, \
        6 a network of the baseline is missing.
        """)

    @OptionGroup var options: Options

    @Flag(help: "Undecided rows count as equal for the exit code.")
    var allowUndecided = false

    @Flag(help: "Networks that only one side has are no failure.")
    var allowMissing = false

    func run() throws {
      let file = try ResultFile(options.results, subject: .network)
      let comparison = try options.baseline().compare(with: file)
      try printResult(ComparisonText.table(comparison))
      throw ExitCode(
        [comparison].outcome(requiresAll: !allowMissing, allowsUndecided: allowUndecided).rawValue)
    }
  }
}
