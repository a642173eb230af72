import Base
import Foundation
import Testing

@testable import Measurement

struct StatisticsTests {
  @Test func quantilesInterpolate() {
    let samples = [4.0, 1, 3, 2]
    #expect(Statistics.median(samples) == 2.5)
    #expect(Statistics.quantile(samples, 0.25) == 1.75)
    #expect(Statistics.quantile(samples, 0) == 1)
    #expect(Statistics.quantile(samples, 1) == 4)
    #expect(Statistics.median([7]) == 7)
    #expect(Statistics.median([]).isNaN)
  }

  @Test func percentilesNeedEnoughSamples() {
    let samples = (1...200).map(Double.init)
    #expect(Statistics.percentile(Array(samples.prefix(19)), 90) == nil)
    #expect(Statistics.percentile(Array(samples.prefix(20)), 90) != nil)
    #expect(Statistics.percentile(Array(samples.prefix(199)), 99) == nil)
    #expect(abs(Statistics.percentile(samples, 99)! - 198.01) < 1e-9)
  }

  /// Table of order statistics for the median's 95 % interval (e.g. Conover, table A3 for p = 1/2).
  @Test(arguments: [(6, 1), (9, 2), (12, 3), (20, 6), (25, 8), (50, 18)])
  func medianIntervalMatchesTheBinomialTable(_ n: Int, _ k: Int) {
    let samples = (1...n).map(Double.init).shuffled()
    #expect(
      Statistics.medianInterval(samples, confidence: 0.95)
        == Interval(low: Double(k), high: Double(n + 1 - k)))
  }

  @Test func fewSamplesGiveTheirRange() {
    #expect(Statistics.medianInterval([3, 1, 2]) == Interval(low: 1, high: 3))
    #expect(Statistics.medianInterval([5]) == Interval(low: 5, high: 5))
  }

  @Test func medianIntervalCoversTheMedian() {
    var random = SeededGenerator(seed: 1)
    var covered = 0
    for _ in 0..<1000 {
      let samples = (0..<15).map { _ in Double.random(in: -1...1, using: &random) }
      let interval = Statistics.medianInterval(samples, confidence: 0.95)
      if interval.low <= 0, interval.high >= 0 { covered += 1 }
    }
    // 96.5 % is expected for 15 samples; 93 % is four deviations away.
    #expect(covered > 930)
  }

  @Test func outliersAreCountedByTukeysFences() {
    #expect(Statistics.outliers([1, 2, 3, 4, 5, 100]) == 1)
    #expect(Statistics.outliers([1, 2, 3, 4, 5, 6]) == 0)
    #expect(Statistics.outliers([1, 100]) == 0)
  }

  /// 0, 1, 2 against 10, 11, 12: one arrangement of 20 on either side.
  @Test func mannWhitneyIsExactForFewSamples() {
    #expect(abs(Statistics.mannWhitney([1, 2, 3], [10, 11, 12]) - 0.1) < 1e-12)
    #expect(abs(Statistics.mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]) - 2.0 / 252) < 1e-12)
    // U = 1 and U = 0 out of 20 arrangements, both tails.
    #expect(abs(Statistics.mannWhitney([1, 2, 10], [9, 11, 12]) - 4.0 / 20) < 1e-12)
    #expect(Statistics.mannWhitney([], [1]) == 1)
    #expect(Statistics.mannWhitney([1, 1, 1], [1, 1, 1]) == 1)
  }

  @Test func mannWhitneyApproximationAgreesWithTheExactValue() {
    let first = (0..<20).map { Double($0) }
    let second = (0..<20).map { Double($0) + 4.5 }
    let exact = Statistics.mannWhitney(first, second)
    // A tie forces the approximation.
    let approximate = Statistics.mannWhitney(first + [100], second + [100])
    #expect(abs(exact - approximate) < 0.02)
    #expect(exact > 0.005 && exact < 0.2)
  }

  @Test func mannWhitneyRejectsEqualDistributionsRarely() {
    var random = SeededGenerator(seed: 1)
    var different = 0
    for _ in 0..<1000 {
      let first = (0..<12).map { _ in Double.random(in: 0...1, using: &random) }
      let second = (0..<12).map { _ in Double.random(in: 0...1, using: &random) }
      if Statistics.mannWhitney(first, second) < 0.05 { different += 1 }
    }
    #expect(different < 80)
    #expect(different > 15)
  }

  @Test func holmStepsDown() {
    let adjusted = Statistics.holm([0.01, 0.04, 0.03])
    #expect(zip(adjusted, [0.03, 0.06, 0.06]).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func sharesHaveWilsonsInterval() {
    func close(_ interval: Interval, _ low: Double, _ high: Double) -> Bool {
      abs(interval.low - low) < 5e-4 && abs(interval.high - high) < 5e-4
    }
    // Newcombe (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    #expect(close(Statistics.wilsonInterval(81, of: 263), 0.2553, 0.3662))
    #expect(close(Statistics.wilsonInterval(15, of: 148), 0.0624, 0.1605))
    #expect(close(Statistics.wilsonInterval(0, of: 20), 0, 0.1611))
    #expect(close(Statistics.wilsonInterval(1, of: 29), 0.0061, 0.1718))
    #expect(Statistics.wilsonInterval(0, of: 0) == Interval(low: 0, high: 1))
  }

  @Test func summaryKeepsWhatTheSamplesSay() throws {
    let summary = try #require(SampleSummary((1...20).map(Double.init)))
    #expect(summary.count == 20)
    #expect(summary.median == 10.5)
    #expect(summary.minimum == 1)
    #expect(summary.p90 == Statistics.quantile((1...20).map(Double.init), 0.9))
    #expect(summary.p99 == nil)
    #expect(summary.interval == Interval(low: 6, high: 15))
    #expect(SampleSummary([]) == nil)
    #expect(SampleSummary([1, .nan]) == nil)
    let decoded = try JSONDecoder().decode(
      SampleSummary.self, from: JSONEncoder().encode(summary))
    #expect(decoded == summary)
  }
}
