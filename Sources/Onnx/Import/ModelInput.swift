import Convolution

/// The one input that a network computes from, with the shape that is asked for.
struct ModelInput {
  let name: String
  let shape: TensorShape
  let view: AxisView

  /// - Throws: `OnnxError` where the model has several inputs, an unknown extent, or another shape
  ///   than asked for.
  init(_ plan: ModelPlan, options: ImportOptions) throws {
    let inputs = plan.inputs
    guard let input = inputs.first else { throw OnnxError("its output depends on no input") }
    guard inputs.count == 1 else {
      throw OnnxError(
        "has \(inputs.count) inputs (\(Self.names(inputs))); networks with one are supported")
    }
    name = input.name
    let type = input.type.tensorType
    guard input.type.value != nil, type.elemType == Int32(Onnx_TensorProto.DataType.float.rawValue)
    else { throw OnnxError("input \(name.quoted) is no tensor of float32") }
    let asked = try Self.asked(options, name) ?? (type.hasShape ? nil : options.fallback)
    guard type.hasShape || asked != nil else {
      throw OnnxError(
        "input \(name.quoted) has no shape; give it, e.g. --shape "
          + "\(name.printable(limit: 40))=1x3x224x224")
    }
    let dims = type.hasShape ? type.shape.dim : []
    var extents = try Self.extents(dims, asked: asked, options: options, name: name)
    guard extents.count == 4 || extents.count == 2 else {
      throw OnnxError(
        "input \(name.quoted) is \(Constant.text(extents)); batch, channels, height and width are "
          + "needed (or batch and channels)")
    }
    _ = try Constant.count(extents)
    guard 1...4096 ~= extents[0] else {
      throw OnnxError("input \(name.quoted) has a batch of \(extents[0]); 1 to 4096 are possible")
    }
    // Exporters of channels-last networks begin with this move; the input then is what is behind.
    if extents.count == 4, let first = plan.readers(of: name), !first.isEmpty,
      first.allSatisfy(Self.movesChannelsForward)
    {
      extents = [extents[0], extents[3], extents[1], extents[2]]
      shape = TensorShape(
        batch: extents[0], channels: extents[1], height: extents[2], width: extents[3])
      view = AxisView(shape).transposed([0, 2, 3, 1])
      return
    }
    let all = extents + [1, 1]
    shape = TensorShape(batch: all[0], channels: all[1], height: all[2], width: all[3])
    view = AxisView(shape, rank: extents.count)
  }

  private static func movesChannelsForward(_ node: Onnx_NodeProto) -> Bool {
    node.opType == "Transpose" && node.attribute.first { $0.name == "perm" }?.ints == [0, 3, 1, 2]
  }

  private static func names(_ inputs: [Onnx_ValueInfoProto]) -> String {
    inputs.prefix(4).map { $0.name.quoted }.joined(separator: ", ")
      + (inputs.count > 4 ? ", …" : "")
  }

  private static func asked(_ options: ImportOptions, _ name: String) throws -> [Int]? {
    for asked in options.shapes.keys where !asked.isEmpty && asked != name {
      throw OnnxError("has no input \(asked.quoted); its input is \(name.quoted)")
    }
    return options.shapes[name] ?? options.shapes[""]
  }

  /// A shape that fits: what is open is filled in as images mostly are.
  private static func proposal(_ known: [Int?]) -> String {
    known.enumerated().map { index, extent in
      String(extent ?? (index == 0 ? 1 : index == 1 && known.count > 2 ? 3 : 224))
    }.joined(separator: "x")
  }

  /// The model's extents where it has them; the options' where it leaves them open.
  private static func extents(
    _ dims: [Onnx_TensorShapeProto.Dimension], asked: [Int]?, options: ImportOptions, name: String
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
    let fallback = options.fallback?.count == known.count ? options.fallback : nil
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
