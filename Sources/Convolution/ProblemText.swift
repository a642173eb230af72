/// A problem as text, with the name that may stand behind it: `docs/descriptors.md`.
///
/// Everything that turns a descriptor into a problem does it here, in a stated dialect.
public struct ProblemText: Hashable, Sendable {
  public var problem: ConvolutionProblem
  /// Of `n"name"`, without the quotes.
  public var name: String?

  /// - Throws: `ProblemError` naming the field that is unknown, repeated, missing or impossible.
  public init(_ text: String, dialect: DescriptorDialect = .benchdnn) throws {
    let fields = try DescriptorFields(text, dialect: dialect)
    name = fields.name
    do {
      problem =
        switch dialect {
        case .benchdnn: try ConvolutionProblem(fields)
        case .legacy: try ConvolutionProblem(legacy: fields)
        }
    } catch {
      throw ProblemError("descriptor \"\(text)\" \(error.description)", kind: error.kind)
    }
  }
}

extension ConvolutionProblem {
  /// benchdnn's rule. Of every axis the input and the kernel are given; the output follows from the
  /// padding (0 if not given), or the padding from the output. An axis none of whose fields is
  /// given is a copy of the height; only widths are a convolution along one dimension, of height 1.
  fileprivate init(_ fields: DescriptorFields) throws(ProblemError) {
    func required(_ key: String) throws(ProblemError) -> Int {
      guard let value = fields[key] else {
        throw ProblemError("lacks \(key), e.g. mb1ic64ih56oc64oh56kh3ph1")
      }
      guard value > 0 else { throw ProblemError("has \(key)0; it must be at least 1") }
      return value
    }
    let (ic, oc) = (try required("ic"), try required("oc"))
    for key in ["g", "sd", "sh", "sw"] where fields[key] == 0 {
      throw ProblemError("has \(key)0; it must be at least 1")
    }
    if DescriptorAxis.isGiven("d", fields) {
      throw ProblemError(
        "has three spatial dimensions; one and two are supported", kind: .unsupported)
    }
    let height = try DescriptorAxis("h", fields)
    let width = try DescriptorAxis("w", fields)
    guard let w = width ?? height else {
      throw ProblemError("lacks ih, e.g. mb1ic64ih56oc64oh56kh3ph1")
    }
    let h = height ?? .single
    do {
      try self.init(
        batch: fields["mb"] ?? 2, groups: fields["g"] ?? 1, inputChannels: ic, outputChannels: oc,
        input: Extent(h.input, w.input), output: Extent(h.output, w.output),
        kernel: Extent(h.kernel, w.kernel), stride: Extent(h.stride, w.stride),
        dilation: Extent(h.dilation, w.dilation), paddingTop: h.padding, paddingLeft: w.padding)
    } catch {
      throw ProblemError("is none: \(error.description)", kind: error.kind)
    }
  }
}

/// One spatial axis of a descriptor by benchdnn's rule.
struct DescriptorAxis {
  var input = 1
  var kernel = 1
  var output = 1
  var stride = 1
  /// Distance of two taps: the text's field and one.
  var dilation = 1
  var padding = 0

  /// What is not there: one pixel, one tap.
  static let single = DescriptorAxis()

  private init() {}

  /// Whether anything is said about an axis that would not hold of one that is not there.
  static func isGiven(_ axis: Character, _ fields: DescriptorFields) -> Bool {
    ["i", "k", "o", "d", "p"].contains { (fields["\($0)\(axis)"] ?? 0) > 0 }
      || fields["s\(axis)"] ?? 1 != 1
  }

  /// nil where nothing is said about it.
  ///
  /// - Throws: `ProblemError`, a predicate about the descriptor.
  init?(_ axis: Character, _ fields: DescriptorFields) throws(ProblemError) {
    guard Self.isGiven(axis, fields) else { return nil }
    func required(_ letter: String) throws(ProblemError) -> Int {
      guard let value = fields["\(letter)\(axis)"], value > 0 else {
        let rule =
          axis == "w" ? "; widths are given whole, or not at all where they equal the heights" : ""
        throw ProblemError("lacks \(letter)\(axis)\(rule)")
      }
      return value
    }
    input = try required("i")
    kernel = try required("k")
    stride = fields["s\(axis)"] ?? 1
    dilation = (fields["d\(axis)"] ?? 0) + 1
    let reach = (kernel - 1) * dilation + 1
    if let given = fields["o\(axis)"], given > 0 {
      output = given
      padding =
        fields["p\(axis)"]
        ?? Self.inferredPadding(input: input, reach: reach, stride: stride, output: output)
      guard padding >= 0 else {
        throw ProblemError(
          "has an o\(axis) that uses only a part of the input: the padding would be \(padding); "
            + "give p\(axis)")
      }
    } else {
      padding = fields["p\(axis)"] ?? 0
      output = (input - reach + 2 * padding) / stride + 1
      guard output > 0 else {
        throw ProblemError(
          "gives o\(axis) no pixel: the kernel reaches over \(reach) of \(input + 2 * padding)")
      }
    }
  }

  /// Half of what the output needs beyond the input; below 0 where it needs less, rounded towards 0
  /// as C++ does.
  static func inferredPadding(input: Int, reach: Int, stride: Int, output: Int) -> Int {
    ((output - 1) * stride - input + reach) / 2
  }
}
