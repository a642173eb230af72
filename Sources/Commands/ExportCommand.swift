import ArgumentParser
import Base
import Convolution
import Foundation
import Measurement
import Networks
import Onnx

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a built-in network with its seeded weights as an ONNX model.",
    discussion: """
      Other engines then run exactly the network that convbench run measures (docs/onnx.md). \
      scripts/peers compares them.
      """)

  @Option(help: "The network (convbench nets lists all).", completion: .networks)
  var net: String

  @OptionGroup var network: NetworkArguments

  @Option(help: "Seed of the weights; convbench run has 1.")
  var seed = NetworkRun.seed

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Where the model goes; - is standard output.", valueName: "file"))
  var output: String

  func run() throws {
    let graph = try NetworkCatalog.graph(named: net, options: network.request.options)
    let file = OutputFile(output)
    try file.check()
    let data = try ModelExport.data(graph, seed: seed, version: ToolVersion.current)
    try file.write(data)
    try printResult(
      "\(net) written to \(file.name): opset \(ModelExport.opset), "
        + "\(NumberText.grouped(graph.parameters)) parameters, \(NumberText.bytes(data.count))",
      beside: file)
  }
}
