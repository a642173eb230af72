import Base
import Testing

@testable import Measurement

@Suite struct RetriesTests {
  /// - Parameter moods: whether each timing in turn is disturbed; timings are numbered.
  static func take(_ moods: [Bool], limit: Int) -> (taken: Int, retries: Retries) {
    var retries = Retries(limit)
    var next = 0
    let timing = retries.take {
      defer { next += 1 }
      return Timing(next, isDisturbed: moods[next])
    }
    return (timing.value, retries)
  }

  @Test(arguments: [
    // moods, limit, which counts, discarded, disturbed
    ([false], 3, 0, 0, 0),
    ([true, false], 3, 1, 1, 0),
    ([true, true, true, false], 3, 3, 3, 0),
    ([true, true, true, true], 3, 3, 3, 1),
    ([true], 0, 0, 0, 1),
    ([true], -1, 0, 0, 1),
    ([false], 0, 0, 0, 0),
  ])
  func theFirstCalmTimingCountsOrTheLast(
    moods: [Bool], limit: Int, taken: Int, discarded: Int, disturbed: Int
  ) {
    let result = Self.take(moods, limit: limit)
    #expect(result.taken == taken)
    #expect(result.retries.discarded == discarded)
    #expect(result.retries.disturbed == disturbed)
  }

  @Test func anErrorEndsIt() {
    struct Stop: Error {}
    var retries = Retries(3)
    #expect(throws: Stop.self) {
      try retries.take { () throws -> Timing<Int> in throw Stop() }
    }
    #expect(retries.discarded == 0)
  }

  @Test func aSampleHasTheMeanOfItsProbes() {
    #expect(Sample(Timing(5 as Nanoseconds, speedBefore: 10, speedAfter: 20)).speed == 15)
    #expect(Sample(5, speedBefore: 10).speed == nil)
    #expect(Sample(Timing(5 as Nanoseconds, isDisturbed: true)).isDisturbed == true)
  }
}
