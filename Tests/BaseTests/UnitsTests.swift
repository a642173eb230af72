import Foundation
import Testing

@testable import Base

@Suite struct UnitsTests {
  @Test func timesAreConvertedInOnePlace() {
    #expect(Nanoseconds.milliseconds(1.5) == 1_500_000)
    #expect(Nanoseconds.seconds(2).milliseconds == 2000)
    #expect(Nanoseconds(1_067_973).milliseconds == 1.067973)
    #expect(Nanoseconds(250_000_000).seconds == 0.25)
  }

  @Test func twoOfOneUnitGiveARatioAndWorkOverTimeASpeed() {
    let (short, long): (Nanoseconds, Nanoseconds) = (200, 500)
    #expect(long / short == 2.5)
    #expect(0.5 * long + short == 450 && long / 2 == 250 && short < long)
    #expect(Gflops(operations: 1e6, in: 500) == 2000)
    // A time below the clock's step is no infinite speed.
    #expect(Gflops(operations: 8, in: 0) == 8)
    #expect([short, long].reduce(.zero, +) == 700 && max(short, .infinity) == .infinity)
  }

  @Test func filesHaveThePlainNumber() throws {
    let text = String(
      decoding: try JSONEncoder().encode([1000, 1010.5] as [Nanoseconds]), as: UTF8.self)
    #expect(text == "[1000,1010.5]")
    #expect(try JSONDecoder().decode([Gflops].self, from: Data("[157.25]".utf8)) == [157.25])
  }
}
