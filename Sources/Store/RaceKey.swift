import Convolution
import KernelLibrary
import Measurement
import Races
import Topology

/// What a race's result depends on: two races with one key measure the same thing.
public struct RaceKey: WorkloadCarrying, Hashable, Sendable {
  /// `MachineFingerprint.id`.
  public var machine: String
  public var isa: InstructionSet
  /// The workers that ran; which hardware threads they were on makes no other key.
  public var team: ThreadTeam { didSet { team.cpus = [] } }
  public var cacheState: CacheState
  public var workload: Workload
  /// Of all candidates that might race.
  public var kernels: KernelSignature
  public var subject: RaceSubject
  public var scope: RaceScope

  public init(
    machine: String, isa: InstructionSet, team: ThreadTeam, cacheState: CacheState,
    workload: Workload, kernels: KernelSignature,
    subject: RaceSubject = .isolated, scope: RaceScope
  ) {
    self.machine = machine
    self.isa = isa
    self.team = team
    self.team.cpus = []
    self.cacheState = cacheState
    self.workload = workload
    self.kernels = kernels
    self.subject = subject
    self.scope = scope
  }
}

/// A finished race as the store has it.
public struct StoredRace: Hashable, Sendable {
  public var outcome: RaceOutcome
  public var validity: Validity
  public var toolVersion: String
  /// Seconds since 1970, by the clock of the machine that ran it.
  public var finished: Double

  public init(outcome: RaceOutcome, validity: Validity, toolVersion: String, finished: Double) {
    self.outcome = outcome
    self.validity = validity
    self.toolVersion = toolVersion
    self.finished = finished
  }
}
