extension Lowering {
  /// Batch normalisations and constant factors go into the weights and bias of the convolution in
  /// front of them (or into another such map), if nobody else reads what is between.
  mutating func foldAffines() {
    let consumers = consumers()
    var replacements = Array(nodes.indices)
    for (id, node) in nodes.enumerated() where node.kind == .affine && !node.affines.isEmpty {
      // The producer may have been folded itself on the way here.
      let input = node.inputs[0]
      let producer = replacements[input]
      guard consumers[input] == [id], nodes[producer].activation == .none,
        nodes[producer].isConvolution || nodes[producer].kind == .affine
      else { continue }
      nodes[producer].affines += node.affines
      nodes[producer].nodes += node.nodes
      replacements[id] = producer
    }
    replace(replacements)
  }
}
