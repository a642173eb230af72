import Base
import Foundation
import Testing

@testable import Base
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

  @Test func throttlingMakesInvalid() {
    let hot = LoadChange(seconds: 1, switchesPerSecond: 0, throttles: 3)
    #expect(Validity(samples: [100, 100], load: hot).description == "invalid: throttled 3 times")
    let cool = LoadChange(seconds: 1, switchesPerSecond: 0, throttles: 0)
    #expect(Validity(samples: [100, 100], load: cool) == .valid)
  }

  /// Each limit from both sides.
  @Test func limitsAreWhereTheRulesPutThem() {
    typealias Rules = MeasurementRules
    func label(_ load: LoadChange, workers: Int = 1) -> Validity.Label {
      Validity(samples: [100, 100], load: load, workers: workers).label
    }
    func change(
      steal: Double = 0, other: Double = 0, switches: Double = 0
    ) -> LoadChange {
      LoadChange(seconds: 1, switchesPerSecond: switches, steal: steal, otherLoad: other)
    }
    #expect(label(change(steal: Rules.invalidSteal)) == .valid)
    #expect(label(change(steal: Rules.invalidSteal + 0.001)) == .invalid)
    #expect(label(change(other: Rules.noisyOtherLoad)) == .valid)
    #expect(label(change(other: Rules.noisyOtherLoad + 0.001)) == .noisy)
    #expect(label(change(switches: 2 * Rules.noisySwitchRate), workers: 2) == .valid)
    #expect(label(change(switches: 2 * Rules.noisySwitchRate + 1), workers: 2) == .noisy)
    let drift = 1 - Rules.invalidSpeedDrift
    #expect(Validity(samples: [1], speeds: [100, Gflops(100 * drift + 0.01)]).label == .valid)
    #expect(Validity(samples: [1], speeds: [100, Gflops(100 * drift - 0.01)]).label == .invalid)
    // Two samples around 1: the corrected deviation is their distance over the root of 2.
    let reach = Rules.noisyVariation * 2.squareRoot() / 2
    #expect(
      Validity(samples: [Nanoseconds(1 - 0.99 * reach), Nanoseconds(1 + 0.99 * reach)]).label
        == .valid)
    #expect(
      Validity(samples: [Nanoseconds(1 - 1.01 * reach), Nanoseconds(1 + 1.01 * reach)]).label
        == .noisy)
    // Half of the samples 11 % apart, few enough far out for the deviation to be small.
    let spread = (0..<40).map { $0 % 2 == 0 ? 1.0 : 0.91 as Nanoseconds }
    #expect(Validity(samples: spread).label == .valid)
    let wide = (0..<40).map { $0 % 2 == 0 ? 1.0 : 0.89 as Nanoseconds }
    #expect(Validity(samples: wide).description.contains("IQR"))
  }

  @Test func loadIsReadFromTheSystem() throws {
    let folder = NSTemporaryDirectory() + "convbench-load-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let stat = folder + "/stat"
    func write(_ text: String, throttles: [Int]) throws {
      for (cpu, count) in throttles.enumerated() {
        let place = "\(folder)/cpu\(cpu)/thermal_throttle"
        try AtomicFile.makeFolder(place)
        try AtomicFile.write("\(count)\n", to: place + "/core_throttle_count")
      }
      try AtomicFile.write(text, to: stat)
    }
    try AtomicFile.makeFolder(folder)
    try write("cpu  0 0 0 1000 0 0 0 0 0 0\n", throttles: [7, 1])
    let before = SystemLoad(stat: stat, cpus: folder)
    #expect(before.throttles == 8)
    // 1,000 ticks more: 700 idle, 200 busy, 100 stolen. This process used next to nothing.
    try write("cpu  150 0 50 1700 0 0 0 100 0 0\n", throttles: [7, 3])
    let change = SystemLoad(stat: stat, cpus: folder).since(before)
    #expect(change.steal == 0.1)
    #expect(abs((change.otherLoad ?? 0) - 0.2) < 0.03)
    #expect(change.throttles == 2)
    let label = Validity(samples: [1, 1], load: change)
    #expect(label.label == .invalid)
    for reason in ["steal 10.0 %", "throttled 2 times"] {
      #expect(label.description.contains(reason))
    }
    // Too few ticks to tell, and nothing to read.
    try write("cpu  0 0 0 1040 0 0 0 4 0 0\n", throttles: [7, 1])
    #expect(SystemLoad(stat: stat, cpus: folder).since(before).steal == nil)
    let blind = SystemLoad(stat: folder + "/none", cpus: folder + "/none")
    #expect(blind.throttles == nil)
    #expect(blind.since(blind).otherLoad == nil)
  }

  @Test func stopsByTheCPULimitAreInvalid() {
    var reading = SystemLoad(stat: "", cpus: "", throttling: .init(periods: 2, seconds: 1))
    let before = reading
    #expect(Validity(samples: [1, 1], load: reading.since(before)) == .valid)
    reading.groupThrottling = .init(periods: 25, seconds: 3.3)
    #expect(
      Validity(samples: [1, 1], load: reading.since(before)).description
        == "invalid: stopped 23 times by the control group's CPU limit, 2.30 s")
    reading.groupThrottling = nil
    #expect(Validity(samples: [1, 1], load: reading.since(before)) == .valid)
  }

  @Test func interruptionsAreCounted() {
    var reading = SystemLoad()
    let before = reading
    reading.switches += 500
    reading.time += 1_000_000_000
    #expect(reading.since(before).switchesPerSecond == 500)
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
