import ArgumentParser
import Convolution
import Foundation
import Networks

/// `convbench nets`: what networks there are and what they are made of.
struct NetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "nets", abstract: "List the networks, or the layers of one of them.")

  @Argument(help: "A network, e.g. mobilenetv2; without it all are listed.")
  var name: String?

  @Flag(help: "Print JSON: \(Summary.keys).")
  var json = false

  @OptionGroup var network: NetworkArguments

  func validate() throws {
    if name == nil, network.shortcut != nil || network.identityLayers != nil {
      throw ValidationError("--shortcut and --identity-layers need the name of a network")
    }
  }

  func run() throws {
    let options = network.options()
    if let name {
      let graph = try NetworkCatalog.graph(named: name, options: options)
      print(json ? try Self.json(Summary(graph)) : Self.layerTable(graph))
    } else {
      let graphs = try Self.all(options)
      print(json ? try Self.json(graphs.map(Summary.init)) : Self.list(graphs))
    }
  }

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
    for problem in problems {
      FileHandle.standardError.write(Data("convbench: left out \(problem)\n".utf8))
    }
    return graphs
  }

  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

/// A network in one JSON object.
private struct Summary: Encodable {
  static let keys = "name, family, input [n,c,h,w], classes, parameters, macs, convolutions"

  let name: String
  let family: String
  let input: [Int]
  let classes: Int
  let parameters: Int
  let macs: Int
  let convolutions: Int

  init(_ graph: Graph) {
    name = graph.name
    family = graph.family
    input = [graph.input.batch, graph.input.channels, graph.input.height, graph.input.width]
    classes = graph.classes
    parameters = graph.parameters
    macs = graph.macs
    convolutions = graph.convolutions.count
  }
}

extension NetsCommand {
  /// A column of a table: to add one, add a line.
  private struct Column<Row> {
    let title: String
    var right = false
    let cell: (Row) -> String
  }

  private static func list(_ graphs: [Graph]) -> String {
    table(
      graphs,
      [
        Column(title: "network") { $0.name },
        Column(title: "family") { $0.family },
        Column(title: "input") { text($0.input) },
        Column(title: "classes", right: true) { grouped($0.classes) },
        Column(title: "parameters", right: true) { grouped($0.parameters) },
        Column(title: "GMACs", right: true) { String(format: "%.3f", Double($0.macs) / 1e9) },
        Column(title: "convolutions", right: true) { grouped($0.convolutions.count) },
      ])
  }

  private static func layerTable(_ graph: Graph) -> String {
    let layers = graph.layers
    let rows = table(
      layers,
      [
        Column(title: "layer") { $0.node.name },
        Column(title: "problem") { $0.problem?.description ?? $0.node.operation.label },
        Column(title: "epilogue") { $0.problem == nil ? "" : $0.epilogue.description },
        Column(title: "output") { text($0.outputShape) },
        Column(title: "parameters", right: true) { grouped($0.parameters) },
        Column(title: "MACs", right: true) { grouped($0.macs) },
      ])
    return """
      \(graph.name) (\(graph.family)), input \(text(graph.input)), \(grouped(graph.classes)) classes

      \(rows)

      \(grouped(graph.convolutions.count)) convolutions, \(grouped(graph.parameters)) parameters, \
      \(grouped(graph.macs)) multiply-accumulates
      """
  }

  private static func table<Row>(_ rows: [Row], _ columns: [Column<Row>]) -> String {
    let cells = [columns.map(\.title)] + rows.map { row in columns.map { $0.cell(row) } }
    let widths = columns.indices.map { i in cells.map { $0[i].count }.max() ?? 0 }
    return cells.map { line in
      let padded = columns.indices.map { i in
        let space = String(repeating: " ", count: widths[i] - line[i].count)
        return columns[i].right ? space + line[i] : line[i] + space
      }
      let text = padded.joined(separator: "  ")
      return String(text.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }

  /// `n×c×h×w`
  private static func text(_ shape: TensorShape) -> String {
    "\(shape.batch)×\(shape.channels)×\(shape.height)×\(shape.width)"
  }

  /// Digits in groups of three: 25,557,032.
  private static func grouped(_ number: Int) -> String {
    let digits = String(number)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }
}
