import Base
import Testing

@testable import Measurement

@Suite struct StoppingRuleTests {
  @Test func withoutAPrecisionSecondsAreAll() {
    let rule = StoppingRule(seconds: 3)
    #expect(rule.leastSamples == 1 && rule.mostSeconds == nil)
    #expect(rule.outcome([1, 2, 3]) == nil)
    // The same as nothing given.
    #expect(StoppingRule(seconds: 3, precision: nil) == rule)
  }

  @Test func usualBoundsOfAPrecision() {
    let rule = StoppingRule(seconds: 3, precision: 0.01)
    #expect(rule.leastSamples == StoppingRule.usualLeastSamples)
    #expect(rule.mostSeconds == StoppingRule.usualMostSeconds)
    #expect(StoppingRule(seconds: 100, precision: nil, leastSamples: 5).mostSeconds == 100)
  }

  @Test func reachedIsAboutWidthAndNumber() throws {
    let rule = StoppingRule(seconds: 1, precision: 0.01, leastSamples: 10)
    let calm = (0..<40).map { Nanoseconds(10 + 0.001 * Double($0 % 7)) }
    let wild = (0..<40).map { Nanoseconds(10 + Double($0 % 7)) }
    let good = try #require(rule.outcome(calm))
    #expect(good.isReached && good.halfWidth < 0.01 && good.target == 0.01)
    #expect(try !#require(rule.outcome(wild)).isReached)
    // As narrow, but too few.
    #expect(try !#require(rule.outcome(Array(calm.prefix(9)))).isReached)
    #expect(try !#require(rule.outcome([10])).isReached)
    #expect(rule.outcome([.infinity]) == nil)
  }

  @Test func looksAreFew() {
    let rule = StoppingRule(seconds: 1, precision: 0.01, leastSamples: 10)
    #expect(!rule.isLook(9, last: 0, seconds: 1) && rule.isLook(10, last: 0, seconds: 1))
    #expect(!rule.isLook(100, last: 95, seconds: 1) && rule.isLook(105, last: 95, seconds: 1))
    // Samples of one moment do not say how well the median is known.
    #expect(!rule.isLook(100, last: 0, seconds: 0.1))
  }
}
