import ArgumentParser
import Arrays
import Base
import Convolution
import Execution
import Foundation
import Measurement
import Networks

/// The options of `run` for real data: what goes in, where the result goes, what it must be.
struct DataArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Run this data (.npy or .npz, float32) instead of noise; NAME=file names the input.",
      valueName: "file"))
  var input: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Write the network's output there (.npy); - is standard output, with --once. NAME=file names \
      one of several.
      """, valueName: "file"))
  var output: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Compare the output with this (.npy or .npz); exit code 1 where it differs. NAME=file names one \
      of several.
      """, valueName: "file"))
  var check: [String] = []

  @Option(
    help: """
      With --check: the error allowed, as a share of the expected values' range, or of their norm.
      """)
  var tolerance: Double?

  @Flag(help: "With --input, --output or --check: run once, measure nothing.")
  var once = false

  static let standardTolerance = 1e-4

  /// Whether standard output is the network's.
  var isOutputPrinted: Bool { output.contains { OutputFile($0).isStandardOutput } }

  /// Whether a result is asked for.
  var isUsed: Bool { !input.isEmpty || !output.isEmpty || !check.isEmpty }

  func validate() throws {
    if tolerance != nil, check.isEmpty { throw ValidationError("--tolerance needs --check") }
    if let tolerance, !(tolerance >= 0 && tolerance.isFinite) {
      throw ValidationError("--tolerance \(tolerance): give a share such as 1e-4")
    }
    if isOutputPrinted, !once {
      throw ValidationError("--output - needs --once: a run prints its report on standard output")
    }
    if once, !isUsed { throw ValidationError("--once needs --input, --output or --check") }
  }

  /// The values of the network's only input; nil where none are given.
  ///
  /// - Throws: `ArrayError` or `RunError` in one line.
  func values(of graph: Graph) throws -> [Float]? {
    let (name, shape, interface) = (graph.nodes[0].name, graph.input, graph.inputInterface)
    guard let argument = input.first else { return nil }
    guard input.count == 1 else {
      throw RunError("\(input.count) inputs are given; the network has one, \(name)")
    }
    let (given, path) = Self.named(argument)
    if let given, given != name {
      throw RunError(
        "--input \(given.prefix(60).debugDescription): the network's input is called \(name)")
    }
    let array = try ArrayFile.read(path, named: name, limit: shape.count)
    guard array.shape == interface.extents else {
      throw RunError(
        "\(path) is \(shapeText(array.shape)); the network's input \(name) is "
          + shapeText(interface.extents))
    }
    return interface.planar(array.values, shape: shape)
  }

  /// `name=file`; a file whose own name has an equals sign needs no escape.
  private static func named(_ argument: String) -> (name: String?, path: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !FileManager.default.fileExists(atPath: argument) else {
      return (nil, argument)
    }
    return (String(parts[0]), String(parts[1]))
  }

  /// The output that an argument means, and its file.
  private static func output(_ argument: String, _ option: String, of graph: Graph) throws
    -> (index: Int, path: String)
  {
    let (name, path) = named(argument)
    let names = graph.outputs.map(\.name)
    guard let name else { return (0, path) }
    if let index = names.firstIndex(of: name) { return (index, path) }
    let known =
      names.count == 1
      ? "the network's output is called \(names[0])"
      : "the network's outputs are \(names.prefix(8).joined(separator: ", "))"
    throw RunError("\(option) \(name.prefix(60).debugDescription): \(known)")
  }

  /// Runs once, writes the outputs and compares them.
  ///
  /// - Parameter input: what the session was loaded with.
  /// - Returns: a line per thing done.
  /// - Throws: `ExitCode(1)` where an output differs, its line already on standard error.
  func run(_ session: Session, input: [Float]) throws -> [String] {
    let graph = session.network.graph
    // Read first: a mistake here should not cost a run.
    let expected = try check.map { argument in
      let (index, path) = try Self.output(argument, "--check", of: graph)
      let output = graph.outputs[index]
      let limit = graph.nodes[output.node].shape.count
      return (index, path, try ArrayFile.read(path, named: output.name, limit: limit))
    }
    let files = try output.map { argument in
      let (index, path) = try Self.output(argument, "--output", of: graph)
      return (index, OutputFile(path))
    }
    for (_, file) in files { try file.check() }
    session.run()
    if let warning = NonFiniteValues(session, input: input).warning { printProblem(warning) }
    let values = session.outputs
    let results = graph.outputs.indices.map {
      FloatArray(shape: graph.outputs[$0].interface.extents, values: values[$0])
    }
    var lines: [String] = []
    for (index, file) in files {
      try file.write(NpyFile.data(results[index]))
      lines.append("output \(shapeText(results[index].shape)) written to \(file.name)")
    }
    let tolerance = tolerance ?? Self.standardTolerance
    var isEqual = true
    for (index, path, wanted) in expected {
      let result = results[index]
      guard wanted.squeezedShape == result.squeezedShape else {
        throw RunError(
          "\(path) is \(shapeText(wanted.shape)); the output is \(shapeText(result.shape))")
      }
      let comparison = ArrayComparison(result, expected: wanted)
      if comparison.isWithin(tolerance) {
        lines.append("\(path): equal within \(tolerance): \(comparison)")
      } else {
        printProblem("\(path): \(comparison), above \(tolerance)")
        isEqual = false
      }
    }
    guard isEqual else { throw ExitCode(1) }
    return lines
  }
}
