// Invariant: input, output, residual and workspace are owned by the bench and outlive every run;
// the workers touch disjoint ranges of them.

import Base
import CSIMD
import Convolution
import KernelLibrary
import Topology
import Workers

/// Where a layer's data is when its timed run begins.
public enum CacheState: String, Codable, Sendable, CaseIterable {
  /// As within a network: the private caches hold other layers' data, then the input and the
  /// residual are written by the workers; weights come from the shared cache or memory.
  case network
  /// Whatever the run before left: nothing is evicted.
  case hot
  /// Nothing is in any cache: input, weights and output come from memory.
  case cold
}

/// One convolution with tensors to run it on.
///
/// Data are seeded small integers (`ExactData`), so that the same bench times candidates and holds
/// what they must compute. Not for use from several threads.
public final class LayerBench {
  public let layer: ConvolutionLayer
  /// Blocked and with the halo that the problem needs.
  public let input: Tensor
  public let output: Tensor
  /// nil unless the epilogue adds one.
  public let residual: Tensor?
  private let pool: WorkerPool
  private let evictor: CacheEvictor
  private let makeSharedEvictor: () -> CacheEvictor
  /// Made when the first cold run asks for it: its buffers are twice the last level.
  private lazy var sharedEvictor = makeSharedEvictor()
  private var workspace = FloatBuffer(count: 16)
  /// 1, but not to the optimiser: `x * one` is a write that it must keep.
  private var one: Float

  public var problem: ConvolutionProblem { layer.problem }

  /// - Parameter evictor: shared between the benches of one pool.
  /// - Throws: `MeasurementError` where the tensors do not fit into the machine's memory.
  public init(
    workload: Workload, kernels: Kernels, pool: WorkerPool,
    machine: Machine, evictor: CacheEvictor? = nil, seed: UInt64 = 1
  ) throws {
    let (problem, epilogue) = (workload.problem, workload.epilogue)
    // Planar copies included; what a candidate packs comes on top.
    let bytes = workload.operands.reduce(0) { $0 + 2 * Double($1.bytes) }
    let limit = Double(machine.memoryBytes) * MeasurementRules.memoryShare
    guard machine.memoryBytes == 0 || bytes <= limit else {
      throw MeasurementError(
        "\(problem) needs \(Int(bytes / 1e6)) MB to be measured, more than "
          + "\(Int(MeasurementRules.memoryShare * 100)) % of this machine's memory; "
          + "take a smaller batch or resolution")
    }
    do {
      try MemoryBudget.current.require(
        bytes, for: "\(problem)", share: MeasurementRules.memoryShare)
    } catch let error as MemoryError {
      throw MeasurementError(error.description)
    }
    cs_flush_denormals()
    self.pool = pool
    self.evictor = evictor ?? CacheEvictor(kernels: kernels, pool: pool, machine: machine)
    makeSharedEvictor = {
      CacheEvictor(kernels: kernels, pool: pool, machine: machine, shared: true)
    }
    one = 1
    let unit = ExactData.weightUnit(reductionLength: problem.reductionLength)
    layer = ConvolutionLayer(
      workload,
      weights: ExactData(seed: seed, unit: unit).values(count: problem.weightCount),
      bias: epilogue.bias
        ? ExactData(seed: seed + 1).values(count: problem.outputChannels) : [])
    input = Tensor(
      shape: problem.inputShape, block: problem.inputBlock(vectorWidth: kernels.vectorWidth),
      halo: problem.halo, planar: ExactData(seed: seed + 2).values(count: problem.inputShape.count))
    output = Tensor(TensorLayout(shape: problem.outputShape, block: kernels.vectorWidth))
    residual =
      epilogue.residual
      ? Tensor(
        shape: problem.outputShape, block: kernels.vectorWidth,
        planar: ExactData(seed: seed + 3).values(count: problem.outputShape.count)) : nil
  }

  /// Runs once, untimed.
  public func run(_ prepared: any PreparedConvolution) {
    if workspace.count < prepared.workspaceCount {
      workspace = FloatBuffer(count: prepared.workspaceCount)
    }
    prepared.run(
      input: input.view, output: output.view, residual: residual?.view,
      workspace: workspace.memory, pool: pool)
  }

  /// One run from the given state of the caches.
  public func timeOnce(_ prepared: any PreparedConvolution, state: CacheState = .network)
    -> Nanoseconds
  {
    if workspace.count < prepared.workspaceCount {
      workspace = FloatBuffer(count: prepared.workspaceCount)
    }
    switch state {
    case .hot: break
    case .network:
      evictor.evict(pool)
      rewrite(input.buffer)
      if let residual { rewrite(residual.buffer) }
    case .cold: sharedEvictor.evict(pool)
    }
    let watch = Stopwatch()
    run(prepared)
    return watch.elapsed
  }

  /// One sample: the median run of a block that takes at least `MeasurementRules.blockTime` (at
  /// most `blockRuns` runs). Each run of the block starts from `state`, which costs about the
  /// eviction and one pass over the input more than is counted.
  public func sample(_ prepared: any PreparedConvolution, state: CacheState = .network)
    -> Nanoseconds
  {
    var runs: [Nanoseconds] = []
    var total: Nanoseconds = 0
    repeat {
      let time = timeOnce(prepared, state: state)
      runs.append(time)
      total += time
    } while total < MeasurementRules.blockTime && runs.count < MeasurementRules.blockRuns
    return Statistics.median(runs)
  }

  /// Every worker writes its part, a float of each cache line.
  private func rewrite(_ buffer: FloatBuffer) {
    let lines = (buffer.count + 15) / 16
    let factor = one
    pool.runOnWorkers { worker in
      for line in WorkerPool.partition(tasks: lines, worker: worker, of: pool.count) {
        buffer.memory[16 * line] *= factor
      }
    }
  }
}

/// Something that cannot be measured: one line saying what and what would do.
public struct MeasurementError: Error, CustomStringConvertible, Equatable {
  public let description: String
  public init(_ description: String) { self.description = description }
}
