import ArgumentParser
import Base
import Convolution
import Execution
import Foundation
import Runs

struct ProblemsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "problems",
    abstract: "List the unique convolutions of networks, for tune --problems on many nodes.",
    discussion: """
      Networks share many shapes: each is listed once, the heaviest first, with the seconds that its \
      race is expected to take. tune --problems FILE --shard 1/8 races the first of eight parts; \
      docs/fleet.md has the rest.
      """)

  @Option(help: "A network or an ONNX file; may be given again.", completion: .networks)
  var net: [String] = []

  @Option(
    help: ArgumentHelp("All networks of a list, e.g. configs/classic.json.", valueName: "file"))
  var suite: [String] = []

  @OptionGroup var network: NetworkArguments

  @Option(name: .shortAndLong, help: "The file; - is standard output.")
  var output = "problems.json"

  func validate() throws {
    guard !net.isEmpty || !suite.isEmpty else { throw ValidationError("give --net or --suite") }
  }

  func run() throws {
    let file = OutputFile(output)
    try file.check()
    var choices = try net.map { try NetworkChoice($0, network.request) }
    for path in suite {
      choices += try SuiteFile.read(path).networks.map { entry in
        try NetworkChoice(
          entry.net,
          NetworkRequest(
            batch: entry.batch, resolution: entry.resolution, shortcut: entry.shortcut,
            identityLayers: entry.identityLayers))
      }
    }
    let networks = try choices.map { choice in
      try Self.workloads(choice)
    }
    let list = ProblemList(networks: networks)
    try file.write(list.encoded())
    let pairs = networks.reduce(0) { $0 + Set($1).count }
    let seconds = list.problems.reduce(0) { $0 + $1.seconds }
    try printResult(
      "\(list.problems.count) problems of \(choices.count) networks, which have \(pairs) without "
        + "sharing; some \(Int(seconds.rounded(.up))) s on one node; written to \(file.name)",
      beside: file)
  }

  /// What is computed does not depend on the vector's width, which the layouts do.
  private static func workloads(_ choice: NetworkChoice) throws -> [Workload] {
    try LoweredNetwork(graph: choice.graph, vectorWidth: 16).layers.map(\.workload)
  }
}
