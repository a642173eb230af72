import Convolution

extension DescriptorDialect {
  /// A column's text of a row of an older schema as one of this version writes it. What is no
  /// problem stays: reading the problem names it.
  static func translated(_ text: String, ofRowSchema version: Int) -> String {
    let dialect = DescriptorDialect(version: version, first: firstRowSchema)
    guard dialect == .legacy, !text.isEmpty,
      let problem = try? ConvolutionProblem(descriptor: text, dialect: dialect)
    else { return text }
    return problem.description
  }
}
