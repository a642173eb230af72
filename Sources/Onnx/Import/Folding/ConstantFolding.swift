/// Operators whose inputs are all known are computed when the model is imported: shapes worked out
/// by chains of Shape, Gather, Concat and the like, weights that are scaled or transposed.
enum ConstantFolding {
  typealias Function = @Sendable (OperatorCall, [Constant?]) throws -> [Constant]

  private static let functions: [String: Function] = [
    "Constant": { call, _ in [try constant(call)] },
    "ConstantOfShape": { call, inputs in [try ofShape(call, try first(inputs))] },
    "Range": { call, inputs in [try range(call, inputs)] },
    "Identity": { _, inputs in [try first(inputs)] },
    "Dropout": { _, inputs in [try first(inputs)] },
    "Cast": { call, inputs in [try cast(call, try first(inputs))] },
    "Shape": { call, inputs in
      [Constant(try ShapeOperators.part(call, try first(inputs).dims))]
    },
    "Size": { _, inputs in [Constant(try first(inputs).count)] },
    "Reshape": { call, inputs in
      let tensor = try first(inputs)
      let shape = try call.constant(1, "shape")
      return [
        try tensor.reshaped(try ShapeOperators.newExtents(call, shape, old: tensor.dims))
      ]
    },
    "Flatten": { call, inputs in
      let tensor = try first(inputs)
      let axis = try call.dimension(try call.node.int("axis", 1), of: tensor.dims.count)
      return [
        try tensor.reshaped([
          tensor.dims.prefix(axis).reduce(1, *), tensor.dims.dropFirst(axis).reduce(1, *),
        ])
      ]
    },
    "Squeeze": { call, inputs in
      let tensor = try first(inputs)
      let dims = try ShapeOperators.squeezed(call, tensor.dims)
      return [
        try tensor.reshaped(
          tensor.dims.enumerated().filter { !dims.contains($0.offset) }.map(\.element))
      ]
    },
    "Unsqueeze": { call, inputs in
      let tensor = try first(inputs)
      var rest = tensor.dims[...]
      let added = try ShapeOperators.unsqueezed(call, rank: tensor.dims.count)
      return [
        try tensor.reshaped(
          (0..<tensor.dims.count + added.count).map {
            added.contains($0) ? 1 : rest.popFirst() ?? 1
          })
      ]
    },
    "Transpose": { call, inputs in [try transpose(call, try first(inputs))] },
    "Concat": { call, inputs in [try concatenation(call, inputs)] },
    "Split": { call, inputs in try split(call, try first(inputs)) },
    "Slice": { call, inputs in [try slice(call, try first(inputs))] },
    "Gather": { call, inputs in [try gather(call, try first(inputs))] },
    "Expand": { call, inputs in [try expand(call, try first(inputs))] },
    "Tile": { call, inputs in [try tile(call, try first(inputs))] },
    "Where": { call, inputs in [try choice(call, inputs)] },
    "ReduceProd": { call, inputs in [try reduce(call, try first(inputs), .product)] },
    "ReduceSum": { call, inputs in [try reduce(call, try first(inputs), .sum)] },
    "ReduceMax": { call, inputs in [try reduce(call, try first(inputs), .largest)] },
    "ReduceMin": { call, inputs in [try reduce(call, try first(inputs), .smallest)] },
  ]

  /// The attributes of operators that are folded and have no row of their own.
  static let attributes: [String: [Attribute]] = [
    "ReduceProd": Attribute.reduction,
    "Mod": [Attribute("fmod").since(10)],
    "Equal": [],
    "Greater": [],
    "Less": [],
    "GreaterOrEqual": [],
    "LessOrEqual": [],
    "And": [],
    "Or": [],
    "Not": [],
    "Where": [],
    "Constant": [
      "value", Attribute("value_float").since(12), Attribute("value_floats").since(12),
      Attribute("value_int").since(12), Attribute("value_ints").since(12),
    ],
    "ConstantOfShape": ["value"],
    "Range": [Attribute("stash_type").since(27).withoutEffect],
  ]

  /// Operators that can be folded, those of `ConstantArithmetic` included.
  static let names = Set(functions.keys).union(ConstantArithmetic.names)

  /// nil where an input is computed by the network, or the operator cannot be folded.
  static func evaluate(_ call: OperatorCall) throws -> [Constant]? {
    let type = call.node.proto.opType
    guard names.contains(type), call.inputs.allSatisfy(isKnown) else { return nil }
    let inputs = try call.inputs.enumerated().map { index, value in
      try value.flatMap { try call.constant($0, "input \(index)") }
    }
    try call.importer.spend(inputs.reduce(1) { $0 + ($1?.count ?? 0) })
    let results =
      try functions[type]?(call, inputs) ?? ConstantArithmetic.evaluate(call, inputs)
    return results
  }

  static func isKnown(_ value: Value?) -> Bool {
    switch value {
    case nil, .constant?, .stored?: true
    default: false
    }
  }

  static func first(_ inputs: [Constant?]) throws -> Constant {
    guard let first = inputs.first, let first else { throw OnnxError("has no input") }
    return first
  }

  /// Counts a result before it is made.
  static func spend(_ call: OperatorCall, _ dims: [Int]) throws -> Int {
    let count = try Constant.count(dims)
    try call.importer.spend(count)
    return count
  }
}
