import Convolution
import Execution
import Foundation
import Measurement

/// A run of a network with all that is printed and stored about it.
public struct RunReport: Sendable, Codable {
  public let identity: RunIdentity
  /// Of the timed inferences, milliseconds.
  public let latency: SampleSummary
  /// At most a hundred of them, evenly over the run, in order.
  public let samples: [Double]
  /// Inferences left out because the machine was slowed meanwhile.
  public let discarded: Int
  public let operations: Double
  public let peakGflops: Double
  public let memory: SessionMemory
  /// Largest resident size of the process since the session was made.
  public let residentBytes: Int
  public let validity: Validity
  /// In the order of execution.
  public let layers: [LayerTiming]
  /// Milliseconds of an inference that no step accounts for.
  public let betweenMs: Double
  /// Profiled inferences that the layers' times are of.
  public let profiles: Int

  public var imagesPerSecond: Double { Double(identity.batch) * 1000 / latency.median }
  public var gflops: Double { operations / latency.median / 1e6 }
  public var shareOfPeak: Double { peakGflops > 0 ? gflops / peakGflops : .nan }
  /// The sum of layers and what is between them, milliseconds.
  public var profiledMs: Double { layers.reduce(betweenMs) { $0 + $1.ms } }

  /// nil where there is no sample at all.
  public init?(identity: RunIdentity, session: Session, benchmark: SessionBenchmark) {
    guard let latency = SampleSummary(benchmark.samples.map { $0 / 1e6 }),
      let profile = StepProfile(benchmark.profiles)
    else { return nil }
    self.init(
      identity: identity, latency: latency,
      samples: Self.thinned(benchmark.samples.map { $0 / 1e6 }, to: 100),
      discarded: benchmark.discarded, operations: 2 * Double(session.network.graph.macs),
      peakGflops: benchmark.peak,
      memory: session.memory, validity: benchmark.validity,
      layers: LayerTiming.all(session, profile), betweenMs: profile.betweenNanoseconds / 1e6,
      profiles: profile.count)
  }

  package init(
    identity: RunIdentity, latency: SampleSummary, samples: [Double] = [], discarded: Int,
    operations: Double, peakGflops: Double, memory: SessionMemory, validity: Validity,
    layers: [LayerTiming],
    betweenMs: Double, profiles: Int
  ) {
    self.identity = identity
    self.latency = latency
    self.samples = samples
    self.discarded = discarded
    self.operations = operations
    self.peakGflops = peakGflops
    self.memory = memory
    residentBytes = ResidentMemory.largest ?? 0
    self.validity = validity
    self.layers = layers
    self.betweenMs = betweenMs
    self.profiles = profiles
  }

  /// Every so many-th element, so that at most `limit` are left.
  static func thinned(_ samples: [Double], to limit: Int) -> [Double] {
    let step = max(1, (samples.count + limit - 1) / limit)
    return stride(from: 0, to: samples.count, by: step).map { samples[$0] }
  }
}

/// A step's time inside the running network.
public struct LayerTiming: Sendable, Codable {
  public let name: String
  public let kind: String
  /// nil unless the step is a convolution; so are the next three.
  public let problem: ConvolutionProblem?
  public let epilogue: String?
  public let strategy: String?
  public let configuration: String?
  /// Mean of the middle profiled inferences (`StepProfile`).
  public let ms: Double

  /// nil unless a convolution.
  public var gflops: Double? { problem.map { Double($0.operations) / ms / 1e6 } }

  public init(
    name: String, kind: String, ms: Double, problem: ConvolutionProblem? = nil,
    epilogue: String? = nil, strategy: String? = nil, configuration: String? = nil
  ) {
    self.name = name
    self.kind = kind
    self.ms = ms
    self.problem = problem
    self.epilogue = epilogue
    self.strategy = strategy
    self.configuration = configuration
  }

  static func all(_ session: Session, _ profile: StepProfile) -> [LayerTiming] {
    zip(session.network.steps, profile.nanoseconds).map { step, nanoseconds in
      let ms = nanoseconds / 1e6
      guard case .convolution(let index) = step.work else {
        return LayerTiming(name: step.name, kind: step.kind, ms: ms)
      }
      let layer = session.network.layers[index]
      let choice = session.choices[index]
      return LayerTiming(
        name: step.name, kind: step.kind, ms: ms, problem: layer.problem,
        epilogue: "\(layer.epilogue)", strategy: choice.strategy,
        configuration: "\(choice.configuration)")
    }
  }
}
