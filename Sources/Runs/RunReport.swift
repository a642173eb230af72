import Base
import Convolution
import Execution
import Foundation
import Measurement
import Results

/// A run of a network with all that is printed and stored about it.
public struct RunReport: Sendable, Encodable {
  public let identity: RunIdentity
  /// Of the timed inferences, milliseconds.
  public let latency: SampleSummary
  /// At most a hundred of them, evenly over the run, in order.
  public let samples: [Double]
  /// Inferences left out because the machine was slowed meanwhile.
  public let discarded: Int
  /// Of the timed inferences (`NoiseFloor.drift`); nil for too few.
  public let noiseFloor: Double?
  public let operations: Double
  public let peakGflops: Double
  public let memory: SessionMemory
  /// Largest resident size of the process since the session was made.
  public let residentBytes: Int
  /// `SessionBenchmark.startUpSeconds`
  public let startUpSeconds: Double?
  public let validity: Validity
  /// nil where none was asked for.
  public let precision: PrecisionOutcome?
  /// In the order of execution.
  public let layers: [LayerTiming]
  /// Milliseconds of an inference that no step accounts for.
  public let betweenMs: Double
  /// As `LayerTiming.samples`.
  public let betweenSamples: [Double]
  /// Profiled inferences that the layers' times are of.
  public let profiles: Int

  public var imagesPerSecond: Double { Double(identity.batch) * 1000 / latency.median }
  public var gflops: Double { operations / latency.median / 1e6 }
  public var shareOfPeak: Double { peakGflops > 0 ? gflops / peakGflops : .nan }
  /// The sum of layers and what is between them, milliseconds.
  public var profiledMs: Double { layers.reduce(betweenMs) { $0 + $1.ms } }

  /// nil where there is no sample at all.
  public init?(identity: RunIdentity, session: Session, benchmark: SessionBenchmark) {
    guard
      let inferences = Inferences(
        benchmark.samples, discarded: benchmark.discarded),
      let profile = StepProfile(benchmark.profiles)
    else { return nil }
    self.init(
      identity: identity, inferences: inferences,
      operations: 2 * Double(session.network.graph.macs), peak: benchmark.peak,
      memory: session.memory, startUpSeconds: benchmark.startUpSeconds,
      validity: benchmark.validity, precision: benchmark.precision,
      steps: Steps(session, profile))
  }

  package init(
    identity: RunIdentity, inferences: Inferences, operations: Double, peak: Gflops,
    memory: SessionMemory, startUpSeconds: Double? = nil, validity: Validity,
    precision: PrecisionOutcome? = nil, steps: Steps = Steps()
  ) {
    self.identity = identity
    latency = inferences.latency
    samples = inferences.kept
    discarded = inferences.discarded
    noiseFloor = inferences.noiseFloor
    self.operations = operations
    peakGflops = peak.value
    self.memory = memory
    residentBytes = ResidentMemory.largest ?? 0
    self.startUpSeconds = startUpSeconds
    self.validity = validity
    self.precision = precision
    layers = steps.layers
    betweenMs = steps.betweenMs
    betweenSamples = steps.betweenSamples
    profiles = steps.profiles
  }

  /// The timed inferences of a run; what is kept of them is in milliseconds.
  package struct Inferences {
    let latency: SampleSummary
    var kept: [Double] = []
    var discarded = 0
    var noiseFloor: Double?

    /// nil where there is none.
    package init?(_ times: [Nanoseconds], discarded: Int = 0) {
      let milliseconds = times.map(\.milliseconds)
      guard let latency = SampleSummary(milliseconds) else { return nil }
      self.latency = latency
      kept = RunReport.thinned(milliseconds, to: 100)
      self.discarded = discarded
      noiseFloor = NoiseFloor.drift(milliseconds)
    }
  }

  /// Where the time of the profiled inferences went; nowhere, if none was profiled.
  package struct Steps {
    var layers: [LayerTiming] = []
    var betweenMs = 0.0
    var betweenSamples: [Double] = []
    var profiles = 0

    package init() {}

    init(_ session: Session, _ profile: StepProfile) {
      layers = LayerTiming.all(session, profile)
      betweenMs = profile.between.milliseconds
      betweenSamples = profile.betweenSamples.map(\.milliseconds)
      profiles = profile.count
    }
  }

  /// Every so many-th element, so that at most `limit` are left.
  package static func thinned<Sample>(_ samples: [Sample], to limit: Int) -> [Sample] {
    let step = max(1, (samples.count + limit - 1) / limit)
    return stride(from: 0, to: samples.count, by: step).map { samples[$0] }
  }
}
