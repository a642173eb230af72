import Base
import Convolution
import KernelLibrary
import Measurement
import Races

/// Where a plan's choice comes from.
public enum Provenance: String, Codable, Sendable, CaseIterable, Comparable {
  /// Raced in the tuning that wrote the plan.
  case measured
  /// From a finished race in the store.
  case stored
  /// From rows of results: what ran there, and how long it took in the network; who raced against it
  /// is not known.
  case recorded
  /// Untimed: the budget ended before.
  case heuristic

  /// The weaker evidence is the smaller.
  public static func < (left: Provenance, right: Provenance) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .heuristic: 0
    case .recorded: 1
    case .stored: 2
    case .measured: 3
    }
  }
}

/// What a plan says about one convolution.
public struct PlanLayer: WorkloadCarrying, Hashable, Sendable, Codable {
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

  /// What was measured while the network ran with the whole plan.
  public struct InNetwork: Hashable, Sendable, Codable {
    public var medianMs: Double
    /// Of the median, 95 %, milliseconds.
    public var intervalMs: Interval
    public var samples: Int
    /// How the finalists' race within the network ended; nil where there was no reason for one.
    public var ending: RaceEnding?
    /// The isolated winner with its isolated time, where another candidate was faster here.
    public var replaced: RunnerUp?
    /// How much slower the replaced candidate is here.
    public var margin: Double?
    public var validity: Validity

    package init(
      medianMs: Double, intervalMs: Interval, samples: Int, ending: RaceEnding? = nil,
      replaced: RunnerUp? = nil, margin: Double? = nil, validity: Validity
    ) {
      self.medianMs = medianMs
      self.intervalMs = intervalMs
      self.samples = samples
      self.ending = ending
      self.replaced = replaced
      self.margin = margin
      self.validity = validity
    }

    enum CodingKeys: String, CodingKey {
      case medianMs, intervalMs, samples, ending, replaced, margin, validity
    }
  }

  /// The network's name of the layer.
  public var name: String
  public var workload: Workload
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
  /// negative, for a tie that the smaller workspace decided, or where the network decided otherwise.
  /// Not the medians' quotient: those may be of different spells of the machine.
  public var margin: Double?
  /// Relative L2 error of the checked outputs against the definition in Double; nil unchecked.
  public var error: Double?
  public var workspaceBytes: Int
  public var provenance: Provenance
  public var validity: Validity
  /// Milliseconds in isolation with hot caches; nil unmeasured.
  public var hotMs: Double?
  /// nil where the network was not run.
  public var network: InNetwork?

  public init(
    name: String, workload: Workload, strategy: String,
    configuration: Configuration, medianMs: Double? = nil, intervalMs: Interval? = nil,
    samples: Int = 0, runnerUp: RunnerUp? = nil, margin: Double? = nil, error: Double? = nil,
    workspaceBytes: Int = 0, provenance: Provenance, validity: Validity = .valid
  ) {
    self.name = name
    self.workload = workload
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

  /// A heuristic choice.
  package init(name: String, workload: Workload, untimed: Candidate) {
    self.init(
      name: name, workload: workload, strategy: untimed.strategy,
      configuration: untimed.configuration, provenance: .heuristic)
  }

  enum CodingKeys: String, CodingKey {
    case name, problem, epilogue, strategy, configuration, medianMs, intervalMs, samples, runnerUp
    case margin, error, workspaceBytes, provenance, validity, hotMs, network
  }

  public var candidate: Candidate { Candidate(strategy: strategy, configuration: configuration) }

  /// Makes a candidate of a race the layer's choice, with its numbers.
  ///
  /// - Parameter hot: medians with hot caches.
  package mutating func take(
    _ standing: Standing, of outcome: RaceOutcome, hot: [Candidate: Nanoseconds]
  ) {
    strategy = standing.candidate.strategy
    configuration = standing.candidate.configuration
    samples = standing.samples.count
    error = standing.error
    workspaceBytes = standing.workspaceBytes
    hotMs = hot[standing.candidate]?.milliseconds
    (medianMs, intervalMs, runnerUp, margin) = (nil, nil, nil, nil)
    guard let summary = SampleSummary(milliseconds: standing.samples) else { return }
    medianMs = summary.median
    intervalMs = summary.interval
    guard let next = outcome.next(to: standing.candidate), let ratio = next.ratio else { return }
    runnerUp = RunnerUp(
      strategy: next.candidate.strategy, configuration: next.candidate.configuration,
      medianMs: next.median.milliseconds)
    margin = ratio / (standing.ratio ?? 1) - 1
  }
}
