extension Lowering {
  /// An activation goes behind the convolution, addition or affine map that it alone reads.
  mutating func fuseActivations() {
    let consumers = consumers()
    var replacements = Array(nodes.indices)
    for (id, node) in nodes.enumerated()
    where node.kind == .affine && node.affines.isEmpty && !node.isRemoved {
      let producer = node.inputs[0]
      guard consumers[producer] == [id], replacements[producer] == producer,
        nodes[producer].activation == .none
      else { continue }
      switch nodes[producer].kind {
      case .convolution, .add, .affine: break
      default: continue
      }
      nodes[producer].activation = node.activation
      nodes[producer].nodes += node.nodes
      replacements[id] = producer
    }
    replace(replacements)
  }
}
