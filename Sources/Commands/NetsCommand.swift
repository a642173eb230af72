import ArgumentParser
import Arrays
import Base
import Benchmarks
import Convolution
import Foundation
import KernelLibrary
import Networks
import Onnx

/// `convbench nets`: what networks there are and what they are made of.
struct NetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nets", abstract: "List the networks, or the layers of one or of an ONNX file.")

  @Argument(help: "A network, e.g. mobilenetv2, or an ONNX file; without it all are listed.")
  var name: String?

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, benchdnn }

  @Option(help: "With a name, benchdnn prints the convolutions as benchdnn's input.")
  var format = Format.table

  @Flag(help: "The same as --format json: \(Summary.keys).")
  var json = false

  @OptionGroup var network: NetworkArguments

  func validate() throws {
    if name == nil, format == .benchdnn {
      throw ValidationError("--format benchdnn needs the name of a network")
    }
    if json, format == .benchdnn { throw ValidationError("give --json or --format, not both") }
    if name == nil, network.shortcut != nil || network.identityLayers != nil {
      throw ValidationError("--shortcut and --identity-layers need the name of a network")
    }
  }

  func run() throws {
    let options = network.request.options
    let json = json || format == .json
    if let name, NetworkChoice.isModel(name) {
      try describe(model: name)
    } else if let name {
      try show(try NetworkCatalog.graph(named: name, options: options))
    } else {
      let graphs = try Self.all(options)
      try json ? printJSON(graphs.map(Summary.init)) : printResult(Self.list(graphs))
    }
  }

  private func show(_ graph: Graph) throws {
    if format == .benchdnn {
      try printResult(BenchdnnText.lines(of: graph), terminator: "")
    } else if json || format == .json {
      try printJSON(Summary(graph))
    } else {
      try printResult(Self.layerTable(graph))
    }
  }

  /// What is understood of a model; what is not goes to standard error, a line for all nodes that
  /// are alike, and exit code 2.
  private func describe(model: String) throws {
    let understood = try OnnxNetwork(
      path: model, options: try network.request.importOptions(), isPartial: true)
    try show(understood.graph)
    for note in understood.notes { printProblem("\(model): \(note)") }
    for problem in understood.problems.prefix(Self.problemLimit) {
      printProblem("\(model): \(problem)")
    }
    if !understood.problems.isEmpty { throw ExitCode(2) }
  }

  /// Lines about one model.
  private static let problemLimit = 20

  /// Networks that the options do not suit are named on standard error and left out; if they suit
  /// none, that is an error.
  private static func all(_ options: NetworkOptions) throws -> [Graph] {
    var graphs: [Graph] = []
    var problems: [GraphError] = []
    for name in NetworkCatalog.names {
      do {
        graphs.append(try NetworkCatalog.graph(named: name, options: options))
      } catch let error as GraphError {
        problems.append(error)
      }
    }
    if graphs.isEmpty, let problem = problems.first { throw problem }
    for problem in problems { printProblem("left out \(problem)") }
    return graphs
  }

}

/// A network in one JSON object.
private struct Summary: Encodable {
  static let keys = "name, family, input [n,c,h,w], classes, parameters, macs, convolutions"

  let name: String
  let family: String
  let input: [Int]
  /// By name, where there are several.
  let inputs: [String: [Int]]?
  let classes: Int
  let parameters: Int
  let macs: Int
  let convolutions: Int

  init(_ graph: Graph) {
    name = graph.name
    family = graph.family
    input = [graph.input.batch, graph.input.channels, graph.input.height, graph.input.width]
    inputs =
      graph.inputs.count == 1
      ? nil
      : Dictionary(
        uniqueKeysWithValues: graph.inputs.map {
          (graph.nodes[$0.node].name, $0.interface.extents)
        })
    classes = graph.classes
    parameters = graph.parameters
    macs = graph.macs
    convolutions = graph.convolutions.count
  }
}

extension NetsCommand {
  private static func list(_ graphs: [Graph]) -> String {
    var table = TextTable([
      .left("network"), .left("family", drop: 1), .left("input"), .right("classes", drop: 2),
      .right("parameters"), .right("GMACs"), .right("convolutions"),
    ])
    for graph in graphs {
      table.add([
        graph.name, graph.family, text(graph.input), NumberText.grouped(graph.classes),
        NumberText.grouped(graph.parameters), NumberText.significant(Double(graph.macs) / 1e9),
        NumberText.grouped(graph.convolutions.count),
      ])
    }
    return table.description
  }

  private static func layerTable(_ graph: Graph) -> String {
    var table = TextTable(
      [
        .left("layer"), .left("problem"), .left("epilogue", drop: 3), .left("output", drop: 2),
        .right("parameters", drop: 1), .right("MACs"), .left("strategies", drop: 4),
      ], joinsRepeats: true)
    for layer in graph.layers {
      table.add([
        layer.node.name, layer.problem?.description ?? layer.node.operation.label,
        layer.problem == nil ? "" : layer.epilogue.description, text(layer.outputShape),
        NumberText.grouped(layer.parameters), NumberText.grouped(layer.macs),
        layer.problem.map(strategies) ?? "",
      ])
    }
    return """
      \(graph.name) (\(graph.family)), \(inputs(graph)), \
      \(NumberText.grouped(graph.classes)) classes

      \(table)

      \(NumberText.grouped(graph.convolutions.count)) convolutions, \
      \(NumberText.grouped(graph.parameters)) parameters, \
      \(NumberText.grouped(graph.macs)) multiply-accumulates\(share(graph))
      """
  }

  /// Of several inputs with their names.
  private static func inputs(_ graph: Graph) -> String {
    guard graph.inputs.count > 1 else { return "input \(text(graph.input))" }
    return "inputs "
      + graph.inputs.map { "\(graph.nodes[$0.node].name) \(shapeText($0.interface.extents))" }
      .joined(separator: ", ")
  }

  /// How much of the work is in convolutions: what is tuned most.
  private static func share(_ graph: Graph) -> String {
    guard graph.macs > 0 else { return "" }
    let macs = graph.convolutions.reduce(0) { $0 + graph.macs(of: $1) }
    return String(
      format: ", %.1f %% of them in convolutions", 100 * Double(macs) / Double(graph.macs))
  }

  /// The strategies that apply.
  private static func strategies(_ problem: ConvolutionProblem) -> String {
    StrategyTable.all.filter { $0.rejection(of: problem, target: Target(.best, threads: 1)) == nil }
      .map(\.name).joined(separator: " ")
  }

  /// `n×c×h×w`
  private static func text(_ shape: TensorShape) -> String {
    "\(shape.batch)×\(shape.channels)×\(shape.height)×\(shape.width)"
  }
}
