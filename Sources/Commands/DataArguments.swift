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
      "Write the network's output there (.npy); - is standard output, with --once.",
      valueName: "file"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Compare the output with this (.npy or .npz); exit code 1 where it differs.",
      valueName: "file"))
  var check: String?

  @Option(
    help: """
      With --check: the error allowed, as a share of the expected values' range, or of their norm.
      """)
  var tolerance: Double?

  @Flag(help: "With --input, --output or --check: run once, measure nothing.")
  var once = false

  static let standardTolerance = 1e-4

  /// Whether standard output is the network's.
  var isOutputPrinted: Bool { output.map { OutputFile($0).isStandardOutput } ?? false }

  /// Whether a result is asked for.
  var isUsed: Bool { !input.isEmpty || output != nil || check != nil }

  func validate() throws {
    if tolerance != nil, check == nil { throw ValidationError("--tolerance needs --check") }
    if let tolerance, !(tolerance >= 0 && tolerance.isFinite) {
      throw ValidationError("--tolerance \(tolerance): give a share such as 1e-4")
    }
    if output == "-", !once {
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
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    // A file whose name has an equals sign needs no escape.
    let isNamed = parts.count == 2 && !FileManager.default.fileExists(atPath: argument)
    if isNamed, parts[0] != name {
      throw RunError(
        "--input \(parts[0].prefix(60).debugDescription): the network's input is called \(name)")
    }
    let path = isNamed ? String(parts[1]) : argument
    let array = try ArrayFile.read(path, named: name, limit: shape.count)
    guard array.shape == interface.extents else {
      throw RunError(
        "\(path) is \(shapeText(array.shape)); the network's input \(name) is "
          + shapeText(interface.extents))
    }
    return interface.planar(array.values, shape: shape)
  }

  /// Runs once, writes the output and compares it.
  ///
  /// - Parameter input: what the session was loaded with.
  /// - Returns: a line per thing done.
  /// - Throws: `ExitCode(1)` where the output differs, its line already on standard error.
  func run(_ session: Session, input: [Float]) throws -> [String] {
    let shape = session.network.graph.outputShape
    // Read first: a mistake here should not cost a run.
    let expected = try check.map { try ArrayFile.read($0, named: "output", limit: shape.count) }
    let file = output.map { OutputFile($0) }
    try file?.check()
    session.run()
    if let warning = NonFiniteValues(session, input: input).warning { printProblem(warning) }
    let sizes = session.network.graph.outputInterface.extents
    let result = FloatArray(shape: sizes, values: session.output)
    var lines: [String] = []
    if let file {
      try file.write(NpyFile.data(result))
      lines.append("output \(shapeText(sizes)) written to \(file.name)")
    }
    guard let check, let expected else { return lines }
    guard expected.squeezedShape == result.squeezedShape else {
      throw RunError("\(check) is \(shapeText(expected.shape)); the output is \(shapeText(sizes))")
    }
    let comparison = ArrayComparison(result, expected: expected)
    let tolerance = tolerance ?? Self.standardTolerance
    guard comparison.isWithin(tolerance) else {
      printProblem("\(check): \(comparison), above \(tolerance)")
      throw ExitCode(1)
    }
    return lines + ["\(check): equal within \(tolerance): \(comparison)"]
  }
}
