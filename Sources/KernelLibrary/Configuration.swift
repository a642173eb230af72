/// The parameters of a strategy for one problem as a text: names and whole numbers, whatever strategy
/// they are of (`StrategySchedule`).
///
/// Text form `columns=2,pixels=14`, sorted by name; empty for no parameters.
public struct Configuration: Hashable, Sendable, LosslessStringConvertible {
  public private(set) var values: [String: Int]

  public init(_ values: [String: Int] = [:]) { self.values = values }

  public var description: String {
    values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
  }

  public init?(_ description: String) {
    values = [:]
    if description.isEmpty { return }
    guard description.utf8.count <= 256 else { return nil }
    for part in description.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty,
        sides[0].allSatisfy({ $0.isASCII && $0.isLetter }), let value = Int(sides[1]),
        (0...1 << 30).contains(value), values.updateValue(value, forKey: String(sides[0])) == nil
      else { return nil }
    }
  }
}

extension Configuration: Codable {
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let configuration = Configuration(text) else {
      throw ConfigurationError(
        "configuration \"\(text.prefix(60))\" is not of the form name=number,name=number")
    }
    self = configuration
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// A strategy with its configuration: what the tuner times and a plan names.
public struct Candidate: Hashable, Sendable, Codable, CustomStringConvertible {
  public let strategy: String
  public let configuration: Configuration

  public init(strategy: String, configuration: Configuration) {
    self.strategy = strategy
    self.configuration = configuration
  }

  public var description: String {
    configuration.values.isEmpty ? strategy : "\(strategy)(\(configuration))"
  }
}

/// A configuration that its strategy cannot run: one line saying which parameter and why.
public struct ConfigurationError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
