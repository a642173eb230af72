/// The text form of a problem is benchdnn's descriptor, e.g. `mb1ic64ih56oc64oh56kh3ph1`; see
/// `docs/descriptors.md`.
extension ConvolutionProblem: LosslessStringConvertible, CustomStringConvertible {
  public init?(_ description: String) {
    guard let problem = try? ConvolutionProblem(descriptor: description) else { return nil }
    self = problem
  }

  /// - Throws: `ProblemError` naming the field that is unknown, repeated, missing or impossible.
  public init(descriptor: String) throws {
    try self.init(descriptor: descriptor, dialect: .benchdnn)
  }

  /// - Throws: `ProblemError` naming the field that is unknown, repeated, missing or impossible.
  public init(descriptor: String, dialect: DescriptorDialect) throws {
    self = try ProblemText(descriptor, dialect: dialect).problem
  }

  /// The canonical text, which benchdnn reads as the same problem: as soon as one width differs from
  /// its height all heights and widths, else heights alone; the batch always, and otherwise what is
  /// not the default.
  public var description: String {
    let padding = Extent(paddingTop, paddingLeft)
    let holes = Extent(dilation.height - 1, dilation.width - 1)
    let isSquare = [input, output, kernel, stride, holes, padding].allSatisfy {
      $0.height == $0.width
    }
    // Left out only where benchdnn infers just this from the output.
    let inferred = Extent(
      DescriptorAxis.inferredPadding(
        input: input.height, reach: reach.height, stride: stride.height, output: output.height),
      DescriptorAxis.inferredPadding(
        input: input.width, reach: reach.width, stride: stride.width, output: output.width))
    func pair(_ letter: String, _ extent: Extent) -> String {
      "\(letter)h\(extent.height)" + (isSquare ? "" : "\(letter)w\(extent.width)")
    }
    return (groups == 1 ? "" : "g\(groups)") + "mb\(batch)"
      + "ic\(inputChannels)" + pair("i", input)
      + "oc\(outputChannels)" + pair("o", output)
      + pair("k", kernel)
      + (stride == Extent(1) ? "" : pair("s", stride))
      + (holes == Extent(0) ? "" : pair("d", holes))
      + (padding == Extent(0) && inferred == Extent(0) ? "" : pair("p", padding))
  }

  /// The canonical text of a dialect. (Identities of stored races were made of the legacy one.)
  public func text(_ dialect: DescriptorDialect) -> String {
    dialect == .legacy ? legacyText : description
  }
}

/// The canonical text. (Decoding is the reader's, who knows the dialect.)
extension ConvolutionProblem: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
