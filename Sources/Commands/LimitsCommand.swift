import ArgumentParser
import Base
import Benchmarks
import Foundation
import Measurement
import Store
import Topology

struct LimitsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits",
    abstract:
      "The limits of machines side by side: peaks, bandwidths, barriers, from calibrations.",
    discussion: """
      A file is what convbench calibrate wrote, or a folder that has one; here is this machine's, as \
      it was calibrated last. Nothing is measured. The first machine is what the others are divided \
      by.

        convbench limits Results/amd-epyc-2c here
        convbench limits laptop/calibration-9706d6c1a2b3.json server/ --json
      """)

  @Argument(help: ArgumentHelp("Calibrations, folders with one, or here.", valueName: "file"))
  var files: [String]

  @Flag(help: "Print the calibrations as JSON, in the order given.")
  var json = false

  func validate() throws {
    guard !files.isEmpty else { throw ValidationError("give a calibration, or a folder with one") }
  }

  func run() throws {
    let machines = try files.map(Self.calibration)
    if json { try printJSON(machines) } else { try printResult(LimitsTable(machines)) }
  }

  /// - Throws: `FileError` for what is none.
  private static func calibration(_ name: String) throws -> MachineCalibration {
    if name == "here" {
      let path = MachineCalibration.path(
        besideStore: Store.defaultPath(), machine: try Machine.probe().fingerprint)
      guard access(path, F_OK) == 0 else {
        throw FileError(
          "this machine was not calibrated: run convbench calibrate, which makes \(path)")
      }
      return try MachineCalibration.read(path)
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: name, isDirectory: &isFolder), isFolder.boolValue
    else { return try MachineCalibration.read(name) }
    let found = try FileManager.default.contentsOfDirectory(atPath: name).filter {
      $0.hasPrefix("calibration-") && $0.hasSuffix(".json")
    }.sorted()
    guard let only = found.first, found.count == 1 else {
      throw FileError(
        "\(name): has \(found.isEmpty ? "no" : "several") calibration-ID.json"
          + (found.isEmpty ? ", which convbench calibrate makes" : "; give one of them"))
    }
    return try MachineCalibration.read(PathText.join(name, only))
  }
}
