/// An array file that cannot be used: one line with its path, what is wrong and what would be right.
public struct ArrayError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}
