/// What rows of two result files can be matched by, or selected by within a file: the columns that
/// say what was measured, where and with what, by their names.
public enum MatchField: String, CaseIterable, Sendable {
  case network, problem, epilogue, batch, resolution, threads, smt, isa, binding
  case choice, plan, fusion, strategies, strategy, configuration, kernels, tool
  case toolVersion = "tool_version"
  case commit, compiler, machine
  case machineID = "machine_id"
  case cpu, cores, node, label
  case osKernel = "os_kernel"
  case governor, boost, microcode, hypervisor, run

  /// Networks, with everything that makes another amount of work or another use of the machine.
  public static let networks: [MatchField] = [.network, .batch, .resolution, .threads]
  /// Layers; the problem tells batch and size.
  public static let layers: [MatchField] = [.problem, .epilogue, .threads]

  /// What has to be the same in runs whose times are pooled: everything but what is matched by
  /// anyway, and the run itself.
  static let identity: [MatchField] = allCases.filter {
    ![.network, .problem, .epilogue, .strategy, .configuration, .run].contains($0)
  }

  /// What differs between networks by itself, although one tool runs them in one way.
  var isOfNetwork: Bool {
    [.batch, .resolution, .plan, .fusion, .strategies, .kernels].contains(self)
  }

  /// What layers differ in within a run.
  var isOfLayer: Bool { [.problem, .epilogue, .strategy, .configuration].contains(self) }

  /// Fields in a list such as `network,batch`.
  ///
  /// - Throws: `ComparisonError` naming what is no field.
  public static func list(_ text: String) throws -> [MatchField] {
    try text.split(separator: ",", omittingEmptySubsequences: false).map { try one(String($0)) }
  }

  package static func one(_ name: String) throws -> MatchField {
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
    switch self {
    case .problem: row.problem
    case .epilogue: row.epilogue
    case .strategy: row.strategy
    case .configuration: row.configuration
    case .resolution: row.identity.inputText
    default: row.identity[rawValue]
    }
  }
}

extension RunIdentity {
  /// `224²`, or `224×320` (height first) where the input is no square.
  var inputText: String {
    inputWidth.map { "\(resolution)×\($0)" } ?? "\(resolution)²"
  }

  /// The text of a column of the files; empty for a name that is none.
  subscript(column: String) -> String { Self.texts[column]?(self) ?? "" }

  // Key paths without captures: nothing that two threads could change.
  nonisolated(unsafe) private static let texts = Dictionary(
    uniqueKeysWithValues: columns(\RunIdentity.self, identified: 1).map { ($0.name, $0.text) })
}

/// A comparison that cannot be made: one line.
public struct ComparisonError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}
