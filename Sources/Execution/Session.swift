import Base
import Convolution
import KernelLibrary
import Networks
import Workers

/// A network ready to run: weights packed, memory laid out, every step with its addresses.
///
///     let network = try LoweredNetwork(graph: graph, vectorWidth: kernels.vectorWidth)
///     let session = try Session(
///       network: network, seed: 1, choices: choices, kernels: kernels, pool: pool)
///     try session.load(inputs: graph.seededInputs(seed: 1))
///     session.run()
///     let result = session.output
///
/// `run` allocates nothing and takes no lock. A session is used by one thread at a time, the one
/// that made the pool.
public final class Session {
  public let network: LoweredNetwork
  public let choices: [Candidate]
  public let memory: SessionMemory
  /// How long making it took: parameters, packing and transforming weights, laying out memory.
  public let preparationSeconds: Double

  private let seed: UInt64
  private let kernels: Kernels
  private let pool: WorkerPool
  private let convolutions: [any PreparedConvolution]
  private let arena: FloatBuffer
  private let workspace: FloatBuffer
  /// By the inputs' nodes.
  private let inputViews: [Int: TensorView]
  private let outputViews: [TensorView]
  private let steps: [PreparedEntry]
  private let switches: [Int: SwitchedConvolution]

  /// A step of the network with the halos that are cleared before it.
  struct PreparedEntry {
    let halos: [HaloStep]
    let step: any PreparedStep

    @inline(__always)
    func run(on pool: WorkerPool) {
      for halo in halos { halo.run(on: pool) }
      step.run(on: pool)
    }
  }

  /// - Parameters:
  ///   - seed: of the graph's parameters.
  ///   - choices: one per layer of the network.
  ///   - alternatives: by layer, what else `select` can switch it to between runs.
  /// - Throws: `ExecutionError` where the choices do not fit the network or the memory does not
  ///   suffice, `StrategyError` and `ConfigurationError` for a choice that cannot run.
  public convenience init(
    network: LoweredNetwork, seed: UInt64, choices: [Candidate],
    alternatives: [Int: [Candidate]] = [:], kernels: Kernels, pool: WorkerPool
  ) throws {
    guard kernels.vectorWidth == network.vectorWidth else {
      throw ExecutionError(
        "the network is laid out for vectors of \(network.vectorWidth) floats, the kernels for "
          + "\(kernels.instructionSet.rawValue) have \(kernels.vectorWidth)")
    }
    guard choices.count == network.layers.count else {
      throw ExecutionError(
        "\(choices.count) choices for the \(network.layers.count) layers of "
          + "\(network.graph.name); there must be one for each")
    }
    let watch = Stopwatch()
    let plan = MemoryPlan(network)
    try SessionMemory.check(network, plan)
    let convolutions = try LayerPreparation(
      network: network, seed: seed, choices: choices, alternatives: alternatives,
      kernels: kernels, pool: pool
    ).run()
    try self.init(
      network, plan, seed: seed, choices: choices, convolutions: convolutions, kernels: kernels,
      pool: pool, watch: watch)
  }

  /// The same network with layers fused, on the packed weights of this session and activations of
  /// its own. Of a layer with alternatives it takes the first that can be fused.
  ///
  /// - Throws: `ExecutionError` or `ConfigurationError` where layers cannot be fused.
  public func fusing(_ fusions: [Fusion]) throws -> Session {
    let watch = Stopwatch()
    let fused = try network.fusing(fusions)
    var parts = convolutions
    for layer in fusions.flatMap(\.layers) {
      guard let switched = parts[layer] as? SwitchedConvolution else { continue }
      parts[layer] = switched.candidates.first(where: FusedBlock.canContain) ?? parts[layer]
    }
    return try Session(
      fused, MemoryPlan(fused), seed: seed, choices: choices, convolutions: parts,
      kernels: kernels, pool: pool, watch: watch)
  }

  private init(
    _ network: LoweredNetwork, _ plan: MemoryPlan, seed: UInt64, choices: [Candidate],
    convolutions: [any PreparedConvolution], kernels: Kernels, pool: WorkerPool, watch: Stopwatch
  ) throws {
    self.network = network
    self.choices = choices
    self.seed = seed
    self.kernels = kernels
    self.pool = pool
    self.convolutions = convolutions
    switches = Dictionary(
      uniqueKeysWithValues: convolutions.enumerated().compactMap { index, convolution in
        (convolution as? SwitchedConvolution).map { (index, $0) }
      })
    var blocks: [Fusion: FusedBlock] = [:]
    for case .fused(let fusion) in network.steps.map(\.work) {
      blocks[fusion] = try FusedBlock(
        Array(convolutions[fusion.layers]), band: fusion.band, vectorWidth: kernels.vectorWidth,
        threads: pool.count)
    }
    arena = FloatBuffer(count: plan.count)
    workspace = FloatBuffer(
      count: (convolutions.map(\.workspaceCount) + blocks.values.map(\.workspaceCount)).max() ?? 0)
    let arenaMemory = arena.memory
    let views = network.tensors.map { tensor in
      TensorView(
        memory: arenaMemory + plan.offsets[tensor.storage], layout: network.storages[tensor.storage]
      ).channels(from: tensor.firstChannel, count: tensor.shape.channels)
    }
    for constant in network.constants {
      let node = network.graph.nodes[constant.node]
      views[constant.tensor].load(
        planar: network.graph.parameters(of: node, seed: seed).values)
    }
    inputViews = network.inputs.mapValues { views[$0] }
    outputViews = network.outputs.map { views[$0] }
    let factory = StepFactory(
      network: network, views: views, convolutions: convolutions, blocks: blocks,
      workspace: workspace.memory, seed: seed, kernels: kernels, workers: pool.count)
    steps = network.steps.enumerated().map { index, step in
      PreparedEntry(
        halos: plan.clears[index].map {
          HaloStep(memory: arenaMemory + plan.offsets[$0], layout: network.storages[$0])
        }, step: factory.prepare(step))
    }
    memory = SessionMemory(
      weightBytes: 4 * convolutions.reduce(0) { $0 + $1.packedCount }, arenaBytes: 4 * arena.count,
      workspaceBytes: 4 * workspace.count)
    preparationSeconds = watch.seconds
  }

  /// - Parameter inputs: every input's values, planar `[batch][channels][height][width]`. They stay
  ///   for all runs until the next load.
  /// - Throws: `GraphError` where they are not what the network takes.
  public func load(inputs: [[Float]]) throws {
    for (node, values) in try network.graph.byNode(inputs) {
      inputViews[node]?.load(planar: values)
    }
  }

  /// Of a network with one input.
  public func load(input: [Float]) throws { try load(inputs: [input]) }

  public func run() {
    for entry in steps { entry.run(on: pool) }
  }

  /// Runs once and shows how long every step took, with two clock readings for each. What `body`
  /// does is not timed.
  public func runProfiled(_ body: (_ step: Int, _ time: Nanoseconds) -> Void) {
    for (index, entry) in steps.enumerated() {
      let watch = Stopwatch()
      entry.run(on: pool)
      body(index, watch.elapsed)
    }
  }

  /// Lets a layer run with another candidate from the next run on: 0 is its choice, then come its
  /// alternatives. Layers without alternatives, and numbers beyond them, keep what they have.
  public func select(_ candidate: Int, layer: Int) { switches[layer]?.select(candidate) }

  /// The first output of the last run, planar `[batch][channels][height][width]`.
  public var output: [Float] { outputViews[0].planar() }
  /// All outputs of the last run, in the graph's order.
  public var outputs: [[Float]] { outputViews.map { $0.planar() } }

  /// Names of the steps, in order.
  public var stepNames: [String] { network.steps.map(\.name) }
  /// Short words for what the steps are, e.g. `convolution`.
  public var stepKinds: [String] { network.steps.map(\.kind) }
}
