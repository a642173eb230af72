import ArgumentParser
import Base
import Foundation
import KernelLibrary
import Measurement
import Topology
import Tuning
import Workers

struct ControlsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "controls",
    abstract: "Check that races can be believed here: A/A and a known slow-down.",
    discussion: """
      Races a candidate against itself (at most 5 % of the comparisons may call the two different) \
      and against itself with 5 % of extra work (at least 90 % must find it), both also while \
      another process loads the machine now and then. Exit code 1 when a bound does not hold; fewer \
      than 200 comparisons only must not contradict it.
      """)

  @Option(help: "Comparisons of each kind.") var comparisons = 200
  @Option(help: "Of the order of samples; give another one to add comparisons to a file.")
  var seed: UInt64 = 1
  @Option(
    name: .customLong("slow-down"), help: ArgumentHelp("Of the slowed candidate.", valueName: "%"))
  var slowDown = 5.0
  @Option(help: "Only these: same, slowed, same-loaded, slowed-loaded.")
  var only: String?
  @Option(
    help: ArgumentHelp(
      "Add the comparisons to this file, a JSON object a line, and judge all it has.",
      valueName: "file"))
  var append: String?
  @OptionGroup var threads: ThreadOptions
  @Option(help: "Instruction set (default: the best of this CPU).") var isa: InstructionSet?
  @Flag(help: .hidden) var load = false

  private struct Condition {
    var kind: Controls.Kind
    var isLoaded: Bool
    var name: String { kind.rawValue + (isLoaded ? "-loaded" : "") }

    static let all = [false, true].flatMap { isLoaded in
      Controls.Kind.allCases.map { Condition(kind: $0, isLoaded: isLoaded) }
    }
  }

  func validate() throws {
    guard (1...100_000).contains(comparisons) else {
      throw ValidationError("--comparisons \(comparisons): a number from 1 to 100000")
    }
    guard (0.1...1000).contains(slowDown) else {
      throw ValidationError("--slow-down \(slowDown): per cent, from 0.1 to 1000")
    }
    if let append, OutputFile(append).isStandardOutput {
      throw ValidationError("--append \(append): give a file, whose comparisons are read first")
    }
    _ = try conditions()
  }

  private func conditions() throws -> [Condition] {
    guard let only else { return Condition.all }
    let names = only.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    return try names.map { name in
      guard let condition = Condition.all.first(where: { $0.name == name }) else {
        throw ValidationError(
          "--only \(name): one of \(Condition.all.map(\.name).joined(separator: ", "))")
      }
      return condition
    }
  }

  func run() throws {
    let kernels = try isa.map { try Kernels($0) } ?? .best
    if load {
      return LoadGenerator.run(
        on: try Machine.probe().placement(for: threads.request()), kernels: kernels)
    }
    if let append { try OutputFile(append).check() }
    let earlier = try append.map(ControlLog.read) ?? []
    let rig = try Rig(threads.request())
    defer { rig.shutdown() }
    let (machine, placement, pool) = (rig.machine, rig.placement, rig.pool)
    let before = SystemLoad()
    let controls = try Controls(
      kernels: kernels, pool: pool, machine: machine, slowdown: slowDown / 100,
      stop: { Interrupt.isRequested })
    var done: [Controls.Comparison] = []
    for condition in try conditions() {
      let loader = condition.isLoaded ? try LoadGenerator.start(threads: threads) : nil
      defer { loader?.terminate() }
      var progress = ProgressLine(label: condition.name, total: comparisons)
      for number in 0..<comparisons {
        try Interrupt.check()
        let comparison = try controls.compare(
          condition.kind, isLoaded: condition.isLoaded, seed: seed &+ UInt64(number))
        done.append(comparison)
        if let append { try ControlLog.add(comparison, to: append) }
        progress.update(done: Double(number + 1))
      }
      progress.finish()
    }
    let change = SystemLoad().since(before)
    let summaries = Condition.all.map {
      ControlSummary(earlier + done, kind: $0.kind, isLoaded: $0.isLoaded)
    }.filter { $0.count > 0 }
    try printResult(
      "\(machine.cpuModel), \(kernels.instructionSet.title), \(placement), \(Controls.problem)")
    try printResult(Self.table(summaries))
    let steal = change.steal.map { String(format: ", %.1f %% stolen", 100 * $0) } ?? ""
    try printResult(String(format: "\n%.0f s%@", summaries.reduce(0) { $0 + $1.seconds }, steal))
    guard summaries.allSatisfy(\.passes) else { throw ExitCode(1) }
  }

  private static func table(_ summaries: [ControlSummary]) -> String {
    var table = TextTable([
      .left("control"), .left("other load"), .right("comparisons"), .right("called"),
      .right("share %"), .right("95 % interval"), .left("bound"), .right("median ratio"),
      .left("verdict"),
    ])
    for summary in summaries {
      let interval = summary.interval
      let isSame = summary.kind == .same
      let bound = 100 * (isSame ? ControlSummary.falseAlarms : ControlSummary.detections)
      table.add([
        isSame ? "same twice: called different" : "slowed: found",
        summary.isLoaded ? "now and then" : "none", "\(summary.count)", "\(summary.called)",
        String(format: "%.1f", 100 * summary.share),
        String(format: "%.1f to %.1f", 100 * interval.low, 100 * interval.high),
        String(format: "%@ %.0f %%", isSame ? "at most" : "at least", bound),
        String(format: "%.4f", summary.medianRatio), summary.passes ? "holds" : "BROKEN",
      ])
    }
    return table.description
  }
}
