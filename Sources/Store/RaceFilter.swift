import GRDB
import KernelLibrary

/// Which races of a store are meant: all that fulfil every condition that is set.
public struct RaceFilter: Hashable, Sendable {
  public var id: Int64?
  /// `MachineFingerprint.id`, or its beginning.
  public var machine: String?
  /// As the key has it, `ConvolutionProblem.description`.
  public var problem: String?
  /// Finished, or where it never did, started before this time, seconds since 1970.
  public var before: Double?
  /// Only races whose result is labelled invalid.
  public var isInvalid = false
  /// Only races of other kernels than this program's.
  public var isStale = false
  /// Only races that never finished.
  public var isUnfinished = false
  /// Leaves out unfinished races with a sample after this time: they may still run.
  public var idleSince: Double?

  public init() {}

  /// Whether every race is meant.
  public var isEmpty: Bool { self == RaceFilter() }

  /// For WHERE on the table `races`.
  var condition: (sql: String, arguments: StatementArguments) {
    var parts: [String] = ["1"]
    var arguments = StatementArguments()
    func add(_ sql: String, _ values: StatementArguments = StatementArguments()) {
      parts.append("(\(sql))")
      arguments += values
    }
    if let id { add("id = ?", [id]) }
    // Not LIKE: its wildcards and its letter case are not ours.
    if let machine { add("substr(machine, 1, ?) = ?", [machine.count, machine]) }
    if let problem { add("problem = ?", [problem]) }
    if let before { add("coalesce(finished, started) < ?", [before]) }
    if isInvalid { add("validity = 'invalid' OR substr(validity, 1, 8) = 'invalid:'") }
    if isStale { add("NOT \(KernelsAreCurrent.name)(kernels)") }
    if isUnfinished { add("finished IS NULL") }
    if let idleSince {
      add(
        """
        finished IS NOT NULL OR max(started,
          (SELECT coalesce(max(time), 0) FROM measurements WHERE race = races.id)) < ?
        """, [idleSince])
    }
    return (parts.joined(separator: " AND "), arguments)
  }
}

/// An SQL function over the column `kernels`.
enum KernelsAreCurrent {
  static let name = "kernelsAreCurrent"

  static let function = DatabaseFunction(name, argumentCount: 1, pure: true) { values in
    String.fromDatabaseValue(values[0]).flatMap { KernelSignature($0) }?.isCurrent ?? false
  }
}
