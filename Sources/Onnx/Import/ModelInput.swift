import Convolution
import Networks

/// An input that a network computes from, with the shape that is asked for.
struct ModelInput {
  let name: String
  let shape: TensorShape
  let view: AxisView

  /// How those who run the network give it.
  var interface: TensorInterface { TensorInterface(extents: view.extents, parts: view.parts) }

  /// How many inputs a network may have; every one is a tensor of its own.
  private static let limit = 256

  /// All inputs of a model, in its order, at least one.
  ///
  /// - Throws: `OnnxError` where there is none, an extent is unknown, or another shape is asked for
  ///   than the model has.
  static func all(_ plan: ModelPlan, options: ImportOptions) throws -> [ModelInput] {
    let inputs = plan.inputs
    guard !inputs.isEmpty else { throw OnnxError("its output depends on no input") }
    guard inputs.count <= limit else {
      throw OnnxError("has \(inputs.count) inputs; up to \(limit) are possible")
    }
    let names = inputs.map(\.name)
    let isOne = inputs.count == 1
    for asked in options.shapes.keys.sorted() where asked.isEmpty ? !isOne : !names.contains(asked)
    {
      let known = "\(isOne ? "its input is" : "its inputs are") \(Self.text(names))"
      throw OnnxError(
        asked.isEmpty
          ? "has \(names.count) inputs; name the one that a shape is for: \(known)"
          : "has no input \(asked.quoted); \(known)")
    }
    return try inputs.enumerated().map { index, input in
      let fallback = options.fallbacks.indices.contains(index) ? options.fallbacks[index] : nil
      return try ModelInput(input, plan, options: options, fallback: fallback)
    }
  }

  private init(
    _ input: Onnx_ValueInfoProto, _ plan: ModelPlan, options: ImportOptions, fallback: [Int]?
  ) throws {
    name = input.name
    let type = input.type.tensorType
    guard input.type.value != nil, type.elemType == Int32(Onnx_TensorProto.DataType.float.rawValue)
    else { throw OnnxError("input \(name.quoted) is no tensor of float32") }
    let asked = options.shapes[name] ?? options.shapes[""] ?? (type.hasShape ? nil : fallback)
    guard type.hasShape || asked != nil else {
      throw OnnxError(
        "input \(name.quoted) has no shape; give it, e.g. --shape "
          + "\(name.printable(limit: 40))=1x3x224x224")
    }
    let dims = type.hasShape ? type.shape.dim : []
    var extents = try Self.extents(
      dims, asked: asked, options: options, fallback: fallback, name: name)
    guard !extents.isEmpty else {
      throw OnnxError("input \(name.quoted) is a single number; a network has more to compute from")
    }
    _ = try Constant.count(extents)
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw OnnxError("input \(name.quoted) is \(Constant.text(extents)) and has no elements")
    }
    guard extents.count == 1 || 1...4096 ~= extents[0] else {
      throw OnnxError("input \(name.quoted) has a batch of \(extents[0]); 1 to 4096 are possible")
    }
    // Exporters of channels-last networks begin with this move; then the channels are in front
    // from the start.
    if extents.count == 4, Self.isMovedForward(name, plan) {
      extents = [extents[0], extents[3], extents[1], extents[2]]
      shape = AxisView.shape(for: extents)
      view = AxisView(shape).transposed([0, 2, 3, 1])
      return
    }
    shape = AxisView.shape(for: extents)
    guard let view = AxisView(shape, extents: extents) else {
      throw OnnxError("input \(name.quoted) is \(Constant.text(extents)); it cannot be laid out")
    }
    self.view = view
  }

  /// What exporters put in front of the move: types, scales, means, borders.
  private static let transparent: Set = [
    "Cast", "Identity", "Mul", "Div", "Sub", "Add", "Pad", "BatchNormalization", "Clip", "Relu",
    "Dropout",
  ]

  /// Whether all that reads the input, directly or behind such operators, moves its channels to the
  /// front.
  private static func isMovedForward(_ input: String, _ plan: ModelPlan) -> Bool {
    var open = [input]
    var seen: Set = [input]
    var isMoved = false
    while let name = open.popLast() {
      guard let readers = plan.readers(of: name) else { return false }
      for reader in readers {
        if reader.opType == "Transpose" {
          guard reader.attribute.first(where: { $0.name == "perm" })?.ints == [0, 3, 1, 2] else {
            return false
          }
          isMoved = true
        } else {
          guard transparent.contains(reader.opType), seen.count < 64 else { return false }
          for output in reader.output where seen.insert(output).inserted { open.append(output) }
        }
      }
    }
    return isMoved
  }

  private static func text(_ names: [String]) -> String {
    names.prefix(8).map(\.quoted).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
  }

  /// A shape that fits: what is open is filled in as images mostly are.
  private static func proposal(_ known: [Int?]) -> String {
    known.enumerated().map { index, extent in
      String(extent ?? (index == 0 ? 1 : index == 1 && known.count > 2 ? 3 : 224))
    }.joined(separator: "x")
  }

  /// The model's extents where it has them; the options' where it leaves them open.
  private static func extents(
    _ dims: [Onnx_TensorShapeProto.Dimension], asked: [Int]?, options: ImportOptions,
    fallback: [Int]?, name: String
  ) throws -> [Int] {
    let known = dims.map { dim -> Int? in
      if case .dimValue(let value)? = dim.value { value > 0 ? Int(value) : nil } else { nil }
    }
    let text = known.map { $0.map(String.init) ?? "?" }.joined(separator: "×")
    func refuse(_ what: String) -> OnnxError {
      OnnxError("input \(name.quoted) is \(text); \(what)")
    }
    if let asked {
      guard dims.isEmpty || asked.count == dims.count,
        zip(known, asked).allSatisfy({ $0 == nil || $0 == $1 })
      else { throw refuse("a shape of \(Constant.text(asked)) does not fit it") }
      if let batch = options.batch, asked.first != batch {
        throw refuse("--batch \(batch) and the given shape disagree")
      }
      return asked
    }
    let fallback = fallback?.count == known.count ? fallback : nil
    return try known.enumerated().map { index, extent in
      let isSpace = index >= 2 && known.count == 4
      let wanted = index == 0 ? options.batch : isSpace ? options.resolution : nil
      guard let extent else {
        if let extent = wanted ?? fallback?[index] { return extent }
        if index == 0 { return 1 }
        throw refuse(
          "give what is open, e.g. --shape \(name.printable(limit: 40))=\(proposal(known))")
      }
      guard wanted == nil || wanted == extent else {
        throw refuse("its \(index == 0 ? "batch" : "resolution") is fixed")
      }
      return extent
    }
  }
}
