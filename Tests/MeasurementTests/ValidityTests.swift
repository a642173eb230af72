import Foundation
import Testing

@testable import Measurement

struct ValidityTests {
  @Test func steadySamplesAreValid() {
    let quiet = LoadChange(seconds: 1, switchesPerSecond: 2, steal: 0.001, otherLoad: 0.02)
    let validity = Validity(samples: [100, 101, 99, 100], load: quiet, speeds: [100, 99])
    #expect(validity == .valid)
    #expect(validity.description == "valid")
  }

  @Test func eachRuleHasItsLabelAndReason() {
    let noisy = Validity(samples: [100, 150, 80, 120])
    #expect(noisy.label == .noisy)
    #expect(noisy.description.contains("CV"))
    let stolen = Validity(
      samples: [100, 100], load: LoadChange(seconds: 1, switchesPerSecond: 0, steal: 0.03))
    #expect(stolen.description == "invalid: steal 3.0 %")
    let drifted = Validity(samples: [100, 100], speeds: [150, 100])
    #expect(drifted.description == "invalid: speed drift 33.3 %")
    let busy = Validity(
      samples: [100, 100],
      load: LoadChange(seconds: 1, switchesPerSecond: 500, steal: 0, otherLoad: 0.5), workers: 2)
    #expect(busy.label == .noisy)
    #expect(busy.reasons.count == 2)
  }

  @Test(arguments: ["valid", "noisy: CV 7.2 %", "invalid: steal 3.0 %; CV 7.2 %"])
  func textRoundTrips(_ text: String) throws {
    let validity = try #require(Validity(text))
    #expect(validity.description == text)
    let decoded = try JSONDecoder().decode(Validity.self, from: JSONEncoder().encode(validity))
    #expect(decoded == validity)
  }

  @Test func otherTextIsNoValidity() {
    #expect(Validity("fine") == nil)
    #expect(Validity("") == nil)
  }

  @Test func ticksComeFromTheFirstLine() throws {
    let text = "cpu  10 20 30 400 50 6 7 8 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\n"
    let ticks = try #require(SystemLoad.Ticks(stat: text))
    #expect(ticks.busy == 73)
    #expect(ticks.steal == 8)
    #expect(ticks.total == 531)
    #expect(SystemLoad.Ticks(stat: "") == nil)
    #expect(SystemLoad.Ticks(stat: "cpu  1 2") == nil)
  }

  @Test func loadChangesAreShares() {
    let before = SystemLoad()
    let watch = Stopwatch()
    var x = 1.0
    while watch.seconds < 0.05 { x = (x * 1.5).truncatingRemainder(dividingBy: 7) }
    let change = SystemLoad().since(before)
    #expect(change.seconds >= 0.05)
    #expect(x >= 0)
    #expect(change.switchesPerSecond >= 0)
    // Too short for ticks of 10 ms.
    #expect(change.steal == nil || change.steal! <= 1)
  }
}
