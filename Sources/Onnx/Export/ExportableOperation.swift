import Networks

/// How an operation with a type of its own is written in ONNX.
protocol ExportableOperation: GraphOperation {
  /// Appends what computes the node and gives the value.
  func write(
    _ node: Node, _ parameters: NodeParameters, to writer: inout ModelWriter
  ) -> ModelWriter.Value
}
