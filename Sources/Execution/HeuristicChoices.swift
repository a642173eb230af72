import KernelLibrary

/// Candidates without a plan: what a person asks for by name, untimed.
public enum HeuristicChoices {
  /// For every layer the first configuration of the strategy, or where that does not apply (or is
  /// an approximation) of the general one, which always does.
  ///
  /// - Parameter strategy: nil is the general one everywhere.
  /// - Throws: `StrategyError` for an unknown name, `ExecutionError` for an approximate strategy.
  public static func choices(
    for network: LoweredNetwork, preferring strategy: String? = nil, target: Target
  ) throws -> [Candidate] {
    var order = StrategyTable.all.filter { !$0.isApproximate }
    if let name = strategy {
      let preferred = try StrategyTable.strategy(named: name)
      guard !preferred.isApproximate else {
        throw ExecutionError(
          "strategy \(name) is an approximation; only a plan made with an error budget has it")
      }
      order.insert(preferred, at: 0)
    }
    return try network.layers.map { try choice(for: $0, of: order, target: target) }
  }

  /// The first configuration of the first of these strategies that applies.
  ///
  /// - Parameter order: nil is all that are exact.
  /// - Throws: `ExecutionError` where none does.
  public static func choice(
    for layer: NetworkLayer, of order: [any ConvolutionStrategy]? = nil, target: Target
  ) throws -> Candidate {
    for strategy in order ?? StrategyTable.all.filter({ !$0.isApproximate })
    where strategy.rejection(of: layer.problem, target: target) == nil {
      if let first = strategy.configurations(for: layer.problem, target: target).first {
        return Candidate(strategy: strategy.name, configuration: first)
      }
    }
    throw ExecutionError("\(layer.name): no strategy applies to \(layer.problem)")
  }
}
