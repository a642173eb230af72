import Base
import Foundation
import Networks

/// What may be said about a model that leaves something open.
public struct ImportOptions: Sendable, Hashable {
  /// Shapes of inputs by name; the empty name is any input.
  public var shapes: [String: [Int]]
  /// For a model whose batch is open; nil is 1.
  public var batch: Int?
  /// Height and width, for a model that leaves them open.
  public var resolution: Int?
  /// Extents that stand in where nothing else says, by input: a plan's, which another model may
  /// contradict.
  public var fallbacks: [[Int]]
  /// Compute every output and not only the first.
  public var allOutputs: Bool

  public init(
    shapes: [String: [Int]] = [:], batch: Int? = nil, resolution: Int? = nil,
    fallbacks: [[Int]] = [], allOutputs: Bool = false
  ) {
    self.shapes = shapes
    self.batch = batch
    self.resolution = resolution
    self.fallbacks = fallbacks
    self.allOutputs = allOutputs
  }
}

/// A network read from an ONNX file (docs/onnx.md).
public struct OnnxNetwork: Sendable {
  public let graph: Graph
  /// Operators that are not supported, most multiply-accumulates first. In the graph `NotUnderstood`
  /// has their place, or they are left out with what is behind them where their results' shapes are
  /// not known. Empty unless `isPartial` was asked for.
  public let problems: [UnsupportedOperator]
  /// What was left out on purpose, a line each.
  public let notes: [String]

  /// - Parameter isPartial: describe what is understood, whatever is not.
  /// - Throws: `OnnxError` or `GraphError`, one line with the file's name.
  public init(path: String, options: ImportOptions = ImportOptions(), isPartial: Bool = false)
    throws
  {
    do {
      try self.init(try ModelFile(path: path), options: options, isPartial: isPartial)
    } catch {
      throw OnnxError("\(path.printable(limit: 200)): \(error)")
    }
  }

  init(_ file: ModelFile, options: ImportOptions = ImportOptions(), isPartial: Bool = false) throws
  {
    let plan = try ModelPlan(file.model.graph, takesAll: options.allOutputs)
    let inputs = try ModelInput.all(plan, options: options)
    let importer = try Importer(file, plan: plan, inputs: inputs, name: Self.name(of: file.path))
    graph = try importer.run(isPartial: isPartial)
    problems = UnsupportedOperator.grouped(importer.problems)
    notes =
      plan.others.isEmpty
      ? []
      : [
        "only its first output \(plan.outputs[0].quoted) is computed, \(plan.others.count) are left "
          + "out; --all-outputs computes them"
      ]
  }

  /// The file's name without folder and extension.
  static func name(of path: String) -> String {
    let file = PathText.name(of: path)
    let stem = file.hasSuffix(".onnx") ? String(file.dropLast(5)) : file
    return stem.isEmpty ? "model" : stem.printable(limit: 80)
  }
}
