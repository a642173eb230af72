import Base
import Convolution
import Execution
import KernelLibrary

/// A step's time inside the running network.
public struct LayerTiming: Sendable {
  public let name: String
  public let kind: String
  /// The convolutions that it computes, in the order of execution: none, one, or those of a fused
  /// block.
  public let workloads: [Workload]
  /// Of a convolution its strategy, of a fused block how it is cut; of other steps nil.
  public let candidate: Candidate?
  /// Mean of the middle profiled inferences (`StepProfile`).
  public let ms: Double
  /// Milliseconds in some of those inferences, the same ones for every step, in order.
  public let samples: [Double]

  /// nil where it is no convolution, or several fused ones.
  public var workload: Workload? { workloads.count == 1 ? workloads[0] : nil }
  /// The layers of a fused block; of other steps none.
  public var block: [Workload] { workloads.count > 1 ? workloads : [] }
  /// Of the definition; nil unless a convolution or several fused ones.
  public var operations: Double? {
    workloads.isEmpty ? nil : workloads.reduce(0) { $0 + Double($1.problem.operations) }
  }
  public var gflops: Double? { operations.map { $0 / ms / 1e6 } }

  public init(
    name: String, kind: String, ms: Double, workloads: [Workload] = [],
    candidate: Candidate? = nil, samples: [Double] = []
  ) {
    self.name = name
    self.kind = kind
    self.workloads = workloads
    self.candidate = candidate
    self.ms = ms
    self.samples = samples
  }

  static func all(_ session: Session, _ profile: StepProfile) -> [LayerTiming] {
    session.network.steps.enumerated().map { position, step in
      var (workloads, candidate): ([Workload], Candidate?) = ([], nil)
      switch step.work {
      case .fused(let fusion):
        workloads = session.network.layers[fusion.layers].map(\.workload)
        candidate = fusion.candidate
      case .convolution(let index):
        workloads = [session.network.layers[index].workload]
        candidate = session.choices[index]
      default: break
      }
      return LayerTiming(
        name: step.name, kind: step.kind, ms: profile.steps[position].milliseconds,
        workloads: workloads, candidate: candidate,
        samples: profile.samples.map { $0.steps[position].milliseconds })
    }
  }
}

extension LayerTiming: Encodable {
  private enum Keys: String, CodingKey {
    case name, kind, problem, epilogue, strategy, configuration, block, ms, samples, operations
  }

  public func encode(to encoder: any Encoder) throws {
    var c = encoder.container(keyedBy: Keys.self)
    try c.encode(name, forKey: .name)
    try c.encode(kind, forKey: .kind)
    try c.encodeIfPresent(workload?.problem, forKey: .problem)
    try c.encodeIfPresent(workload?.epilogue.description, forKey: .epilogue)
    try c.encodeIfPresent(candidate?.strategy, forKey: .strategy)
    try c.encodeIfPresent(candidate?.configuration.description, forKey: .configuration)
    var blocks = c.nestedUnkeyedContainer(forKey: .block)
    for layer in block {
      var entry = blocks.nestedContainer(keyedBy: Keys.self)
      try entry.encode(layer.problem, forKey: .problem)
      try entry.encode(layer.epilogue.description, forKey: .epilogue)
    }
    try c.encode(ms, forKey: .ms)
    try c.encode(samples, forKey: .samples)
    try c.encodeIfPresent(operations, forKey: .operations)
  }
}
