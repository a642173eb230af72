import Execution

extension Plan {
  /// What rows of its runs have in their column `plan`.
  public var hash: PlanHash {
    PlanHash(
      isa: isa, layers: layers.map { "\($0.problem) \($0.epilogue) \($0.candidate)" },
      fusions: fusions.map(\.fusion))
  }
}
