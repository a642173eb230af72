/// The parameters of a strategy for one problem: a struct whose fields are described once. Text,
/// reading and checking, `convbench kernels` and whatever goes over parameters follow from it.
public protocol StrategySchedule: Hashable, Sendable {
  /// In the order of listings; names are unlike.
  static var parameters: [ScheduleParameter<Self>] { get }
  /// To read into: what it holds means nothing.
  init()
}

/// A field of a schedule: its name in texts, what it means, what it may be.
public struct ScheduleParameter<Schedule: StrategySchedule>: Sendable {
  public let name: String
  public let meaning: String
  public let domain: ParameterDomain
  let number: @Sendable (Schedule) -> Int
  let store: @Sendable (inout Schedule, Int) -> Void

  public init(
    _ name: String, _ path: WritableKeyPath<Schedule, Int> & Sendable, _ domain: ParameterDomain,
    _ meaning: String
  ) {
    self.name = name
    self.meaning = meaning
    self.domain = domain
    number = { $0[keyPath: path] }
    store = { $0[keyPath: path] = $1 }
  }

  /// 1 where it is true, 0 where it is not.
  public init(
    _ name: String, _ path: WritableKeyPath<Schedule, Bool> & Sendable, _ meaning: String
  ) {
    self.name = name
    self.meaning = meaning
    domain = .range(0...1)
    number = { $0[keyPath: path] ? 1 : 0 }
    store = { $0[keyPath: path] = $1 == 1 }
  }
}

/// The values that a parameter may have, whatever the problem.
public enum ParameterDomain: Hashable, Sendable {
  case range(ClosedRange<Int>)
  /// Ascending.
  case oneOf([Int])
  /// From 1 up to what no machine has.
  public static let count = ParameterDomain.range(1...1 << 24)

  public func contains(_ value: Int) -> Bool {
    switch self {
    case .range(let range): range.contains(value)
    case .oneOf(let values): values.contains(value)
    }
  }
}

extension ParameterDomain: CustomStringConvertible {
  /// Such as `from 1 to 4`, or `2, 4 or 6`.
  public var description: String {
    switch self {
    case .range(let range): "from \(range.lowerBound) to \(range.upperBound)"
    case .oneOf(let values):
      values.count < 2
        ? values.map(String.init).joined()
        : values.dropLast().map(String.init).joined(separator: ", ") + " or \(values.last ?? 0)"
    }
  }
}

extension StrategySchedule {
  /// The schedule as plans, stores and the command line have it.
  public var configuration: Configuration {
    var values: [String: Int] = [:]
    for parameter in Self.parameters { values[parameter.name] = parameter.number(self) }
    return Configuration(values)
  }

  /// - Throws: `ConfigurationError` where a parameter is missing, unknown, or outside its domain.
  public init(_ configuration: Configuration) throws {
    self.init()
    for parameter in Self.parameters {
      guard let value = configuration.values[parameter.name] else {
        throw ConfigurationError("configuration \"\(configuration)\" lacks \(parameter.name)")
      }
      try configuration.require(parameter.name, in: parameter.domain)
      parameter.store(&self, value)
    }
    let known = Self.parameters.map(\.name)
    if let foreign = configuration.values.keys.sorted().first(where: { !known.contains($0) }) {
      throw ConfigurationError(
        "configuration \"\(configuration)\": there is no parameter \(foreign), only "
          + known.joined(separator: ", "))
    }
  }

  /// As far as the configuration, of whatever version, tells; nil where it lacks the parameter that is
  /// described first, the one that makes the algorithm.
  init?(recorded configuration: Configuration) {
    self.init()
    for (index, parameter) in Self.parameters.enumerated() {
      if let value = configuration.values[parameter.name], parameter.domain.contains(value) {
        parameter.store(&self, value)
      } else if index == 0 {
        return nil
      }
    }
  }

  /// Checks a parameter against what the problem or the kernels leave of its domain.
  ///
  /// - Throws: `ConfigurationError`
  func require(_ name: String, in range: ClosedRange<Int>) throws {
    try configuration.require(name, in: .range(range))
  }
}

extension Configuration {
  fileprivate func require(_ name: String, in domain: ParameterDomain) throws {
    guard let value = values[name], domain.contains(value) else {
      throw ConfigurationError("configuration \"\(self)\": \(name) must be \(domain)")
    }
  }
}
