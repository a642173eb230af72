/// One thing that timings depend on: as it was recorded, and as it is here.
public struct FieldComparison: Hashable, Sendable {
  public var field: String
  public var stored: String
  public var present: String
  /// What it means that they differ; nil where they are the same.
  public var difference: Difference?
}
