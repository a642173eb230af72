import ArgumentParser
import Foundation
import Report
import Results

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare result files, and tell differences from noise.",
    discussion: """
      A file is a networks.csv or layers.csv, or a folder that has one; rows of it are selected \
      with FILE@field=value,value,field=value, values being patterns such as resnet*. Fields are \
      the columns that say what ran where: network, problem, epilogue, batch, resolution, threads, \
      smt, isa, binding, choice, plan, fusion, strategies, strategy, configuration, kernels, tool, \
      tool_version, commit, compiler, machine, machine_id, cpu, cores, node, label, os_kernel, \
      governor, boost, microcode, hypervisor and run. Of runs that differ in one of them the newest \
      counts, with those like it.

        convbench compare old/networks.csv new/networks.csv
        convbench compare Results@threads=1 Results@threads=2 --ignore threads
        convbench compare Results@isa=avx2 Results@isa=avx512 --by layer
        convbench compare 'all.csv@network=resnet*,label=fan=on' all.csv@label=fan=off
        convbench compare a.csv b.csv --normalise peak --format html > page.html
        convbench compare Results/a Results/b --per ghz --across machine
        convbench compare Results/zen4-2c-9706d6 Results/amd-epyc-2c --across machine

      A difference counts if Mann–Whitney's test with Holm's correction finds it and if it exceeds \
      2 %, twice the noise floor and --gate. Equal is what was shown to differ by no more than \
      --tolerance; what is neither is undecided, and the last lines say what would decide it \
      (docs/compare.md). Exit code: 0 all equal, 3 something is faster, 4 something is slower, \
      5 something is undecided, 6 a side lacks rows (--require-all), 2 an error; of several 4 first, \
      then 6, 5, 3.
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table, markdown, csv, json, html
  }

  enum Efficiency: String, CaseIterable, ExpressibleByArgument { case peak }

  @Argument(help: ArgumentHelp("Two or more result files.", valueName: "file"))
  var files: [String]

  @Option(help: "What is compared (default: what the first file is of).")
  var by: ComparisonSubject?

  @Option(help: ArgumentHelp("The file to compare with (default: the first).", valueName: "file"))
  var baseline: String?

  @Option(help: "Compare efficiency, the share of the peak measured beside, instead of speed.")
  var normalise: Efficiency?

  enum Share: String, CaseIterable, ExpressibleByArgument { case peak, core, ghz, gbs, watt }

  @Option(
    help: """
      Compare speeds by what each machine has: its peak (as --normalise peak), cores that ran, the \
      clock or the bandwidth of memory, both of a calibration beside the rows.
      """)
  var per: Share?

  @Option(help: "How the result is written to standard output.")
  var format = Format.table

  @Option(
    help: ArgumentHelp("Changes up to so many percent do not count.", valueName: "percent"))
  var gate = 0.0

  @Option(
    help: ArgumentHelp(
      "Equal is what differs by at most so many percent (default: --gate, or 5).",
      valueName: "percent"))
  var tolerance: Double?

  @Flag(help: "Undecided rows count as equal for the exit code.")
  var allowUndecided = false

  @Flag(help: "A row that one side lacks is a failure: exit code 6.")
  var requireAll = false

  @Option(
    help: ArgumentHelp(
      """
      Fields that rows are matched by (default: network,batch,resolution,threads or, of layers, \
      problem,epilogue,threads).
      """, valueName: "fields"))
  var match: String?

  @Option(help: ArgumentHelp("Fields that rows are not matched by.", valueName: "fields"))
  var ignore: String?

  @Option(
    help: ArgumentHelp(
      "Fields that may differ between runs that are pooled, e.g. node,commit.",
      valueName: "fields"))
  var pool: String?

  @Option(
    help: ArgumentHelp(
      "All rows of all files in one table, with a column for each value of this field, such as machine.",
      valueName: "field"))
  var across: String?

  @Flag(help: "Use the newest run of each file alone instead of pooling equal runs.")
  var newest = false

  func validate() throws {
    guard files.count >= (across == nil ? 2 : 1) else {
      throw ValidationError("give two or more files")
    }
    if across != nil {
      guard format == .table || format == .markdown else {
        throw ValidationError("--across: --format is table or markdown")
      }
      guard baseline == nil, gate == 0, !requireAll, !allowUndecided else {
        throw ValidationError(
          "--across has no baseline: it goes without --baseline, --gate, --require-all and "
            + "--allow-undecided")
      }
    }
    guard per == nil || normalise == nil else {
      throw ValidationError("--per and --normalise say the same thing; give one of them")
    }
    if per == .watt {
      throw ValidationError(
        "--per watt: rows have no power, because no counter of it (RAPL) is read; give --per peak, "
          + "core, ghz or gbs")
    }
    guard (0...1000).contains(gate) else {
      throw ValidationError("--gate \(gate): give a percentage from 0 to 1000")
    }
    if let tolerance {
      let least = 100 * ComparisonRules.leastChange
      guard (least...1000).contains(tolerance) else {
        throw ValidationError("--tolerance \(tolerance): give a percentage from \(least) to 1000")
      }
      guard gate == 0 else {
        throw ValidationError("--gate \(gate) is the tolerance, too; leave out --tolerance")
      }
    }
    if let baseline, !files.contains(baseline) {
      throw ValidationError("--baseline \(baseline) is none of the files to compare")
    }
  }

  func run() throws {
    let subject = by ?? ResultFile.subject(of: files[0])
    let rules = ComparisonRules(
      fields: try fields(subject), per: try normalisation(), isNewestOnly: newest,
      pooled: try pooled(), gate: gate / 100,
      tolerance: tolerance.map { $0 / 100 } ?? ComparisonRules.usualTolerance)
    let results = try files.map { try ResultFile($0, subject: subject) }
    for result in results {
      let times = result.timesInTheFuture()
      guard let last = times.first else { continue }
      printProblem(
        "warning: \(result.name): \(times.count == 1 ? "1 row is" : "\(times.count) rows are") of the "
          + "future, until \(last): a clock was wrong; the last rows of a file count as the newest")
    }
    if let across {
      let matrix = try ComparisonMatrix(results, across: MatchField.one(across), rules: rules)
      try printResult(matrix.text(isMarkdown: format == .markdown))
      return
    }
    let first = baseline.flatMap { files.firstIndex(of: $0) } ?? 0
    let comparisons = try results.indices.filter { $0 != first }.map {
      try Comparison(baseline: results[first], file: results[$0], rules: rules)
    }
    try printResult(try text(comparisons))
    guard comparisons.contains(where: \.isTested) else {
      throw ComparisonError(
        "nothing could be tested: \(files[first]) or the others lack samples, "
          + "of which both sides need four or more")
    }
    throw ExitCode(
      comparisons.outcome(requiresAll: requireAll, allowsUndecided: allowUndecided).rawValue)
  }

  private func normalisation() throws -> Normalisation? {
    guard
      let kind = (per?.rawValue ?? normalise?.rawValue).flatMap(Normalisation.Kind.init(rawValue:))
    else { return nil }
    return try Normalisation(kind, folders: files.map(ResultFile.folder))
  }

  private func pooled() throws -> Set<MatchField> {
    guard let pool else { return [] }
    guard !newest else { throw ValidationError("--newest pools nothing; leave out --pool") }
    return Set(try MatchField.list(pool))
  }

  private func fields(_ subject: ComparisonSubject) throws -> [MatchField] {
    let ignored = try ignore.map(MatchField.list) ?? []
    let fields = try match.map(MatchField.list) ?? subject.fields
    if let unused = ignored.first(where: { !fields.contains($0) }) {
      throw ValidationError("--ignore \(unused.rawValue): rows are not matched by it")
    }
    let kept = fields.filter { !ignored.contains($0) }
    guard !kept.isEmpty else { throw ValidationError("nothing is left to match rows by") }
    return kept
  }

  private func text(_ comparisons: [Comparison]) throws -> String {
    switch format {
    case .table:
      let isColoured =
        isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
      return comparisons.map { ComparisonText.table($0, isColoured: isColoured) }
        .joined(separator: "\n\n")
    case .markdown: return comparisons.map(ComparisonText.markdown).joined(separator: "\n\n")
    case .csv: return ComparisonText.csv(comparisons)
    case .json: return try ComparisonText.json(comparisons)
    case .html: return ComparisonPage.text(comparisons)
    }
  }
}

extension ComparisonSubject: ExpressibleByArgument {}
