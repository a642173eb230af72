// The dialect that convbench wrote and read at first. Files of then are read by it; see
// `DescriptorDialect`.

extension ConvolutionProblem {
  /// A missing field of one axis is that of the other, whatever else is given of it. `oh` and `ph`
  /// follow from one another.
  ///
  /// - Throws: `ProblemError`, a predicate about the descriptor.
  init(legacy fields: DescriptorFields) throws(ProblemError) {
    func required(_ key: String) throws(ProblemError) -> Int {
      guard let value = fields[key] else { throw ProblemError("lacks \(key)") }
      return value
    }
    func axis(_ suffix: Character) throws(ProblemError) -> LegacyAxis {
      let other: Character = suffix == "h" ? "w" : "h"
      func field(_ letter: String) -> Int? {
        fields["\(letter)\(suffix)"] ?? fields["\(letter)\(other)"]
      }
      func present(_ letter: String) throws(ProblemError) -> Int {
        if let value = field(letter) { return value }
        return try required("\(letter)h")
      }
      return try LegacyAxis(
        size: present("i"), kernel: present("k"), stride: field("s") ?? 1,
        dilation: (field("d") ?? 0) + 1, padding: field("p"), output: field("o"))
    }
    let (ic, oc) = (try required("ic"), try required("oc"))
    let (h, w) = (try axis("h"), try axis("w"))
    do {
      try self.init(
        batch: fields["mb"] ?? 2, groups: fields["g"] ?? 1, inputChannels: ic, outputChannels: oc,
        input: Extent(h.size, w.size), output: Extent(h.output, w.output),
        kernel: Extent(h.kernel, w.kernel), stride: Extent(h.stride, w.stride),
        dilation: Extent(h.dilation, w.dilation), paddingTop: h.padding, paddingLeft: w.padding)
    } catch {
      throw ProblemError("is none: \(error.description)", kind: error.kind)
    }
  }

  /// The canonical text: a width only where it differs from its height.
  var legacyText: String {
    var text = groups == 1 ? "" : "g\(groups)"
    text += "mb\(batch)ic\(inputChannels)"
    func pair(_ letter: String, _ extent: Extent, _ standard: Int? = nil) {
      if extent == Extent(standard ?? -1) { return }
      text += "\(letter)h\(extent.height)"
      if extent.width != extent.height { text += "\(letter)w\(extent.width)" }
    }
    pair("i", input)
    text += "oc\(outputChannels)"
    pair("o", output)
    pair("k", kernel)
    pair("s", stride, 1)
    pair("d", Extent(dilation.height - 1, dilation.width - 1), 0)
    let padding = Extent(paddingTop, paddingLeft)
    let inferred = Extent(
      LegacyAxis.inferredPadding(
        size: input.height, reach: reach.height, stride: stride.height, output: output.height),
      LegacyAxis.inferredPadding(
        size: input.width, reach: reach.width, stride: stride.width, output: output.width))
    if padding != Extent(0) || inferred != Extent(0) { pair("p", padding) }
    return text
  }
}

/// One spatial axis with what was missing inferred.
private struct LegacyAxis {
  let size: Int
  let kernel: Int
  let stride: Int
  let dilation: Int
  let padding: Int
  let output: Int

  init(
    size: Int, kernel: Int, stride: Int, dilation: Int, padding: Int?, output: Int?
  ) throws(ProblemError) {
    guard size > 0, kernel > 0, stride > 0 else {
      throw ProblemError("has an input, kernel or stride of 0")
    }
    let reach = (kernel - 1) * dilation + 1
    self.size = size
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    switch (padding, output) {
    case (let padding?, let output?): (self.padding, self.output) = (padding, output)
    case (let padding?, nil):
      self.padding = padding
      let room = size + 2 * padding - reach
      self.output = room < 0 ? 0 : room / stride + 1
    case (nil, let output?):
      self.output = output
      self.padding = Self.inferredPadding(
        size: size, reach: reach, stride: stride, output: output)
    case (nil, nil): throw ProblemError("lacks both oh and ph")
    }
  }

  static func inferredPadding(size: Int, reach: Int, stride: Int, output: Int) -> Int {
    max(0, ((output - 1) * stride + reach - size) / 2)
  }
}
