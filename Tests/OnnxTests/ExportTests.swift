import Convolution
import Foundation
import Networks
import SwiftProtobuf
import Testing

@testable import Onnx

struct ExportTests {
  private func model(_ name: String) throws -> Onnx_ModelProto {
    let graph = try NetworkCatalog.graph(named: name)
    return try Onnx_ModelProto(
      serializedBytes: ModelExport.data(graph, seed: 1, version: "test"))
  }

  private func node(_ operation: String, in model: Onnx_ModelProto) throws -> Onnx_NodeProto {
    try #require(model.graph.node.first { $0.opType == operation })
  }

  private func ints(_ name: String, of node: Onnx_NodeProto) -> [Int64]? {
    node.attribute.first { $0.name == name && $0.type == .ints }?.ints
  }

  private func int(_ name: String, of node: Onnx_NodeProto) -> Int64? {
    node.attribute.first { $0.name == name && $0.type == .int }?.i
  }

  private func shape(_ value: Onnx_ValueInfoProto) -> [Int64] {
    value.type.tensorType.shape.dim.map(\.dimValue)
  }

  /// Every value is defined once and before it is read, everything defined is read, and the sizes
  /// of the data fit their shapes.
  private func check(_ model: Onnx_ModelProto) {
    let graph = model.graph
    var known = Set(graph.input.map(\.name))
    var read = Set(graph.output.map(\.name))
    for tensor in graph.initializer {
      #expect(known.insert(tensor.name).inserted, "\(tensor.name) is there twice")
      let size = tensor.dataType == Int32(Onnx_TensorProto.DataType.int64.rawValue) ? 8 : 4
      #expect(tensor.rawData.count == size * Int(tensor.dims.reduce(1, *)))
    }
    var names = Set<String>()
    for node in graph.node {
      #expect(node.input.allSatisfy(known.contains), "\(node.name) reads what is not there")
      read.formUnion(node.input)
      #expect(names.insert(node.name).inserted, "two nodes \(node.name)")
      for output in node.output {
        #expect(known.insert(output).inserted, "\(output) is defined twice")
      }
    }
    #expect(known == read)
  }

  @Test(arguments: ["lenet5", "mobilenetv2", "densenet121", "resnet20", "googlenet"])
  func modelsAreWellFormed(_ name: String) throws {
    let graph = try NetworkCatalog.graph(named: name)
    let model = try model(name)
    check(model)
    #expect(model.opsetImport.map(\.version) == [17])
    #expect(model.graph.input.map(\.name) == ["input"])
    #expect(model.graph.output.map(\.name) == ["output"])
    let input = graph.input
    #expect(
      shape(model.graph.input[0])
        == [input.batch, input.channels, input.height, input.width].map(Int64.init))
    #expect(shape(model.graph.output[0]) == [1, Int64(graph.classes)])
    // The statistics of batch normalisation are no learned parameters, nor are a clip's bounds.
    let learned = model.graph.initializer.filter { tensor in
      tensor.dataType == Int32(Onnx_TensorProto.DataType.float.rawValue)
        && !["/mean", "/variance", "/lower", "/upper"].contains(where: tensor.name.hasSuffix)
    }
    #expect(learned.reduce(0) { $0 + $1.rawData.count / 4 } == graph.parameters)
  }

  @Test func weightsAreTheSeededOnes() throws {
    let graph = try NetworkCatalog.graph(named: "lenet5")
    let model = try model("lenet5")
    let node = try #require(graph.nodes.first { graph.problem(of: $0) != nil })
    let tensor = try #require(model.graph.initializer.first { $0.name == "\(node.name)/weights" })
    let weights = graph.parameters(of: node, seed: 1).weights
    #expect(tensor.rawData == weights.withUnsafeBytes { Data($0) })
    let other = try ModelExport.model(graph, seed: 2, version: "test")
    #expect(other.graph.initializer.first { $0.name == tensor.name }?.rawData != tensor.rawData)
  }

  @Test func definitionsThatEnginesReadDifferently() throws {
    let normalization = try node("LRN", in: model("googlenet"))
    let alpha = try #require(normalization.attribute.first { $0.name == "alpha" })
    // 2e-5 in our definition. ONNX divides by the size of 5.
    #expect(int("size", of: normalization) == 5)
    #expect(abs(alpha.f - 1e-4) < 1e-9)
    let ceil = try node("MaxPool", in: model("googlenet"))
    #expect(int("ceil_mode", of: ceil) == 1)
    let floor = try node("MaxPool", in: model("resnet18"))
    #expect(int("ceil_mode", of: floor) == nil)
    #expect(ints("pads", of: floor) == [1, 1, 1, 1])
    let average = try node("AveragePool", in: model("inceptionv3"))
    #expect(int("count_include_pad", of: average) != nil)
    let shortcut = try node("Pad", in: model("resnet20"))
    #expect(shortcut.input.count == 2)
  }

  /// A value behind a fully connected layer gets height and width back where they are needed.
  @Test func flatValues() throws {
    let b = GraphBuilder(
      name: "flat", family: "test", input: TensorShape(channels: 2, height: 4, width: 4),
      classes: 3)
    let x = b.fullyConnected(b.input, 8)
    let y = b.convolution(b.convolution(b.input, 8, kernel: 4, padding: .valid), 8, kernel: 1)
    let z = b.fullyConnected(b.fullyConnected(b.add(x, shortcut: y), 5), 3)
    let model = try ModelExport.model(
      b.build(output: b.dropout(z)), seed: 1, version: "test")
    check(model)
    #expect(
      model.graph.node.map(\.opType) == [
        "Flatten", "Gemm", "Conv", "Conv", "Unsqueeze", "Add", "Flatten", "Gemm", "Gemm",
      ])
    #expect(shape(model.graph.output[0]) == [1, 3])
  }

  @Test func aNetworkThatDoesNothing() throws {
    let b = GraphBuilder(
      name: "nothing", family: "test", input: TensorShape(channels: 2, height: 4, width: 4),
      classes: 2)
    let model = try ModelExport.model(
      b.build(output: b.dropout(b.input)), seed: 1, version: "test")
    check(model)
    #expect(model.graph.node.map(\.opType) == ["Identity"])
  }
}
