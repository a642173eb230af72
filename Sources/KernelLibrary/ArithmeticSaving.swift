/// How a schedule multiplies less than the definition.
public struct ArithmeticSaving: Hashable, Sendable {
  /// In the literature's words, such as `F(4, 3)` or `rank 96`.
  public let name: String
  /// Of one run.
  public let multiplications: Double

  public init(_ name: String, multiplications: Double) {
    self.name = name
    self.multiplications = multiplications
  }
}
