import Testing

@testable import KernelLibrary

@Suite struct KernelSignatureTests {
  private static let current = KernelSignature.current.description

  /// The recorded ones, the newest last, and which are believed.
  @Test(arguments: [
    ([], current), (["unknown", "unknown"], current),
    (["direct.900", "direct.901", "direct.901"], "direct.901"),
    // What agrees with both counts for both.
    (["direct.900", "im2col.1", "im2col.1"], "direct.900"),
    (["direct.900", "im2col.1", current], current),
    // The newest of the earlier ones, with what it does not contradict.
    (["winograd.900", "direct.900", "direct.901", "direct.901"], "direct.901 winograd.900"),
    ([current, "direct.900"], current), ([current, "direct.900", "direct.900"], "direct.900"),
  ])
  func whatMostWasMeasuredWithPrevails(_ recorded: [String], _ expected: String) throws {
    let signatures = try recorded.map { try #require(KernelSignature($0)) }
    #expect(KernelSignature.prevailing(among: signatures).description == expected)
  }

  @Test func differencesAreNamed() throws {
    #expect(KernelSignature.current.differencesHere.isEmpty)
    let other = try #require(KernelSignature("direct.900 quantum.3"))
    let here = try #require(StrategyTable.all.first { $0.name == "direct" }).revision
    #expect(other.differencesHere == "direct.900 (here \(here)), quantum.3 (here none)")
  }
}
