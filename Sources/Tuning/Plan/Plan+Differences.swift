import Base
import Convolution
import KernelLibrary
import Measurement
import Topology

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
  /// What this process would run a plan with.
  public struct Conditions: Sendable {
    public var machine: MachineFingerprint
    public var instructionSets: [InstructionSet]
    public var threads: Threads
    public var toolVersion: String
    public var kernelGeneration: Int

    public init(
      machine: MachineFingerprint, instructionSets: [InstructionSet], threads: Threads,
      toolVersion: String = ToolVersion.current,
      kernelGeneration: Int = KernelGeneration.current
    ) {
      self.machine = machine
      self.instructionSets = instructionSets
      self.threads = threads
      self.toolVersion = toolVersion
      self.kernelGeneration = kernelGeneration
    }
  }

  /// What the plan was made under.
  public var conditions: Conditions {
    Conditions(
      machine: machine, instructionSets: [isa], threads: threads, toolVersion: toolVersion,
      kernelGeneration: kernelGeneration)
  }

  /// What differs between the plan and the present conditions, field by field; empty when the plan
  /// was made for them.
  public func differences(from present: Conditions) -> [Difference] {
    conditions.comparisons(with: present).compactMap(\.difference)
  }
}

extension Plan.Conditions {
  /// Everything that these recorded conditions consist of against the present ones.
  ///
  /// `instructionSets` of the record are those that its kernels were of.
  public func comparisons(with present: Plan.Conditions) -> [FieldComparison] {
    var result: [FieldComparison] = []
    func add(
      _ field: String, _ stored: String, _ here: String, isSame: Bool? = nil,
      _ severity: Difference.Severity, _ consequence: String
    ) {
      let difference = Difference(
        field: field, stored: stored, present: here, severity: severity, consequence: consequence)
      result.append(
        FieldComparison(
          field: field, stored: stored, present: here,
          difference: isSame ?? (stored == here) ? nil : difference))
    }
    func names(_ sets: [InstructionSet]) -> String {
      sets.map(\.rawValue).joined(separator: " ")
    }
    add(
      "kernels", names(instructionSets), names(present.instructionSets),
      isSame: instructionSets.allSatisfy(present.instructionSets.contains), .fatal,
      "this CPU cannot run its kernels")
    // A record may come from anywhere, with a name twice.
    let changes = Dictionary(
      present.machine.differences(from: machine).map { ($0.name, $0) },
      uniquingKeysWith: { a, _ in a })
    let fields = present.machine.fields.map(\.name)
    for name in fields + machine.fields.map(\.name).filter({ !fields.contains($0) }) {
      add(
        name, machine[name] ?? "not recorded", present.machine[name] ?? "unknown",
        isSame: changes[name] == nil, severity(of: name), changes[name]?.consequence ?? "")
    }
    add(
      "threads", "\(threads.count)", "\(present.threads.count)", .stale,
      "blocking was chosen for another number of workers")
    add(
      "binding", threads.binding, present.threads.binding, .stale,
      "workers are placed differently")
    add(
      "smt", "\(threads.smt)", "\(present.threads.smt)", .stale, "workers share cores differently")
    add(
      "kernel generation", "\(kernelGeneration)", "\(present.kernelGeneration)", .stale,
      "the kernels have changed since")
    add(
      "tool version", toolVersion, present.toolVersion, .harmless,
      "timings stay comparable within a kernel generation")
    return result
  }

  private func severity(of field: String) -> Difference.Severity {
    switch field {
    case "architecture": .fatal
    case "cpu", "family", "caches": .stale
    // The record's own instruction set is compared apart; more of them here change nothing.
    case "isa", "cores", "memory": .harmless
    case "threads per core": threads.smt ? .stale : .harmless
    case "packages", "numa": threads.count > 1 ? .stale : .harmless
    default: .stale
    }
  }
}
