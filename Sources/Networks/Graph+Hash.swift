import Base

extension Graph {
  /// 16 hexadecimal digits that tell networks apart: a hash over every node's operation with its
  /// attributes, the nodes that it reads and its shape.
  ///
  /// Names and the weights' values are left out: a network that was trained again takes the same
  /// time, so a plan for it still holds. Operations are hashed by their `signature`.
  public var structureHash: String {
    var hash = FNV1a()
    for node in nodes {
      hash.add("\(node.operation.signature) \(node.inputs) \(node.shape.text);")
    }
    hash.add(outputs.map { "\($0.node)" }.joined(separator: ","))
    return hash.hexadecimal(digits: 16)
  }
}
