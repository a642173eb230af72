extension Graph {
  /// 16 hexadecimal digits that tell networks apart: a hash over every node's operation with its
  /// attributes, the nodes that it reads and its shape.
  ///
  /// Names and the weights' values are left out: a network that was trained again takes the same
  /// time, so a plan for it still holds. Operations are hashed by their `signature`.
  public var structureHash: String {
    // FNV-1a.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for node in nodes {
      let text = "\(node.operation.signature) \(node.inputs) \(node.shape.text);"
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    for byte in outputs.map({ "\($0.node)" }).joined(separator: ",").utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
