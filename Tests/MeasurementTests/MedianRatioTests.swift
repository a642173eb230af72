import KernelLibrary
import Testing

@testable import Base
@testable import Measurement

struct MedianRatioTests {
  /// The example of R's package statpsych for `ci.ratio.median2`.
  @Test func matchesAPublishedExample() throws {
    let first = [36.0, 44, 47, 42, 49, 39, 46, 31, 33, 48]
    let second = [32.0, 39, 26, 35, 43, 27, 40, 37, 34, 29, 49, 42, 40]
    let ratio = try #require(MedianRatio(first, over: second))
    let interval = try #require(ratio.interval)
    #expect(abs(ratio.ratio - 43.0 / 37) < 1e-12)
    #expect(abs(interval.low - 0.927667) < 1e-6)
    #expect(abs(interval.high - 1.455933) < 1e-6)
    // Turned over, it is the same interval turned over.
    let inverse = try #require(MedianRatio(second, over: first)?.interval)
    #expect(abs(inverse.low * interval.high - 1) < 1e-12)
  }

  /// Samples as times are: skewed, with a tail.
  @Test(arguments: [(10, 10), (30, 100), (100, 100)])
  func coversTheTrueRatio(_ m: Int, _ n: Int) throws {
    var random = SeededGenerator(seed: 5)
    func series(_ count: Int, _ median: Double) -> [Double] {
      (0..<count).map { _ in
        let u = Double.random(in: 0.001...0.999, using: &random)
        return median * (1 + 0.05 * (u < 0.5 ? u - 0.5 : (u - 0.5) * (u - 0.5) * 10))
      }
    }
    var covered = 0
    for _ in 0..<400 {
      let interval = try #require(
        MedianRatio(series(m, 3), over: series(n, 2))?.interval)
      if interval.low <= 1.5, interval.high >= 1.5 { covered += 1 }
    }
    // 380 are expected; 358 is five deviations away.
    #expect(covered > 358 && covered < 400, "\(covered)")
  }

  @Test func geometricMeanCombinesErrors() throws {
    let base = (1...50).map { 10 + Double($0) / 50 }
    let double = try #require(MedianRatio(base.map { 2 * $0 }, over: base))
    let half = try #require(MedianRatio(base, over: base.map { 2 * $0 }))
    let mean = try #require(MedianRatio.geometricMean([double, half, double, double]))
    #expect(abs(mean.ratio - 2.0.squareRoot()) < 1e-12)
    // Four equal errors: half of one of them.
    #expect(abs(try #require(mean.logError) - (try #require(double.logError)) / 2) < 1e-12)
    #expect(MedianRatio.geometricMean([]) == nil)
  }

  @Test func knowsWhatItDoesNotKnow() throws {
    let single = try #require(MedianRatio([2], over: [1, 1.1, 1.2]))
    #expect(abs(single.ratio - 2 / 1.1) < 1e-12 && single.interval == nil)
    #expect(try #require(MedianRatio.geometricMean([single])).interval == nil)
    #expect(MedianRatio([1, 2], over: [1, 2], ratio: 3)?.ratio == 3)
    for bad in [[], [0, 1], [-1, 1], [1, .nan], [.infinity]] as [[Double]] {
      #expect(MedianRatio(bad, over: [1, 2]) == nil)
      #expect(MedianRatio([1, 2], over: bad) == nil)
    }
  }

  @Test func driftIsThatOfTenths() throws {
    let tenths = (0..<10).flatMap { Array(repeating: 100 + Double($0), count: 3) }
    // The quartiles of 100…109 are 102.25 and 106.75.
    #expect(abs(try #require(NoiseFloor.drift(tenths)) - 1.5 * 4.5 / 102.25) < 1e-12)
    // A slowed fifth of a run is not how far its median wanders.
    let slowed = Array(repeating: 1.0, count: 80) + Array(repeating: 1.6, count: 20)
    #expect(NoiseFloor.drift(slowed) == 0)
    #expect(NoiseFloor.drift(Array(tenths.prefix(7))) == nil)
    #expect(NoiseFloor.drift(tenths + [0]) == nil)
  }
}
