import Convolution
import KernelLibrary
import Measurement

/// Where a plan's choice comes from.
public enum Provenance: String, Codable, Sendable, CaseIterable {
  /// Raced in the tuning that wrote the plan.
  case measured
  /// From a finished race in the store.
  case stored
  /// Untimed: the budget ended before.
  case heuristic
}

/// What a plan says about one convolution.
public struct PlanLayer: Hashable, Sendable, Codable {
  /// The candidate that came next to the winner.
  public struct RunnerUp: Hashable, Sendable, Codable {
    public var strategy: String
    public var configuration: Configuration
    public var medianMs: Double

    enum CodingKeys: String, CodingKey {
      case strategy, configuration, medianMs
    }

    public init(strategy: String, configuration: Configuration, medianMs: Double) {
      self.strategy = strategy
      self.configuration = configuration
      self.medianMs = medianMs
    }
  }

  /// The network's name of the layer.
  public var name: String
  public var problem: ConvolutionProblem
  public var epilogue: Epilogue
  public var strategy: String
  public var configuration: Configuration
  /// Milliseconds from the tuner's samples, isolated, caches as in the network; nil for a
  /// heuristic choice.
  public var medianMs: Double?
  /// Of the median, 95 %, milliseconds.
  public var intervalMs: Interval?
  public var samples: Int
  public var runnerUp: RunnerUp?
  /// How much slower the runner-up is by the samples of common rounds: 0.1 is 10 %. Near 0, or
  /// negative, for a tie that the smaller workspace decided. Not the medians' quotient: those may
  /// be of different spells of the machine.
  public var margin: Double?
  /// Relative L2 error of the checked outputs against the definition in Double; nil unchecked.
  public var error: Double?
  public var workspaceBytes: Int
  public var provenance: Provenance
  public var validity: Validity

  public init(
    name: String, problem: ConvolutionProblem, epilogue: Epilogue, strategy: String,
    configuration: Configuration, medianMs: Double? = nil, intervalMs: Interval? = nil,
    samples: Int = 0, runnerUp: RunnerUp? = nil, margin: Double? = nil, error: Double? = nil,
    workspaceBytes: Int = 0, provenance: Provenance, validity: Validity = .valid
  ) {
    self.name = name
    self.problem = problem
    self.epilogue = epilogue
    self.strategy = strategy
    self.configuration = configuration
    self.medianMs = medianMs
    self.intervalMs = intervalMs
    self.samples = samples
    self.runnerUp = runnerUp
    self.margin = margin
    self.error = error
    self.workspaceBytes = workspaceBytes
    self.provenance = provenance
    self.validity = validity
  }

  enum CodingKeys: String, CodingKey {
    case name, problem, epilogue, strategy, configuration, medianMs, intervalMs, samples, runnerUp
    case margin, error, workspaceBytes, provenance, validity
  }

  public var candidate: Candidate { Candidate(strategy: strategy, configuration: configuration) }
}
