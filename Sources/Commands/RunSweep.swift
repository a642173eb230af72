import ArgumentParser
import Base
import KernelLibrary
import Measurement
import Networks
import Results
import Runs
import Topology

/// Several settings of `run`, one after the other, with one table at the end.
struct RunSweep {
  let sweep: Sweep
  let machine: Machine
  /// Of a network whose setting is known.
  let make: (Sweep.Setting, Machine) throws -> NetworkRun
  let rule: StoppingRule
  let warmUp: Double?
  /// nil appends nothing.
  let results: String?

  /// What can be known before minutes of work: are there such threads and instruction sets?
  ///
  /// - Throws: `TopologyError`, `InstructionSetError`.
  static func check(_ sweep: Sweep, _ machine: Machine, _ threads: ThreadOptions) throws {
    for count in sweep.threads { _ = try machine.placement(for: threads.request(count)) }
    for isa in sweep.instructionSets.compactMap(\.self) { _ = try Kernels(isa) }
  }

  /// Whether there are such networks, in such batches.
  ///
  /// - Throws: `GraphError`, `ValidationError`.
  static func check(_ sweep: Sweep, _ details: NetworkDetails) throws {
    for net in sweep.networks.compactMap(\.self) where !NetworkChoice.isModel(net) {
      for batch in sweep.batches { _ = try NetworkChoice(net, details.request(batch: batch)) }
    }
  }

  /// Measures all; what fails is named on standard error, the rest is measured.
  ///
  /// - Parameter show: told of every report, as soon as it is there.
  /// - Returns: the reports and how many settings failed.
  func run(_ show: (RunReport) throws -> Void) throws -> (reports: [RunReport], failed: Int) {
    var reports: [RunReport] = []
    var failed = 0
    for (index, setting) in sweep.settings.enumerated() {
      let title = setting.title
      printNote("[\(index + 1)/\(sweep.count)] \(title)")
      do {
        let run = try make(setting, machine)
        defer { run.rig.shutdown() }
        let report = try run.measure(
          run.session(run.choices), until: rule, warmUp: warmUp)
        if let results { try report.append(to: results) }
        reports.append(report)
        try show(report)
      } catch let error as ExitCode {
        throw error
      } catch let error as BrokenPipe {
        throw error
      } catch {
        printProblem("\(title): \(error)")
        failed += 1
      }
      try Interrupt.check()
    }
    return (reports, failed)
  }

  /// A row a setting, then what threads, batches and instruction sets bring.
  static func text(_ reports: [RunReport]) -> String {
    guard let first = reports.first?.identity else { return "nothing was measured" }
    let isOneSet = reports.allSatisfy { $0.identity.isa == first.isa }
    var table = TextTable(
      [.left("network")] + (isOneSet ? [] : [.left("isa")]) + [
        .right("batch"), .right("threads"), .right("ms"), .right("± %"), .right("images/s"),
        .right("% of peak"), .left("validity"),
      ])
    for report in reports {
      let identity = report.identity
      var halfWidth = NumberText.percentNumber(report.latency.relativeHalfWidth)
      if let precision = report.precision, !precision.isReached {
        halfWidth += " > " + NumberText.significant(100 * precision.target, digits: 2)
      }
      table.add(
        [identity.network] + (isOneSet ? [] : [identity.isa]) + [
          "\(identity.batch)", "\(identity.threads)",
          NumberText.milliseconds(report.latency.median), halfWidth,
          NumberText.significant(report.imagesPerSecond),
          NumberText.percentNumber(report.shareOfPeak), report.validity.label.rawValue,
        ])
    }
    let scaling = ScalingTable(reports.map { ScalingTable.Point($0.networkRow) })
    let missed = reports.count { $0.precision?.isReached == false }
    let note =
      missed > 0
      ? "\n± % > …: the precision that was asked for was not reached, in \(missed) of \(reports.count)"
      : ""
    let head =
      "\(first.machine): \(first.cpu), \(first.choice)" + (isOneSet ? ", \(first.isa)" : "")
    let losses = ThreadLosses(reports)
    return "\(head)\n\n\(table)\(note)" + (scaling.isEmpty ? "" : "\n\n\(scaling)")
      + (losses.losses.isEmpty ? "" : "\n\n\(losses)")
  }
}
