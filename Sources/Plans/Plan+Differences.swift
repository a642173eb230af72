/// Something that a plan's or a stored result's timings depend on and that is different now.
public struct Difference: Hashable, Sendable, Codable, CustomStringConvertible {
  public enum Severity: String, Codable, Sendable, CaseIterable {
    /// It cannot run here.
    case fatal
    /// It runs, but another choice may be faster by now.
    case stale
    /// It does not change the choice.
    case harmless
  }

  public var field: String
  public var stored: String
  public var present: String
  public var severity: Severity
  /// What it means, in words.
  public var consequence: String

  public init(
    field: String, stored: String, present: String, severity: Severity, consequence: String
  ) {
    self.field = field
    self.stored = stored
    self.present = present
    self.severity = severity
    self.consequence = consequence
  }

  public var description: String {
    "\(field): \(stored) in the plan, \(present) here (\(severity.rawValue): \(consequence))"
  }
}

extension Plan {
  /// What the plan was made under.
  public var conditions: Conditions {
    Conditions(
      machine: machine, instructionSets: [isa], team: threads, kernels: kernels,
      toolVersion: toolVersion, commit: commit)
  }

  /// What differs between the plan and the present conditions, field by field; empty when the plan
  /// was made for them.
  public func differences(from present: Conditions) -> [Difference] {
    conditions.differences(from: present)
  }
}
