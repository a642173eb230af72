/// Which rule a descriptor's text follows. Every text that was written down says which by the
/// version of its file: the formats of plans, stores and rows name the first with benchdnn's rule.
public enum DescriptorDialect: String, Hashable, Sendable, CaseIterable {
  /// oneDNN's: `str2desc`, `sanitize_desc` and `operator<<` of `tests/benchdnn`.
  case benchdnn
  /// What convbench wrote at first: a width is left out wherever it equals its height.
  case legacy

  /// The first plan format, version of a store's export, and schema of `layer` and `bench` rows
  /// with benchdnn's rule.
  public static let firstPlanFormat = 2
  public static let firstExportVersion = 2
  public static let firstRowSchema = 3

  /// - Parameters:
  ///   - version: of the file that a text stands in.
  ///   - first: the first version with benchdnn's rule.
  public init(version: Int, first: Int) { self = version >= first ? .benchdnn : .legacy }
}

extension CodingUserInfoKey {
  /// The dialect of the texts in what is decoded, a `DescriptorDialect`; benchdnn's where none is
  /// given.
  public static let descriptorDialect = CodingUserInfoKey(rawValue: "descriptorDialect")!
}

extension Decoder {
  public var descriptorDialect: DescriptorDialect {
    userInfo[.descriptorDialect] as? DescriptorDialect ?? .benchdnn
  }
}
