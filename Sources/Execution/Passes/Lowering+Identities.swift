extension Lowering {
  /// Dropout, factors of 1, concatenations of one: readers read their input.
  mutating func dropIdentities() {
    var replacements = Array(nodes.indices)
    for (id, node) in nodes.enumerated() where node.kind == .identity {
      replacements[id] = node.inputs[0]
    }
    replace(replacements)
  }
}
