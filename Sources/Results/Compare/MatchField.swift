/// What rows of two result files can be matched by, or selected by within a file.
public enum MatchField: String, CaseIterable, Sendable {
  case network, problem, epilogue, batch, resolution, threads, isa, binding, choice, tool
  case toolVersion = "tool_version"
  case machine

  /// Networks, with everything that makes another amount of work or another use of the machine.
  public static let networks: [MatchField] = [.network, .batch, .resolution, .threads]
  /// Layers; the problem tells batch and size.
  public static let layers: [MatchField] = [.problem, .epilogue, .threads]

  /// Fields in a list such as `network,batch`.
  ///
  /// - Throws: `ComparisonError` naming what is no field.
  public static func list(_ text: String) throws -> [MatchField] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { try one(String($0)) }
  }

  static func one(_ name: String) throws -> MatchField {
    guard let field = MatchField(rawValue: name) else {
      let all = allCases.map(\.rawValue).joined(separator: ", ")
      throw ComparisonError("rows have no field \"\(name.prefix(40))\"; give some of \(all)")
    }
    return field
  }

  /// A key in words: names bare, other values behind the name of their field.
  static func words(_ fields: [MatchField], _ key: [String]) -> String {
    zip(fields, key).filter { !$1.isEmpty }.map { field, value in
      switch field {
      case .network, .problem, .epilogue: value
      default: "\(field.title) \(value)"
      }
    }.joined(separator: " ")
  }

  func value(_ row: MeasuredRow) -> String {
    let identity = row.identity
    return switch self {
    case .network: identity.network
    case .problem: row.problem
    case .epilogue: row.epilogue
    case .batch: "\(identity.batch)"
    case .resolution: identity.inputText
    case .threads: "\(identity.threads)"
    case .isa: identity.isa
    case .binding: identity.binding
    case .choice: identity.choice
    case .tool: identity.tool
    case .toolVersion: identity.toolVersion
    case .machine: identity.machine
    }
  }
}

extension RunIdentity {
  /// `224²`, or `224×320` (height first) where the input is no square.
  var inputText: String {
    inputWidth.map { "\(resolution)×\($0)" } ?? "\(resolution)²"
  }
}

/// A comparison that cannot be made: one line.
public struct ComparisonError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}
