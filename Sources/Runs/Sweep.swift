import Topology

/// Settings to measure, each with each: the cross product of networks, instruction sets, batches and
/// numbers of threads. A dimension that nobody asked about has one value, nil: whatever is usual.
public struct Sweep: Sendable, Hashable {
  /// One of them.
  public struct Setting: Sendable, Hashable {
    /// A name of the catalog or a model's file; nil where a plan or problems say what runs.
    public var network: String?
    public var isa: InstructionSet?
    public var batch: Int?
    /// nil is one worker a core.
    public var threads: ThreadRequest.Count?

    public init(
      network: String? = nil, isa: InstructionSet? = nil, batch: Int? = nil,
      threads: ThreadRequest.Count? = nil
    ) {
      self.network = network
      self.isa = isa
      self.batch = batch
      self.threads = threads
    }
  }

  public var networks: [String?]
  public var instructionSets: [InstructionSet?]
  public var batches: [Int?]
  public var threads: [ThreadRequest.Count?]

  /// Nothing given is one setting; so is nothing at all of a dimension.
  public init(
    networks: [String]? = nil, instructionSets: [InstructionSet]? = nil, batches: [Int]? = nil,
    threads: [ThreadRequest.Count]? = nil
  ) {
    func dimension<Value>(_ values: [Value]?) -> [Value?] {
      guard let values, !values.isEmpty else { return [nil] }
      return values
    }
    self.networks = dimension(networks)
    self.instructionSets = dimension(instructionSets)
    self.batches = dimension(batches)
    self.threads = dimension(threads)
  }

  /// Whether there is more than one setting.
  public var isSeveral: Bool { count > 1 }

  public var count: Int {
    networks.count * instructionSets.count * batches.count * threads.count
  }

  /// Networks one after the other, of each the instruction sets, of these the batches, of these the
  /// threads.
  public var settings: [Setting] {
    networks.flatMap { network in
      instructionSets.flatMap { isa in
        batches.flatMap { batch in
          threads.map { Setting(network: network, isa: isa, batch: batch, threads: $0) }
        }
      }
    }
  }
}

extension Sweep.Setting {
  /// What is given of it, such as `resnet18, avx2, batch 8, 2 threads`; empty for nothing.
  public var title: String {
    var parts: [String] = []
    if let network { parts.append(network) }
    if let isa { parts.append(isa.rawValue) }
    if let batch { parts.append("batch \(batch)") }
    switch threads {
    case nil: break
    case .exactly(1): parts.append("1 thread")
    case .exactly(let count): parts.append("\(count) threads")
    case .automatic: parts.append("a thread a core")
    }
    return parts.joined(separator: ", ")
  }
}
