import ArgumentParser
import Base
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Results
import Runs
import Topology
import Tuning

struct SuiteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suite",
    abstract: "Tune and run every network of a list; one table and CSV at the end.",
    discussion: """
      The folder gets plans/NETWORK.json, networks.csv, layers.csv and NAME.txt, the table. An \
      interrupted suite goes on where it was, unless its list or conditions are others by now. \
      Networks that fail are listed, the rest is run.

        convbench suite configs/classic.json
        convbench suite configs/representative.json --threads 1 --output-dir one
        convbench suite configs/classic.json --dry-run
      """)

  @Argument(help: "The list, e.g. configs/classic.json.")
  var file: String

  @Option(help: ArgumentHelp("Default: Results/ and the machine's name.", valueName: "folder"))
  var outputDir: String?

  @OptionGroup var threads: ThreadOptions

  @Option(help: "Instruction set (default: the best of this CPU).")
  var isa: InstructionSet?

  @OptionGroup var record: RecordOptions

  @OptionGroup var store: StoreOption

  @OptionGroup var preview: PreviewOptions

  private static let defaultDuration = 3.0

  func run() throws {
    Interrupt.install()
    let suite = try SuiteFile.read(file)
    let machine = try Machine.probe()
    let placement = try machine.placement(for: threads.request())
    let kernels = try isa.map { try Kernels($0) } ?? Kernels.best
    let folder = outputDir ?? "Results/\(record.machineName ?? machine.name)"
    let conditions = [
      machine.fingerprint.id, "\(placement)", threads.bind, kernels.instructionSet.rawValue,
      ToolVersion.described, KernelSignature.current.id,
      store.store ?? "", record.arguments.joined(separator: " "), suite.contents,
    ].joined(separator: " ")
    var progress = SuiteProgress(
      path: "\(folder)/\(suite.name).progress.json", conditions: conditions)
    if preview.isAsked { return try forecast(suite, progress, kernels).show(preview) }
    try ResultFiles.check(folder, belongsTo: machine.fingerprint.id)
    try AtomicFile.makeFolder(folder + "/plans")
    let job = TuningJob(
      kernels: [kernels], isAuto: false, options: TuningOptions(), store: try store.open(),
      request: try threads.request())
    var table = SuiteTable()
    var failures = 0
    for (index, entry) in suite.networks.enumerated() where progress[entry.label] == nil {
      printNote("[\(index + 1)/\(suite.networks.count)] \(entry.label)")
      do {
        try progress.add(measure(entry, suite, folder, job))
      } catch let error as ExitCode {
        throw error
      } catch {
        failures += 1
        printProblem("\(entry.label): \(error)")
        table.addFailure(entry.label, "\(error)")
      }
      try Interrupt.check()
    }
    let results = "\(folder)/\(ResultFiles.networks)"
    // Where every network failed there may be none.
    let measured = progress.done.isEmpty ? [] : try CSVFile<NetworkRow>.read(results)
    let rows = Dictionary(
      measured.map { ($0.identity.run, $0) }, uniquingKeysWith: { $1 })
    for entry in suite.networks {
      guard let done = progress[entry.label], let row = rows[done.run] else { continue }
      table.add(row, tuningSeconds: done.tuningSeconds)
    }
    try AtomicFile.write("\(table)\n", to: "\(folder)/\(suite.name).txt")
    // It came to its end, if with failures: the next of this name measures everything itself.
    progress.finish()
    try printResult(table)
    NextCommand.show([
      "convbench report \(NextCommand.quoted(folder))   the results as a page",
      "convbench compare OTHER-FOLDER \(NextCommand.quoted(folder))   against other results",
    ])
    if failures > 0 { throw ExitCode(1) }
  }

  private func measure(
    _ entry: SuiteFile.Entry, _ suite: SuiteFile, _ folder: String, _ job: TuningJob
  ) throws -> SuiteProgress.Done {
    let choice = try Self.choice(entry)
    let display = TuneDisplay()
    let plan = try job.plan(for: choice, display)
    let seconds = display.seconds
    let path = "\(folder)/plans/\(entry.label).json"
    try plan.save(path: path)
    var run = try NetworkRun(
      plan: plan, file: path, net: NetworkChoice.isModel(entry.net) ? entry.net : nil, force: false,
      threads: threads.request(), strict: false)
    run.labels = try record.labels()
    run.machineName = record.machineName
    let report = try run.measure(seconds: suite.duration ?? Self.defaultDuration)
    try report.append(to: folder)
    return SuiteProgress.Done(
      label: entry.label, run: report.identity.run, tuningSeconds: seconds)
  }

  private static func choice(_ entry: SuiteFile.Entry) throws -> NetworkChoice {
    try NetworkChoice(
      entry.net,
      NetworkRequest(
        batch: entry.batch, resolution: entry.resolution, shortcut: entry.shortcut,
        identityLayers: entry.identityLayers))
  }

  /// A line a network: its races, then its run. Those that an interrupted suite has done are not done
  /// again; what another suite has begun does not count.
  private func forecast(
    _ suite: SuiteFile, _ progress: SuiteProgress, _ kernels: Kernels
  ) throws -> Preview {
    let job = TuningJob(
      kernels: [kernels], isAuto: false, options: TuningOptions(),
      store: try preview.list ? nil : store.openIfMade(), request: try threads.request())
    return Preview(
      items: try suite.networks.filter { progress[$0.label] == nil }.map { entry in
        guard !preview.list else {
          return Preview.Item(title: entry.label, note: "", seconds: 0, source: "")
        }
        let tuning = try job.forecast(for: Self.choice(entry))
        return Preview.Item(
          title: entry.label,
          note: "\(tuning[0].shapes.count) shapes, \(tuning[0].stored) stored",
          seconds: tuning[0].seconds + (suite.duration ?? Self.defaultDuration),
          source: tuning[0].source)
      })
  }
}
