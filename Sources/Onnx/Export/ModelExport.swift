import Convolution
import Foundation
import Networks
import SwiftProtobuf
import Topology

/// Writes a network with its seeded parameters as an ONNX model: exactly our definition, node by
/// node, nothing folded, so that other engines compute the same thing from the same numbers.
///
/// Operators are those of opset 17, data 32-bit floats, shapes static. Dropout and plain
/// activations are left out. The input is called `input`, the output `output`.
public enum ModelExport {
  /// Of the operators.
  public static let opset = 17
  /// ONNX's file format that came with this opset.
  private static let formatVersion: Int64 = 8
  /// protobuf's messages end at 2 GiB; the rest is for names and attributes.
  static let parameterLimit = (2 << 30) - (32 << 20)

  /// The file's bytes.
  ///
  /// - Parameters:
  ///   - seed: of the parameters; `convbench run` has 1.
  ///   - version: of the tool, for the file's producer.
  /// - Throws: `ExportError` where the network is too large for the format.
  public static func data(_ graph: Graph, seed: UInt64, version: String) throws -> Data {
    let model = try model(graph, seed: seed, version: version)
    do {
      return try model.serializedBytes()
    } catch {
      throw ExportError("\(graph.name): cannot be written as ONNX: \(error)")
    }
  }

  static func model(_ graph: Graph, seed: UInt64, version: String) throws -> Onnx_ModelProto {
    guard graph.parameters <= parameterLimit / 4 else {
      throw ExportError(
        "\(graph.name): \(graph.parameters) parameters do not fit into an ONNX file; "
          + "at most \(parameterLimit / 4) do")
    }
    // In messages, as the file's bytes, and a layer's once more while it is made.
    let weights = graph.nodes.map { graph.problem(of: $0)?.weightCount ?? 0 }
    try MemoryBudget.claim(
      bytes: 8 * Double(graph.parameters) + 8 * Double(weights.max() ?? 0),
      for: "\(graph.name) as an ONNX model")
    var writer = ModelWriter(graph: graph, seed: seed)
    var model = Onnx_ModelProto()
    model.irVersion = formatVersion
    model.producerName = "convbench"
    model.producerVersion = version
    var operators = Onnx_OperatorSetIdProto()
    operators.version = Int64(opset)
    model.opsetImport = [operators]
    var property = Onnx_StringStringEntryProto()
    property.key = "convbench.seed"
    property.value = "\(seed)"
    model.metadataProps = [property]
    model.graph = try writer.written()
    return model
  }
}

/// A network that cannot be written: one line saying why.
public struct ExportError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}
