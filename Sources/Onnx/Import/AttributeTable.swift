/// The attributes of every operator that is imported, up to the last operator set that is read.
///
/// An attribute that is not here is refused, whatever its value: it would change what the operator
/// computes, and nobody would ask for it. What is here is read by the operator's function, unless
/// the table says that it changes nothing in a network that is run.
enum AttributeTable {
  struct Attribute: Sendable {
    let name: String
    /// The operator sets that have it.
    var opsets = ModelFile.opsets
    /// Whether it only has to do with training, other element types, or outputs that are refused.
    var isWithoutEffect = false

    func since(_ opset: Int) -> Self {
      var result = self
      result.opsets = opset...opsets.upperBound
      return result
    }

    /// Up to the operator set before.
    func before(_ opset: Int) -> Self {
      var result = self
      result.opsets = opsets.lowerBound...opset - 1
      return result
    }

    var withoutEffect: Self {
      var result = self
      result.isWithoutEffect = true
      return result
    }
  }

  private static func named(_ names: String...) -> [Attribute] { names.map { Attribute(name: $0) } }
  private static func a(_ name: String) -> Attribute { Attribute(name: name) }

  private static let window = named("auto_pad", "kernel_shape", "pads", "strides")
  private static let reduction = [
    a("keepdims"), a("axes").before(18), a("noop_with_empty_axes").since(18),
  ]
  private static let normalization = [a("epsilon"), a("stash_type").withoutEffect]

  /// Operators that have none are here, too.
  static let attributes: [String: [Attribute]] = [
    "Conv": window + named("dilations", "group"),
    "Gemm": named("alpha", "beta", "transA", "transB"),
    "MatMul": [],
    "BatchNormalization": [
      a("epsilon"), a("momentum").withoutEffect, a("spatial").before(9),
      a("training_mode").since(14),
    ],
    "LayerNormalization": normalization + [a("axis")],
    "InstanceNormalization": named("epsilon"),
    "GroupNormalization": [a("num_groups"), a("epsilon"), a("stash_type").since(21).withoutEffect],
    "LRN": named("alpha", "beta", "bias", "size"),
    "Softmax": named("axis"),
    "LogSoftmax": named("axis"),
    "Relu": [], "Sigmoid": [], "Tanh": [], "Exp": [], "Sqrt": [], "Abs": [], "Neg": [],
    "PRelu": [], "HardSwish": [], "Erf": [], "Log": [], "Sign": [], "Reciprocal": [], "Pow": [],
    "LeakyRelu": named("alpha"),
    "Clip": [a("min").before(11), a("max").before(11)],
    "HardSigmoid": named("alpha", "beta"),
    "Swish": named("alpha"),
    "Elu": named("alpha"),
    "MaxPool": window + [
      a("ceil_mode").since(10), a("dilations").since(10), a("storage_order").since(8).withoutEffect,
    ],
    "AveragePool": window + [
      a("ceil_mode").since(10), a("dilations").since(19), a("count_include_pad"),
    ],
    "GlobalAveragePool": [], "GlobalMaxPool": [],
    "ReduceMean": reduction, "ReduceMax": reduction, "ReduceMin": reduction,
    "ReduceProd": reduction,
    "ReduceSum": [a("keepdims"), a("axes").before(13), a("noop_with_empty_axes").since(13)],
    "Add": [], "Sub": [], "Mul": [], "Div": [], "Sum": [], "Min": [], "Max": [],
    "Mod": [a("fmod").since(10)],
    "Equal": [], "Greater": [], "Less": [], "GreaterOrEqual": [], "LessOrEqual": [], "And": [],
    "Or": [], "Not": [], "Where": [], "Floor": [], "Ceil": [], "Round": [],
    "Concat": named("axis"),
    "Split": [a("axis"), a("split").before(13), a("num_outputs").since(18)],
    "Slice": [a("starts").before(10), a("ends").before(10), a("axes").before(10)],
    "Gather": named("axis"),
    "Flatten": named("axis"),
    "Reshape": [a("allowzero").since(14)],
    "Squeeze": [a("axes").before(13)],
    "Unsqueeze": [a("axes").before(13)],
    "Transpose": named("perm"),
    "Shape": [a("start").since(15), a("end").since(15)],
    "Tile": [], "Size": [], "Expand": [], "Identity": [],
    "Dropout": [a("ratio").before(12).withoutEffect, a("seed").since(12).withoutEffect],
    // Rounding and saturation of types of 8 bits, which are refused.
    "Cast": [
      a("to"), a("saturate").since(19).withoutEffect, a("round_mode").since(24).withoutEffect,
    ],
    "Constant": [
      a("value"), a("value_float").since(12), a("value_floats").since(12), a("value_int").since(12),
      a("value_ints").since(12),
    ],
    "ConstantOfShape": named("value"),
    "Range": [a("stash_type").since(27).withoutEffect],
    "Pad": [a("mode"), a("pads").before(11), a("value").before(11)],
    "Resize": [
      a("mode"), a("coordinate_transformation_mode").since(11), a("nearest_mode").since(11),
      a("axes").since(18), a("antialias").since(18), a("keep_aspect_ratio_policy").since(18),
      // Of the places outside, where linear weights have none, and of a mode that is refused.
      a("exclude_outside").since(11).withoutEffect,
      a("extrapolation_value").since(11).withoutEffect,
      a("cubic_coeff_a").since(11).withoutEffect,
    ],
    "Upsample": [a("mode"), a("scales").before(9)],
    "DepthToSpace": [a("blocksize"), a("mode").since(11)],
    "SpaceToDepth": [a("blocksize"), a("mode").since(28)],
  ]

  /// - Throws: `OnnxError` naming the first attribute that the operator does not have.
  static func check(_ node: NodeReader) throws {
    guard let known = attributes[node.proto.opType] else { return }
    let there = known.filter { $0.opsets.contains(node.opset) }.map(\.name)
    for attribute in node.proto.attribute where !there.contains(attribute.name) {
      let names = there.isEmpty ? "it has none" : "known are \(there.joined(separator: " "))"
      throw OnnxError(
        "attribute \(attribute.name.quoted) is not understood in operator set \(node.opset); \(names)"
      )
    }
  }
}
