/// The text form of a problem is benchdnn's descriptor, e.g. `mb1ic64ih56oc64oh56kh3ph1`.
///
/// Fields in any order: `g mb ic ih iw oc oh ow kh kw sh sw ph pw dh dw`, each followed by a
/// number; `_` may stand between fields; `n"name"` ends the text. `ic` and `oc` count all groups,
/// `dh0` is a dense kernel. A missing width copies the height (and the reverse), missing `oh` and
/// `ph` follow from one another, missing `mb` is 2 as in benchdnn (so it is always printed).
extension ConvolutionProblem: LosslessStringConvertible, CustomStringConvertible {
  public init?(_ description: String) {
    guard let problem = try? ConvolutionProblem(descriptor: description) else { return nil }
    self = problem
  }

  /// - Throws: `ProblemError` naming the field that is unknown, repeated, missing or impossible.
  public init(descriptor: String) throws {
    let fields = try DescriptorFields(descriptor)
    func required(_ key: String) throws -> Int {
      guard let value = fields[key] else {
        throw ProblemError(
          "descriptor \"\(descriptor)\" lacks \(key), e.g. mb1ic64ih56oc64oh56kh3ph1")
      }
      return value
    }
    func axis(_ suffix: Character) throws -> Axis {
      let other: Character = suffix == "h" ? "w" : "h"
      func field(_ letter: String) -> Int? {
        fields["\(letter)\(suffix)"] ?? fields["\(letter)\(other)"]
      }
      func present(_ letter: String) throws -> Int {
        if let value = field(letter) { return value }
        return try required("\(letter)h")
      }
      return try Axis(
        size: present("i"), kernel: present("k"), stride: field("s") ?? 1,
        dilation: (field("d") ?? 0) + 1, padding: field("p"), output: field("o"))
    }
    let (h, w): (Axis, Axis)
    let (ic, oc) = (try required("ic"), try required("oc"))
    do {
      (h, w) = (try axis("h"), try axis("w"))
      try self.init(
        batch: fields["mb"] ?? 2, groups: fields["g"] ?? 1, inputChannels: ic, outputChannels: oc,
        input: Extent(h.size, w.size), output: Extent(h.output, w.output),
        kernel: Extent(h.kernel, w.kernel), stride: Extent(h.stride, w.stride),
        dilation: Extent(h.dilation, w.dilation), paddingTop: h.padding, paddingLeft: w.padding)
    } catch let error as ProblemError {
      if error.description.hasPrefix("descriptor") { throw error }
      throw ProblemError("descriptor \"\(descriptor)\": \(error.description)")
    }
  }

  /// The canonical text: fields in benchdnn's order, a width only where it differs from its
  /// height, defaults left out, the batch always written.
  public var description: String {
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
    let dilated = Extent(dilation.height - 1, dilation.width - 1)
    pair("d", dilated, 0)
    // Written even when 0 if benchdnn would infer something else from the output.
    let padding = Extent(paddingTop, paddingLeft)
    let inferred = Extent(
      Axis.inferredPadding(
        size: input.height, reach: reach.height, stride: stride.height, output: output.height),
      Axis.inferredPadding(
        size: input.width, reach: reach.width, stride: stride.width, output: output.width))
    if padding != Extent(0) || inferred != Extent(0) { pair("p", padding) }
    return text
  }
}

/// One spatial axis of a descriptor with what was missing inferred.
private struct Axis {
  let size: Int
  let kernel: Int
  let stride: Int
  let dilation: Int
  let padding: Int
  let output: Int

  init(size: Int, kernel: Int, stride: Int, dilation: Int, padding: Int?, output: Int?) throws {
    guard size > 0, kernel > 0, stride > 0 else {
      throw ProblemError("input, kernel and stride must be at least 1")
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
    case (nil, nil): throw ProblemError("lacks both oh and ph; give one of them")
    }
  }

  /// benchdnn's rule: half of what the output needs beyond the input, never negative.
  static func inferredPadding(size: Int, reach: Int, stride: Int, output: Int) -> Int {
    max(0, ((output - 1) * stride + reach - size) / 2)
  }
}

/// The numbers of a descriptor by field name.
struct DescriptorFields {
  private var values: [String: Int] = [:]
  /// The trailing `n"…"`, if there was one.
  private(set) var name: String?

  private static let known: Set<String> = [
    "g", "mb", "ic", "ih", "iw", "oc", "oh", "ow", "kh", "kw", "sh", "sw", "ph", "pw", "dh", "dw",
  ]

  subscript(key: String) -> Int? { values[key] }

  init(_ text: String) throws {
    guard text.utf8.count <= 1024 else {
      throw ProblemError("descriptor longer than 1024 bytes")
    }
    var rest = Substring(text)
    while let first = rest.first {
      if first == "_" {
        rest.removeFirst()
        continue
      }
      if rest.hasPrefix("n\"") {
        let quoted = rest.dropFirst(2)
        guard let end = quoted.firstIndex(of: "\""), quoted.index(after: end) == quoted.endIndex
        else { throw ProblemError("descriptor \"\(text)\": n\"name\" must end the text") }
        name = String(quoted[..<end])
        break
      }
      let key = String(rest.prefix { $0.isASCII && $0.isLetter })
      rest = rest.dropFirst(key.count)
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard Self.known.contains(key) else {
        let shown = key.isEmpty ? String(first) : key
        throw ProblemError(
          "descriptor \"\(text)\": unknown field \"\(shown)\"; known are "
            + Self.known.sorted().joined(separator: " "))
      }
      guard let value = Int(digits), value <= ConvolutionProblem.fieldLimit else {
        throw ProblemError(
          "descriptor \"\(text)\": \(key) needs a number up to \(ConvolutionProblem.fieldLimit)")
      }
      guard values.updateValue(value, forKey: key) == nil else {
        throw ProblemError("descriptor \"\(text)\": \(key) is given twice")
      }
    }
  }
}

extension ConvolutionProblem: Codable {
  public init(from decoder: any Decoder) throws {
    try self.init(descriptor: decoder.singleValueContainer().decode(String.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
