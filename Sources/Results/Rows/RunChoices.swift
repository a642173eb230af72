/// Which implementation ran, as far as times depend on it. Texts, empty where it was not recorded.
public struct RunChoices: Hashable, Sendable, Codable {
  /// `PlanHash`: of every layer's choice, the fused blocks and the instruction set.
  public var plan = ""
  /// Blocks of fused layers, `first-last:band` with spaces between; `none`.
  public var fusion = ""
  /// How many layers each strategy computes: `direct:3 winograd:12`.
  public var strategies = ""
  /// `KernelSignature`: the revisions of the kernels that ran.
  public var kernels = ""

  public init() {}
}
