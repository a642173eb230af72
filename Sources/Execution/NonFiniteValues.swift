import KernelLibrary

/// Values of one run that are no numbers: how many, and which layers may have spread them.
///
/// Every kernel keeps a NaN and an infinity where the definition has them, but a layer whose
/// algorithm adds inputs up before it multiplies (Winograd) cannot: they come out of it in
/// neighbouring pixels too. Whoever looks at such a result has to know.
public struct NonFiniteValues: Sendable {
  /// Of one tensor.
  public struct Count: Sendable, Equatable {
    public var nan = 0
    public var infinite = 0
    public var total = 0

    public init(_ values: [Float]) {
      total = values.count
      for value in values where !value.isFinite {
        if value.isNaN { nan += 1 } else { infinite += 1 }
      }
    }

    static func + (a: Self, b: Self) -> Self {
      var sum = a
      sum.nan += b.nan
      sum.infinite += b.infinite
      sum.total += b.total
      return sum
    }

    public var isClean: Bool { nan == 0 && infinite == 0 }
  }

  public let input: Count
  public let output: Count
  /// Layers by the strategy that may spread them, in the table's order.
  public let spreading: [(strategy: String, layers: Int)]

  /// Of a session that has run.
  ///
  /// - Parameter inputs: what was loaded.
  public init(_ session: Session, inputs: [[Float]]) {
    input = inputs.map(Count.init).reduce(Count([])) { $0 + $1 }
    output = session.outputs.map(Count.init).reduce(Count([])) { $0 + $1 }
    let layers = zip(session.choices, session.network.layers)
    spreading = StrategyTable.all.compactMap { strategy in
      let count = layers.count {
        $0.strategy == strategy.name && strategy.spreadsNonFinite(in: $1.problem)
      }
      return count > 0 ? (strategy.name, count) : nil
    }
  }

  /// One line; nil where every value is a number.
  public var warning: String? {
    guard !input.isClean || !output.isClean else { return nil }
    func text(_ count: Count) -> String {
      count.isClean
        ? "all \(count.total) are finite"
        : "\(count.nan) NaN and \(count.infinite) infinite of \(count.total)"
    }
    let cause =
      spreading.isEmpty
      ? "they are where the definition has them"
      : spreading.map { "\($0.strategy) (\($0.layers) \($0.layers == 1 ? "layer" : "layers"))" }
        .joined(separator: ", ")
        + " may have spread them to neighbouring outputs: compare with --strategy direct"
    return "warning: values that are not finite; input: \(text(input)); output: \(text(output)); "
      + cause
  }
}
