import Convolution
import Measurement
import Topology

/// What a race's result depends on: two races with one key measure the same thing.
public struct RaceKey: Hashable, Sendable {
  /// `MachineFingerprint.id`.
  public var machine: String
  public var isa: InstructionSet
  public var threads: Int
  /// `core`, `none` or `numa:N`, with `+smt` where second hardware threads were allowed.
  public var binding: String
  public var cacheState: CacheState
  public var problem: ConvolutionProblem
  public var epilogue: Epilogue
  public var kernelGeneration: Int
  /// Which candidates were allowed to race, as text (`TuningOptions.scope`).
  public var scope: String

  public init(
    machine: String, isa: InstructionSet, threads: Int, binding: String, cacheState: CacheState,
    problem: ConvolutionProblem, epilogue: Epilogue,
    kernelGeneration: Int = KernelGeneration.current, scope: String
  ) {
    self.machine = machine
    self.isa = isa
    self.threads = threads
    self.binding = binding
    self.cacheState = cacheState
    self.problem = problem
    self.epilogue = epilogue
    self.kernelGeneration = kernelGeneration
    self.scope = scope
  }
}

/// A finished race as the store has it.
public struct StoredRace: Hashable, Sendable {
  public var outcome: RaceOutcome
  public var validity: Validity
  public var toolVersion: String
  /// Seconds since 1970.
  public var finished: Double

  public init(outcome: RaceOutcome, validity: Validity, toolVersion: String, finished: Double) {
    self.outcome = outcome
    self.validity = validity
    self.toolVersion = toolVersion
    self.finished = finished
  }
}
