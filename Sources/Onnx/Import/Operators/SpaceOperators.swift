import Convolution
import Networks

/// Borders and resolutions.
enum SpaceOperators {
  static func pad(_ call: OperatorCall) throws -> [Value] {
    var tensor = try call.runtime()
    let rank = tensor.view.rank
    guard var pads = try call.list("pads", input: 1, since: 11) else {
      throw OnnxError("has no pads")
    }
    let axes = call.opset >= 18 ? try call.optional(3, "axes").map { try $0.ints() } : nil
    let dims = try (axes ?? Array(0..<rank)).map { try call.dimension($0, of: rank) }
    guard pads.count == 2 * dims.count,
      pads.allSatisfy({ -ConvolutionProblem.fieldLimit...ConvolutionProblem.fieldLimit ~= $0 })
    else {
      throw OnnxError("pads is \(pads.prefix(10)); two numbers per dimension are needed")
    }
    // Negative borders are cut off first.
    for (index, dim) in dims.enumerated() {
      let cut = (before: max(-pads[index], 0), behind: max(-pads[index + dims.count], 0))
      let extent = tensor.view.extents[dim]
      guard cut != (0, 0) else { continue }
      guard cut.before + cut.behind < extent else {
        throw OnnxError("pads is \(pads.prefix(10)), which leaves nothing of \(extent)")
      }
      tensor = try ChannelOperators.select(
        call, tensor, dim, Array(cut.before..<extent - cut.behind))
    }
    pads = pads.map { max($0, 0) }
    var before = [0, 0, 0, 0]
    var behind = [0, 0, 0, 0]
    guard rank <= 4 else { throw OnnxError("pads \(rank) dimensions; at most 4 are supported") }
    for (index, dim) in dims.enumerated() {
      before[dim] += pads[index]
      behind[dim] += pads[index + dims.count]
    }
    guard before[0] == 0, behind[0] == 0 else { throw OnnxError("pads the batch") }
    let mode = try mode(call)
    let space = Halo(top: before[2], left: before[3], bottom: behind[2], right: behind[3])
    let isOnlySpace = before[1] == 0 && behind[1] == 0
    if isOnlySpace && space == .none { return [.tensor(tensor)] }
    let node = try call.plain(tensor, ranks: 2...4)
    if isOnlySpace, mode == .constant(0), rank == 4, pads.allSatisfy({ $0 <= Windows.reachLimit }),
      isReadByConvolutions(call)
    {
      return [
        .padded(Runtime(node: node, view: AxisView(call.importer.builder.shape(node))), space)
      ]
    }
    return [
      try call.append(
        .pad(
          PadAttributes(
            space: space, channelsBefore: before[1], channelsBehind: behind[1], mode: mode)),
        [node], rank: rank)
    ]
  }

  private static func mode(_ call: OperatorCall) throws -> PadAttributes.Mode {
    switch try call.node.text("mode", "constant") {
    case "constant":
      if call.opset < 11 { return .constant(try call.node.float("value", 0)) }
      guard let value = try call.optional(2, "value") else { return .constant(0) }
      guard value.count == 1 else { throw OnnxError("value must be one number") }
      return .constant(value.floats[0])
    case "edge": return .edge
    case "reflect": return .reflect
    case let other:
      throw OnnxError("mode is \(other.quoted); constant, edge and reflect are supported")
    }
  }

  /// Zeros in front of convolutions are their padding.
  private static func isReadByConvolutions(_ call: OperatorCall) -> Bool {
    guard let name = call.node.proto.output.first, let readers = call.importer.readers(of: name)
    else { return false }
    return readers.allSatisfy { reader in
      reader.opType == "Conv" && reader.input.first == name
        && !reader.attribute.contains {
          $0.name == "auto_pad" && !$0.s.elementsEqual("NOTSET".utf8)
        }
    }
  }

  static func resize(_ call: OperatorCall) throws -> [Value] {
    let node = try call.plain(try call.runtime())
    let input = call.importer.builder.shape(node)
    let isOld = call.opset < 11
    let (sizes, scales) = try targets(
      call, [input.batch, input.channels, input.height, input.width])
    let coordinates = try coordinates(call, isOld: isOld)
    let mode: ResizeAttributes.Mode
    switch try call.node.text("mode", "nearest") {
    case "nearest":
      let name = try call.node.text("nearest_mode", "round_prefer_floor")
      guard let rounding = ResizeAttributes.Rounding(rawValue: name), rounding != .simple else {
        throw OnnxError("nearest_mode is \(name.quoted)")
      }
      mode = .nearest(isOld ? .simple : rounding)
    case "linear", "bilinear":
      guard try !call.node.flag("antialias") || (scales[2] >= 1 && scales[3] >= 1) else {
        throw OnnxError("antialias is set")
      }
      mode = .linear
    case "cubic":
      guard try !call.node.flag("antialias") || (scales[2] >= 1 && scales[3] >= 1) else {
        throw OnnxError("antialias is set")
      }
      mode = .cubic(
        coefficient: try call.node.float("cubic_coeff_a", -0.75),
        excludesOutside: try call.node.flag("exclude_outside"))
    case let other:
      throw OnnxError("mode is \(other.quoted); nearest, linear and cubic are supported")
    }
    return [
      try call.append(
        .resize(
          ResizeAttributes(
            rows: .init(size: sizes[2], scale: scales[2]),
            columns: .init(size: sizes[3], scale: scales[3]), mode: mode,
            coordinates: coordinates)), [node])
    ]
  }

  private static func coordinates(_ call: OperatorCall, isOld: Bool) throws
    -> ResizeAttributes.Coordinates
  {
    if isOld { return .asymmetric }
    let name = try call.node.text("coordinate_transformation_mode", "half_pixel")
    guard let mode = ResizeAttributes.Coordinates(rawValue: name) else {
      let known = ResizeAttributes.Coordinates.allCases.map(\.rawValue)
      throw OnnxError(
        "coordinate_transformation_mode is \(name.quoted); known are "
          + known.joined(separator: " "))
    }
    return mode
  }

  /// Extents of the result, and its scales, of all four dimensions.
  private static func targets(_ call: OperatorCall, _ input: [Int]) throws -> ([Int], [Double]) {
    guard try call.node.text("keep_aspect_ratio_policy", "stretch") == "stretch" else {
      throw OnnxError("keep_aspect_ratio_policy must be stretch")
    }
    let scaleInput = call.opset < 11 ? 1 : 2
    var scales: [Double]?
    if call.opset < 9 {
      scales = try call.node.floats("scales")?.map(Double.init)
    } else if let constant = try call.optional(scaleInput, "scales"), constant.count > 0 {
      scales = constant.floats.map(Double.init)
    }
    let sizes = call.opset < 11 ? nil : try call.optional(3, "sizes").map { try $0.ints() }
    let axes = try (try call.node.ints("axes") ?? [0, 1, 2, 3]).map {
      try call.dimension($0, of: 4)
    }
    guard let count = (scales?.count ?? sizes?.count), count == axes.count,
      Set(axes).count == count
    else { throw OnnxError("needs constant scales or sizes, one per dimension") }
    var result = (sizes: input, scales: [1.0, 1, 1, 1])
    for (index, axis) in axes.enumerated() {
      if let scale = scales?[index] {
        // In 32 bits, as the exporters' factors (output by input) are: 10 by 2.3 is 23 there.
        let size = Double((Float(input[axis]) * Float(scale)).rounded(.down))
        guard scale > 0, size >= 1, size <= Double(ConvolutionProblem.fieldLimit) else {
          throw OnnxError("scales \(input[axis]) by \(scale)")
        }
        result.sizes[axis] = Int(size)
        result.scales[axis] = scale
      } else if let size = sizes?[index] {
        guard 1...ConvolutionProblem.fieldLimit ~= size else {
          throw OnnxError("resizes \(input[axis]) to \(size)")
        }
        result.sizes[axis] = size
        result.scales[axis] = Double(size) / Double(input[axis])
      }
    }
    guard result.sizes.prefix(2) == input.prefix(2) else {
      throw OnnxError("resizes batch or channels; height and width are supported")
    }
    return result
  }

  static func depthToSpace(_ call: OperatorCall) throws -> [Value] {
    let node = try call.plain(try call.runtime())
    let name = call.opset < 11 ? "DCR" : try call.node.text("mode", "DCR")
    guard let order = DepthOrder(rawValue: name), let block = try call.node.int("blocksize") else {
      throw OnnxError("needs a blocksize, and a mode of DCR or CRD")
    }
    return [try call.append(.depthToSpace(block: block, order: order), [node])]
  }

  /// Every phase of the squares is a slice; they are joined as channels.
  static func spaceToDepth(_ call: OperatorCall) throws -> [Value] {
    let node = try call.plain(try call.runtime())
    let shape = call.importer.builder.shape(node)
    guard let block = try call.node.int("blocksize"), 1...64 ~= block,
      shape.height % block == 0, shape.width % block == 0
    else { throw OnnxError("needs a blocksize that divides \(shape.height)×\(shape.width)") }
    // Before operator set 28 the attribute was not there.
    let name = try call.node.text("mode", "DCR")
    guard let order = DepthOrder(rawValue: name) else {
      throw OnnxError("mode is \(name.quoted); DCR and CRD are known")
    }
    var phases: [Int] = []
    for y in 0..<block {
      for x in 0..<block {
        let slice = SliceAttributes(
          rows: AxisSlice(first: y, count: shape.height / block, step: block),
          columns: AxisSlice(first: x, count: shape.width / block, step: block))
        phases.append(
          try call.importer.append(.slice(slice), [node], name: call.node.name + "/phase"))
      }
    }
    if order == .depthFirst { return [try call.append(.concatenation, phases)] }
    let joined = try call.importer.append(
      .concatenation, phases, name: call.node.name + "/phases")
    try call.importer.spend(shape.channels * block * block)
    // Channels of one phase after the other become phases of one channel after the other.
    let list = (0..<shape.channels).flatMap { c in
      (0..<block * block).map { $0 * shape.channels + c }
    }
    return [try call.append(.gatherChannels(list), [joined])]
  }
}

extension SpaceOperators {
  static let rows: [OperatorRow] = [
    OperatorRow("Pad", ["mode", Attribute("pads").before(11), Attribute("value").before(11)], pad),
    // Without effect: values outside, of coordinates that are refused.
    OperatorRow(
      "Resize",
      [
        "mode", Attribute("coordinate_transformation_mode").since(11),
        Attribute("nearest_mode").since(11), Attribute("axes").since(18),
        Attribute("antialias").since(18), Attribute("keep_aspect_ratio_policy").since(18),
        Attribute("exclude_outside").since(11),
        Attribute("extrapolation_value").since(11).withoutEffect,
        Attribute("cubic_coeff_a").since(11),
      ], resize),
    OperatorRow("Upsample", ["mode", Attribute("scales").before(9)], resize),
    OperatorRow("DepthToSpace", ["blocksize", Attribute("mode").since(11)], depthToSpace),
    OperatorRow("SpaceToDepth", ["blocksize", Attribute("mode").since(28)], spaceToDepth),
  ]
}
