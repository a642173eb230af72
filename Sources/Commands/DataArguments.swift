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
      """
      Run this data (.npy or .npz, float32) instead of noise; NAME=file names one of several inputs.
      """, valueName: "file"))
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

  /// The values of all the network's inputs, planar; nil where none are given.
  ///
  /// - Throws: `ArrayError` or `RunError` in one line.
  func values(of graph: Graph) throws -> [[Float]]? {
    guard !input.isEmpty else { return nil }
    let names = graph.inputs.map { graph.nodes[$0.node].name }
    var paths = [String?](repeating: nil, count: names.count)
    for argument in input {
      let (index, path) = try Self.place(argument, "--input", among: names, of: "input")
      guard let index else {
        throw RunError(
          "--input \(path): the network's inputs are \(Self.list(names)); say which it is for, as "
            + "\(names[0])=\(path)")
      }
      guard paths[index] == nil else { throw RunError("--input: \(names[index]) is given twice") }
      paths[index] = path
    }
    return try graph.inputs.indices.map { index in
      let (input, name) = (graph.inputs[index], names[index])
      guard let path = paths[index] else {
        throw RunError(
          "--input is missing for \(name), which is \(shapeText(input.interface.extents)): "
            + "give all inputs or none")
      }
      let shape = graph.nodes[input.node].shape
      let array = try ArrayFile.read(path, named: name, limit: shape.count)
      guard array.shape == input.interface.extents else {
        throw RunError(
          "\(path) is \(shapeText(array.shape)); the network's input \(name) is "
            + shapeText(input.interface.extents))
      }
      return input.interface.planar(array.values, shape: shape)
    }
  }

  /// Which of several names an argument means, and its file; nil where it names none of several.
  private static func place(
    _ argument: String, _ option: String, among names: [String], of what: String
  ) throws -> (index: Int?, path: String) {
    let (name, path) = named(argument)
    guard let name else { return (names.count == 1 ? 0 : nil, path) }
    if let index = names.firstIndex(of: name) { return (index, path) }
    let known = "\(what)\(names.count == 1 ? " is called" : "s are") \(list(names))"
    throw RunError("\(option) \(name.prefix(60).debugDescription): the network's \(known)")
  }

  private static func list(_ names: [String]) -> String {
    names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
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
    let (index, path) = try place(
      argument, option, among: graph.outputs.map(\.name), of: "output")
    return (index ?? 0, path)
  }

  /// Runs once, writes the outputs and compares them.
  ///
  /// - Parameter inputs: what the session was loaded with.
  /// - Returns: a line per thing done.
  /// - Throws: `ExitCode(1)` where an output differs, its line already on standard error.
  func run(_ session: Session, inputs: [[Float]]) throws -> [String] {
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
    if let warning = NonFiniteValues(session, inputs: inputs).warning { printProblem(warning) }
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
