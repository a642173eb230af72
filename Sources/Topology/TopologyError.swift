/// Why a machine could not be described or a thread request could not be met.
public struct TopologyError: Error, CustomStringConvertible, Equatable, Sendable {
  /// One line: what, where, what would be right.
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}
