import ArgumentParser
import Base
import Benchmarks
import Convolution
import Foundation
import KernelLibrary
import Measurement
import Store
import Topology

struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Measure this machine's limits: FMA peak, bandwidths, barrier, clock, noise.",
    discussion: """
      Written as JSON beside the store, by the machine's id. Leave the machine alone meanwhile. \
      Shares of peak that other commands print come from measurements of their own, taken beside \
      what they measure.
      """)

  @OptionGroup var threads: ThreadOptions
  @Option(help: "Only this instruction set (default: all that the CPU has).")
  var isa: InstructionSet?
  @Flag(help: "Print JSON.") var json = false
  @Flag(help: "Do not write the file.") var dryRun = false

  func run() throws {
    let sets = try isa.map { [try Kernels($0)] } ?? Kernels.available
    // The calibration makes pools of its own; whether the largest can be made is known first.
    let rig = try Rig(threads.request())
    rig.shutdown()
    let (machine, placement) = (rig.machine, rig.placement)
    let result = try MachineCalibration.measure(
      sets: sets, placement: placement, machine: machine, toolVersion: ToolVersion.current,
      isCancelled: { Interrupt.isRequested })
    try Interrupt.check()
    if json {
      try printResult(try result.json(), terminator: "")
    } else {
      try printResult("\(machine.cpuModel), \(placement)\n")
      try printResult(CalibrationText.text(result))
    }
    guard !dryRun else { return }
    let path = MachineCalibration.path(besideStore: Store.defaultPath(), machine: result.machine)
    try AtomicFile.makeFolder(PathText.folder(of: path))
    try AtomicFile.write(try result.json(), to: path)
    if !json { try printResult("\nwritten to \(path)") }
  }
}
