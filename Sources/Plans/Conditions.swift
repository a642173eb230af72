import Base
import Convolution
import KernelLibrary
import Measurement
import Topology

/// Under which conditions a time holds.
public struct Conditions: Hashable, Sendable {
  public var machine: MachineFingerprint
  /// Of a record, the kernels' set; of a process, all that it can run.
  public var instructionSets: [InstructionSet]
  public var team: ThreadTeam
  public var cacheState: CacheState
  public var kernels: KernelSignature
  public var toolVersion: String
  /// Of the sources that the tool was built from; empty where that is not known.
  public var commit: String

  public init(
    machine: MachineFingerprint, instructionSets: [InstructionSet], team: ThreadTeam,
    cacheState: CacheState = .network, kernels: KernelSignature = .current,
    toolVersion: String = ToolVersion.current, commit: String = ToolVersion.commit
  ) {
    self.machine = machine
    self.instructionSets = instructionSets
    self.team = team
    self.cacheState = cacheState
    self.kernels = kernels
    self.toolVersion = toolVersion
    self.commit = commit
  }

  /// What differs between these recorded conditions and the present ones, field by field.
  public func differences(from present: Conditions) -> [Difference] {
    comparisons(with: present).compactMap(\.difference)
  }

  /// Everything that these recorded conditions consist of against the present ones: the one table
  /// of what timings depend on. Callers word it.
  public func comparisons(with present: Conditions) -> [FieldComparison] {
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
      "threads", "\(team.count)", "\(present.team.count)", .stale,
      "blocking was chosen for another number of workers")
    add(
      "binding", team.binding, present.team.binding, .stale, "workers are placed differently")
    add("smt", "\(team.smt)", "\(present.team.smt)", .stale, "workers share cores differently")
    for (field, text, consequence) in [
      ("cores used", \WorkerPlace.coreText, "workers run on other cores"),
      (
        "caches used", \WorkerPlace.cacheText,
        "workers have other caches, or share them differently"
      ),
    ] {
      add(
        field, team.place?[keyPath: text] ?? "not recorded",
        present.team.place?[keyPath: text] ?? "unknown",
        team.place == nil || present.team.place == nil ? .harmless : .stale, consequence)
    }
    add(
      "cache state", cacheState.rawValue, present.cacheState.rawValue, .stale,
      "data were elsewhere before each run")
    addKernels(present, add)
    add(
      "tool version", toolVersion, present.toolVersion, .harmless,
      "timings stay comparable where the kernels are the same")
    add(
      "commit", commit.isEmpty ? "not recorded" : commit,
      present.commit.isEmpty ? "unknown" : present.commit, isSame: commit == present.commit,
      .harmless,
      "timings stay comparable where the kernels are the same")
    return result
  }

  private func addKernels(
    _ present: Conditions,
    _ add: (String, String, String, Bool?, Difference.Severity, String) -> Void
  ) {
    let consequence = "the kernels have changed since"
    guard !kernels.isUnknown, !present.kernels.isUnknown else {
      add(
        "kernel revisions", kernels.isUnknown ? "not recorded" : kernels.id,
        present.kernels.isUnknown ? "unknown" : present.kernels.id,
        kernels == present.kernels, .stale, "the kernels may have changed since")
      return
    }
    let changes = kernels.differences(from: present.kernels)
    guard !changes.isEmpty else {
      add("kernel revisions", kernels.id, kernels.id, true, .stale, consequence)
      return
    }
    for change in changes {
      add(
        change.name, "revision \(change.stored)",
        change.present.map { "revision \($0)" } ?? "gone", false, .stale, consequence)
    }
  }

  private func severity(of field: String) -> Difference.Severity {
    switch field {
    case "architecture": .fatal
    case "cpu", "family", "caches": .stale
    // The record's own instruction set is compared apart; more of them here change nothing.
    case "isa", "cores", "memory": .harmless
    case "threads per core": team.smt ? .stale : .harmless
    case "packages", "numa": team.count > 1 ? .stale : .harmless
    default: .stale
    }
  }
}
