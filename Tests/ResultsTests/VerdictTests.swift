import Foundation
import Measurement
import TestSupport
import Testing

@testable import Results

/// The rule of the four verdicts, on given ratios, intervals and noise floors.
@Suite struct VerdictTests {
  /// A ratio whose 95 % interval is so many percent wide on either side.
  private static func judgement(
    _ ratio: Double, width: Double, p: Double? = 0.001, noise: Double = 0, least: Double = 0.02,
    tolerance: Double = 0.05
  ) throws -> Judgement {
    // Two samples a side at the distance that gives the width.
    let middle = try #require(MedianRatio([1, 1.1], over: [1, 1.1]))
    let logWidth = try #require(middle.interval.map { $0.high })
    let power = log(1 + width) / log(logWidth)
    let spread = pow(1.1, power)
    let speed = try #require(
      MedianRatio([1, spread], over: [1, spread], ratio: ratio))
    #expect(abs(try #require(speed.interval).high / ratio - (1 + width)) < 1e-6)
    return Judgement(
      speed: speed, correctedP: p, noiseFloor: noise, leastChange: least, tolerance: tolerance)
  }

  /// Every verdict at its borders: ratio, width of the interval, p, noise floor.
  @Test(arguments: [
    (1.0, 0.01, 0.5, 0.0, Verdict.equal), (1.045, 0.01, 0.5, 0, .undecided),
    (1.0, 0.049, 0.5, 0, .equal), (1.0, 0.051, 0.5, 0, .undecided),
    // The noise floor widens the interval: within one run nobody saw it.
    (1.0, 0.03, 0.5, 0.01, .equal), (1.0, 0.03, 0.5, 0.03, .undecided),
    (1.019, 0.001, 1e-9, 0.005, .equal), (1.021, 0.001, 1e-9, 0.005, .faster),
    (1 / 1.021, 0.001, 1e-9, 0.005, .slower), (1.021, 0.001, 1e-9, 0.011, .equal),
    // Far apart but within twice the noise: nobody knows, however large the difference is.
    (2.7, 0.01, 1e-9, 0.9, .undecided), (1 / 2.7, 0.01, 1e-9, 0.9, .undecided),
    (2.7, 0.01, 1e-9, 0.84, .faster), (1.1, 0.2, 0.06, 0, .undecided), (1.1, 0.2, 0.04, 0, .faster),
  ])
  func everyVerdictAtItsBorders(
    _ ratio: Double, _ width: Double, _ p: Double, _ noise: Double, _ verdict: Verdict
  ) throws {
    let row = try Self.judgement(ratio, width: width, p: p, noise: noise)
    #expect(row.verdict == verdict)
    #expect((row.remedy == nil) == (verdict != .undecided))
  }

  /// Equal never says less than it seems: the whole widened interval lies within the tolerance.
  @Test func equalIsShown() throws {
    for ratio in [0.5, 0.9, 0.96, 0.99, 1, 1.01, 1.04, 1.1, 2] {
      for width in [0.001, 0.01, 0.04, 0.2, 1] {
        for noise in [0, 0.01, 0.1, 1] {
          for tolerance in [0.02, 0.05, 0.3] {
            let row = try Self.judgement(
              ratio, width: width, p: 0.5, noise: noise, tolerance: tolerance)
            let worst = max(ratio, 1 / ratio) * (1 + width) * (1 + noise)
            #expect((row.verdict == .equal) == (worst <= 1 + tolerance))
          }
        }
      }
    }
  }

  @Test func nothingIsDecidedWithoutSamples() throws {
    let row = try Self.judgement(1, width: 0.001, p: nil)
    #expect(row.verdict == .undecided && row.remedy == .anySamples)
  }

  /// What is said to decide does decide.
  @Test func remediesHold() throws {
    // So many times the samples: the interval is narrower by the root.
    let wide = try Self.judgement(1.01, width: 0.1, p: 0.5, noise: 0.005)
    guard case .samples(let factor)? = wide.remedy else {
      Issue.record("\(String(describing: wide.remedy))")
      return
    }
    #expect(factor > 1.5)
    let narrow = pow(1.1, 1 / factor.squareRoot()) - 1
    #expect(
      try Self.judgement(1.01, width: narrow - 1e-6, p: 0.5, noise: 0.005).verdict == .equal)
    #expect(
      try Self.judgement(1.01, width: narrow + 1e-4, p: 0.5, noise: 0.005).verdict == .undecided)
    // No number of samples helps where the noise hides the difference.
    for ratio in [1.06, 1.5, 2.7, 1 / 1.5] {
      let noisy = try Self.judgement(ratio, width: 1e-6, p: 1e-9, noise: 2)
      guard case .noise(let below)? = noisy.remedy else {
        Issue.record("\(ratio): \(String(describing: noisy.remedy))")
        continue
      }
      let quiet = try Self.judgement(ratio, width: 1e-6, p: 1e-9, noise: below - 1e-6)
      #expect(quiet.verdict != .undecided, "\(ratio)")
    }
    // A change that counts and is not yet significant needs samples.
    guard case .samples? = try Self.judgement(1.3, width: 0.5, p: 0.2).remedy else {
      Issue.record("a change beyond the noise is a matter of samples")
      return
    }
  }

  @Test func aGateIsTheTolerance() {
    func tolerance(_ gate: Double, _ asked: Double) -> Double {
      ComparisonRules(fields: MatchField.networks, gate: gate, tolerance: asked).tolerance
    }
    #expect(tolerance(0, 0.05) == 0.05)
    #expect(tolerance(0.1, 0.05) == 0.1)
    #expect(tolerance(0.03, 0.05) == 0.03)
    // Smaller differences count as none anywhere.
    #expect(tolerance(0.001, 0.05) == ComparisonRules.leastChange)
  }

  /// Every set of verdicts, with and without lacking rows.
  @Test func outcomesAreTheWorst() throws {
    typealias Options = ComparisonFixture.Options
    let slower = (Options(network: "s"), Options(network: "s", ms: 12, seed: 2))
    let faster = (Options(network: "f"), Options(network: "f", ms: 8, seed: 2))
    let equal = (Options(network: "e"), Options(network: "e", seed: 2))
    let undecided = (Options(network: "u"), Options(network: "u", count: 2, seed: 2))
    func outcome(
      _ pairs: [(Options, Options)], lacking: Bool = false, all: Bool = false, allowed: Bool = false
    ) throws -> ComparisonOutcome {
      let comparison = try Comparison(
        baseline: ComparisonFixture.file(
          "a", pairs.map(\.0) + (lacking ? [Options(network: "gone")] : [])),
        file: ComparisonFixture.file("b", pairs.map(\.1)), rules: ComparisonFixture.rules)
      return [comparison].outcome(requiresAll: all, allowsUndecided: allowed)
    }
    #expect(try outcome([equal]) == .equal)
    #expect(try outcome([equal, faster]) == .faster)
    #expect(try outcome([equal, faster, undecided]) == .undecided)
    #expect(try outcome([equal, faster, undecided], allowed: true) == .faster)
    #expect(try outcome([undecided], allowed: true) == .equal)
    #expect(try outcome([slower, faster, undecided]) == .slower)
    // Silent unless asked for; one side is as bad as the other.
    #expect(try outcome([equal], lacking: true) == .equal)
    #expect(try outcome([equal], lacking: true, all: true) == .incomplete)
    #expect(try outcome([equal], all: true) == .equal)
    #expect(try outcome([undecided], lacking: true, all: true) == .incomplete)
    #expect(try outcome([slower], lacking: true, all: true) == .slower)
    let comparison = try Comparison(
      baseline: ComparisonFixture.file("a", [equal.0]),
      file: ComparisonFixture.file("b", [equal.1, faster.1]), rules: ComparisonFixture.rules)
    #expect([comparison].outcome(requiresAll: true) == .incomplete)
    #expect(Set(ComparisonOutcome.allCases.map(\.rawValue)).count == 5)
  }
}
