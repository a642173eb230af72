extension Lowering {
  /// An addition goes into the epilogue of the convolution that produces one operand and that
  /// nobody else reads: the later one, so that the other operand is there when it runs.
  mutating func fuseResiduals() {
    let consumers = consumers()
    var replacements = Array(nodes.indices)
    for (id, node) in nodes.enumerated() where node.kind == .add && !node.isRemoved {
      let operands = node.inputs.sorted(by: >)
      guard
        let input = operands.first(where: {
          consumers[$0] == [id] && nodes[$0].isConvolution && nodes[$0].activation == .none
            && !nodes[$0].hasResidual
        })
      else { continue }
      let residual = operands[0] == input ? operands[1] : operands[0]
      nodes[input].inputs.append(residual)
      nodes[input].nodes += node.nodes
      replacements[id] = input
    }
    replace(replacements)
  }
}
