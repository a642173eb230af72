import Report
import Results
import TestSupport
import Testing

@Suite struct ComparisonPageTests {
  @Test func pageIsWholeAndEscaped() throws {
    let comparison = try Comparison(
      baseline: ComparisonFixture.file(
        "a.csv", [.init(), .init(network: "vgg19"), .init(network: "<b>&")]),
      file: ComparisonFixture.file(
        "b.csv", [.init(ms: 12, seed: 2), .init(network: "vgg19"), .init(network: "vgg16")]),
      rules: ComparisonFixture.rules)
    let page = ComparisonPage.text([comparison])
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("</html>"))
    #expect(page.contains("<b>slower</b>") && page.contains("&lt;b&gt;&amp; batch 1"))
    #expect(!page.contains("<b>&") && !page.contains("http://"))
    #expect(page.ranges(of: "<script").count == 1 && page.contains("Speed of B relative to A"))
  }
}
