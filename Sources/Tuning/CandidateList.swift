import Convolution
import KernelLibrary

/// What may compete for a problem.
public struct CandidateList: Sendable {
  /// Strategy and configuration, each strategy's best guess first, strategies taking turns: when
  /// time runs out early, every strategy has been seen.
  public let candidates: [Candidate]
  /// The strategies that do not apply, each with its reason.
  public let rejections: [String: String]
  /// The candidates of each strategy that applies.
  private let columns: [[Candidate]]

  /// The best guesses of every strategy.
  public func guesses(ofEach count: Int) -> [Candidate] { columns.flatMap { $0.prefix(count) } }

  /// - Parameters:
  ///   - strategies: the names that are allowed; nil is all.
  ///   - maxError: the relative error an approximate strategy may have; nil allows none.
  /// - Throws: `StrategyError` for a name that does not exist.
  public init(
    for problem: ConvolutionProblem, target: Target, strategies: [String]? = nil,
    maxError: Double? = nil
  ) throws {
    let allowed = try strategies?.map { try StrategyTable.strategy(named: $0) } ?? StrategyTable.all
    let applying = allowed.filter { $0.rejection(of: problem, target: target) == nil }
    let superseded = Set(applying.flatMap(\.supersedes))
    var rejections: [String: String] = [:]
    var columns: [[Candidate]] = []
    for strategy in allowed {
      if let reason = strategy.rejection(of: problem, target: target) {
        rejections[strategy.name] = reason
        continue
      }
      if superseded.contains(strategy.name) {
        rejections[strategy.name] = "another strategy has its candidates"
        continue
      }
      if strategy.isApproximate, maxError == nil {
        rejections[strategy.name] = "it is an approximation; allow one with --max-error"
        continue
      }
      let list = strategy.configurations(for: problem, target: target).filter {
        let tolerance = strategy.tolerance(for: problem, configuration: $0)
        return maxError.map { tolerance <= $0 } ?? true
      }
      if list.isEmpty { rejections[strategy.name] = "its error is above --max-error" }
      columns.append(list.map { Candidate(strategy: strategy.name, configuration: $0) })
    }
    self.rejections = rejections
    self.columns = columns
    let longest = columns.map(\.count).max() ?? 0
    candidates = (0..<longest).flatMap { row in
      columns.compactMap { row < $0.count ? $0[row] : nil }
    }
  }
}
