import KernelLibrary
import Plans
import Races
import Store

/// What the user asked of the tuner.
public struct TuningOptions: Sendable {
  /// Seconds for everything; layers that are not reached get a heuristic choice. nil: no limit.
  public var seconds: Double?
  /// Relative error that an approximate strategy may have; nil allows none.
  public var maxError: Double?
  /// Bytes of workspace that a candidate may need; nil: no limit.
  public var maxWorkspaceBytes: Int?
  /// Names of the strategies that may win; nil is all.
  public var strategies: [String]?
  /// Measure anew what the store has.
  public var refresh = false
  /// Time the layers within the running network, too, and race again where that contradicts.
  public var inNetwork = true
  /// Race blocks of layers that are computed together against the layers on their own.
  public var fuses = true
  /// The best guesses of each strategy alone race; nil is all candidates. Such races are no answer
  /// to what is fastest, and are not kept.
  public private(set) var guesses: Int?
  public var rules = RaceRules()

  public init() {}

  /// A plan in a moment: the best guess of every strategy, seen a few times, layers on their own.
  public mutating func makeEstimate() {
    guesses = 1
    inNetwork = false
    fuses = false
    rules.looks = [3]
    rules.probeRuns = 2
    rules.hotBlocks = 1
    rules.warmUp = .milliseconds(5)
  }

  /// Which candidates may race.
  func scope(candidates: Int) -> RaceScope {
    RaceScope(
      strategies: strategies, candidates: candidates, maxError: maxError,
      maxWorkspaceBytes: maxWorkspaceBytes)
  }

  /// As a plan records it.
  public var budgets: Plan.Budgets {
    Plan.Budgets(
      seconds: seconds, maxError: maxError, maxWorkspaceBytes: maxWorkspaceBytes,
      strategies: strategies, guesses: guesses)
  }
}
