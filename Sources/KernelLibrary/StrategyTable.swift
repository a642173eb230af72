import Convolution

/// Every strategy, one line each. Order is the order of listings.
public enum StrategyTable {
  public static let all: [any ConvolutionStrategy] = [
    DirectStrategy(),
    PointwiseStrategy(),
    Im2colStrategy(),
    WinogradStrategy(),
    WinogradLineStrategy(),
    DepthwiseStrategy(),
    SeparableStrategy(),
  ]

  public static var names: [String] { all.map(\.name) }

  /// The one that applies to every problem: what others are compared with, and fall back to.
  public static let general: any ConvolutionStrategy = DirectStrategy()

  /// - Throws: `StrategyError` listing the known names.
  public static func strategy(named name: String) throws -> any ConvolutionStrategy {
    guard let found = all.first(where: { $0.name == name }) else {
      throw StrategyError(
        description: "unknown strategy \"\(name.prefix(40))\"; known are "
          + names.joined(separator: ", "))
    }
    return found
  }
}

/// A strategy name that is not in the table.
public struct StrategyError: Error, CustomStringConvertible {
  public let description: String
}
