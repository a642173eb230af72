import Base
import Convolution
import KernelLibrary
import Measurement
import Networks
import Topology

/// Per layer of a network the chosen candidate, with its evidence, and all that it depends on.
///
/// The file format is `docs/plan.md`. A decoded plan has been checked by `validate`.
public struct Plan: Hashable, Sendable, Codable {
  /// The format that this program writes, and the newest that it reads.
  public static let currentFormat = 2

  /// The network and what was chosen about it.
  public struct Network: Hashable, Sendable, Codable {
    public var name: String
    public var batch: Int
    public var resolution: Int?
    /// `A`, `B` or `C`.
    public var shortcut: String?
    public var identityLayers: Int?
    public var classes: Int?
    /// Of a model from a file: `Graph.structureHash`. nil for a network of the catalog.
    public var graphHash: String?
    /// Of a model from a file: the shape of its first input, as the model orders the dimensions.
    public var inputExtents: [Int]?
    /// The same of its other inputs, where it has some.
    public var otherInputExtents: [[Int]]?

    public init(name: String, options: NetworkOptions) {
      self.name = name
      batch = options.batch
      resolution = options.resolution
      shortcut = options.shortcut?.rawValue
      identityLayers = options.identityLayers
      classes = options.classes
    }

    /// A model from a file.
    public init(model graph: Graph) {
      name = graph.name
      batch = graph.input.batch
      graphHash = graph.structureHash
      let extents = graph.inputs.map(\.interface.extents)
      inputExtents = extents.first
      otherInputExtents = extents.count > 1 ? Array(extents.dropFirst()) : nil
    }

    /// The shapes of all inputs; empty for a network of the catalog.
    public var allInputExtents: [[Int]] {
      (inputExtents.map { [$0] } ?? []) + (otherInputExtents ?? [])
    }

    public var options: NetworkOptions {
      NetworkOptions(
        batch: batch, resolution: resolution,
        shortcut: shortcut.flatMap { Shortcut(rawValue: $0) }, identityLayers: identityLayers,
        classes: classes)
    }
  }

  /// What the user allowed the tuner.
  public struct Budgets: Hashable, Sendable, Codable {
    public var seconds: Double?
    public var maxError: Double?
    public var maxWorkspaceBytes: Int?
    /// The strategies that were allowed; nil is all.
    public var strategies: [String]?
    /// Candidates of each strategy that raced, its best guesses (an estimate); nil is all.
    public var guesses: Int?

    public init(
      seconds: Double? = nil, maxError: Double? = nil, maxWorkspaceBytes: Int? = nil,
      strategies: [String]? = nil, guesses: Int? = nil
    ) {
      self.seconds = seconds
      self.maxError = maxError
      self.maxWorkspaceBytes = maxWorkspaceBytes
      self.strategies = strategies
      self.guesses = guesses
    }
  }

  public var formatVersion: Int
  public var toolVersion: String
  /// Of the sources of the tool that wrote it; empty where that is not known.
  public var commit: String
  /// Of all candidates that might have been chosen; unknown in plans of format 1.
  public var kernels: KernelSignature
  public var machine: MachineFingerprint
  public var network: Network
  /// The workers that the timings are of.
  public var threads: ThreadTeam
  public var isa: InstructionSet
  public var budgets: Budgets
  /// In the order of execution.
  public var layers: [PlanLayer]
  /// Layers that run together, in the order of execution.
  public var fusions: [PlanFusion]

  public init(
    machine: MachineFingerprint, network: Network, threads: ThreadTeam, isa: InstructionSet,
    budgets: Budgets = Budgets(), kernels: KernelSignature = .current, layers: [PlanLayer],
    fusions: [PlanFusion] = []
  ) {
    formatVersion = Self.currentFormat
    toolVersion = ToolVersion.current
    commit = ToolVersion.commit
    self.kernels = kernels
    self.machine = machine
    self.network = network
    self.threads = threads
    self.isa = isa
    self.budgets = budgets
    self.layers = layers
    self.fusions = fusions
  }

  enum CodingKeys: String, CodingKey {
    case formatVersion, toolVersion, commit, kernels, machine, network, threads, isa, budgets
    case layers, fusions
  }

  /// The chosen candidates in the order of the layers.
  public var candidates: [Candidate] { layers.map(\.candidate) }

  /// The sum of the layers' medians in milliseconds, as measured in isolation.
  public var totalMs: Double { layers.reduce(0) { $0 + ($1.medianMs ?? 0) } }
}
