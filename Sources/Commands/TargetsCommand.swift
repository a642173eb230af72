import ArgumentParser
import Base
import Benchmarks
import Convolution
import Foundation
import Measurement
import Topology

struct TargetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "targets",
    abstract:
      "Measure every kind of kernel against its target, as Markdown (scripts/bench-kernels).",
    discussion: "Takes several minutes. Exit code 0 whether or not the targets are reached.")

  @Option(
    help: ArgumentHelp(
      "Only rows of these kinds, joined by commas: \(KernelTargets.kinds.joined(separator: ", ")).",
      valueName: "kind,…"))
  var only: String?
  @Option(help: "Seconds per problem and strategy.") var seconds = 1.5

  private var kinds: [String] {
    only?.split(separator: ",").map(String.init) ?? KernelTargets.kinds
  }

  func validate() throws {
    guard (0.01...3600).contains(seconds) else {
      throw ValidationError("--seconds \(seconds): from 0.01 to 3600")
    }
    for kind in kinds where !KernelTargets.kinds.contains(kind) {
      throw ValidationError(
        "--only \(kind): one of \(KernelTargets.kinds.joined(separator: ", "))")
    }
  }

  func run() throws {
    Interrupt.install()
    var report = try KernelReport(
      machine: try Machine.probe(), kinds: kinds, seconds: seconds,
      isCancelled: { Interrupt.isRequested },
      progress: { printProblem("measuring \($0)") })
    let text = try report.run(toolVersion: ToolVersion.current)
    try Interrupt.check()
    try printResult(text)
  }
}
