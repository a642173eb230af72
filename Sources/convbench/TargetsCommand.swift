import ArgumentParser
import Convolution
import Foundation
import Measurement
import Reports
import Topology

struct TargetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "targets",
    abstract:
      "Measure every kind of kernel against its target, as Markdown (scripts/bench-kernels).",
    discussion: "Takes several minutes. Exit code 0 whether or not the targets are reached.")

  @Option(help: "Seconds per problem and strategy.") var seconds = 1.5

  func validate() throws {
    guard (0.01...3600).contains(seconds) else {
      throw ValidationError("--seconds \(seconds): from 0.01 to 3600")
    }
  }

  func run() throws {
    Interrupt.install()
    var report = try KernelReport(
      machine: try Machine.probe(), seconds: seconds, isCancelled: { Interrupt.isRequested },
      progress: { printProblem("measuring \($0)") })
    let text = try report.run(toolVersion: ToolVersion.current)
    try Interrupt.check()
    print(text)
  }
}
