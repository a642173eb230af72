import ArgumentParser
import Foundation
import Topology

struct TopoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topo",
    abstract: "Show the machine, and where the workers would run and why.")

  @OptionGroup var threads: ThreadOptions

  @Flag(help: "Print JSON.")
  var json = false

  @Option(help: ArgumentHelp("Show a machine that lstopo wrote as XML.", valueName: "file"))
  var xml: String?

  @Option(
    help: ArgumentHelp(
      "Show a made-up machine, such as 'package:2 l3:4 core:8 pu:2'.", valueName: "text"))
  var synthetic: String?

  func run() throws {
    let request = try threads.request()
    if xml != nil, synthetic != nil {
      throw TopologyError("--xml and --synthetic: give one of them")
    }
    let machine: Machine
    if let xml {
      machine = try Machine(xmlFile: xml)
    } else if let synthetic {
      machine = try Machine(synthetic: synthetic)
    } else {
      machine = try Machine.probe()
    }
    let report = try MachineReport(machine, machine.placement(for: request))
    if json {
      try printJSON(report)
    } else {
      try printResult(report)
    }
  }
}
