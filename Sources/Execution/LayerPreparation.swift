import Convolution
import KernelLibrary
import Networks
import Synchronization
import Workers

/// Packs the weights of a network's layers with the help of the workers.
///
/// Each worker takes the next layer, makes its parameters, packs them and lets the parameters go,
/// so that besides the packed weights only a few layers' exist at a time. A layer that has much of
/// the network's weights (VGG's first fully connected one has three quarters) comes first and alone:
/// while its parameters exist twice, there is nothing else.
struct LayerPreparation {
  let network: LoweredNetwork
  let seed: UInt64
  let choices: [Candidate]
  /// By layer, what else it can be switched to.
  let alternatives: [Int: [Candidate]]
  let kernels: Kernels
  let pool: WorkerPool

  /// More workers would hold too many layers' parameters at a time.
  private static let workerLimit = 8

  /// - Throws: the error of the first layer that has one.
  func run() throws -> [any PreparedConvolution] {
    let results = Results(network.layers.count)
    let next = Atomic(0)
    // The largest first: a fully connected layer may take as long as all others together.
    let order = network.layers.indices.sorted {
      (network.layers[$1].problem.weightCount, $0) < (network.layers[$0].problem.weightCount, $1)
    }
    let weights = order.reduce(0) { $0 + network.layers[$1].problem.weightCount }
    for index in order where network.layers[index].problem.weightCount > weights / 4 {
      results.slots[index] = Result { try prepare(index) }
      next.wrappingAdd(1, ordering: .relaxed)
    }
    let workers = min(pool.count, Self.workerLimit)
    pool.run(tasks: pool.count) { task, _ in
      while task < workers {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < order.count else { return }
        results.slots[order[index]] = Result { try prepare(order[index]) }
      }
    }
    return try (0..<results.count).map { index in
      guard let result = results.slots[index] else {
        throw ExecutionError("\(network.layers[index].name): was not prepared")
      }
      return try result.get()
    }
  }

  private func prepare(_ index: Int) throws -> any PreparedConvolution {
    let parameters = network.parameters(of: network.layers[index], seed: seed)
    let prepared = try prepare(index, choices[index], parameters)
    guard let others = alternatives[index], !others.isEmpty else { return prepared }
    return SwitchedConvolution(
      [prepared] + (try others.map { try prepare(index, $0, parameters) }))
  }

  private func prepare(
    _ index: Int, _ choice: Candidate, _ parameters: ConvolutionLayer
  ) throws -> any PreparedConvolution {
    let layer = network.layers[index]
    let strategy = try StrategyTable.strategy(named: choice.strategy)
    let target = Target(kernels, pool: pool)
    if let reason = strategy.rejection(of: layer.problem, target: target) {
      throw ExecutionError(
        "\(layer.name): strategy \(choice.strategy) does not apply: \(reason)")
    }
    return try strategy.prepare(
      parameters, configuration: choice.configuration, target: target)
  }

  /// One slot per layer, written by one worker each.
  private final class Results: @unchecked Sendable {
    let slots: UnsafeMutablePointer<Result<any PreparedConvolution, any Error>?>
    let count: Int

    init(_ count: Int) {
      self.count = count
      slots = .allocate(capacity: count)
      slots.initialize(repeating: nil, count: count)
    }

    deinit {
      slots.deinitialize(count: count)
      slots.deallocate()
    }
  }
}
