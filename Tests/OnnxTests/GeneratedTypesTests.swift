import Foundation
import SwiftProtobuf
import Testing

@testable import Onnx

@Suite struct GeneratedTypesTests {
  @Test func modelsSurviveSerialisation() throws {
    var model = Onnx_ModelProto()
    model.irVersion = 8
    model.graph.name = "net"
    var node = Onnx_NodeProto()
    node.opType = "Relu"
    node.input = ["x"]
    node.output = ["y"]
    model.graph.node = [node]
    let bytes: Data = try model.serializedData()
    let read = try Onnx_ModelProto(serializedBytes: bytes)
    #expect(read == model)
    #expect(read.graph.node.first?.opType == "Relu")
  }
}
