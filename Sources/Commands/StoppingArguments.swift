import ArgumentParser
import Foundation
import Measurement

/// When a measurement has samples enough, the same for `run` and `bench`.
struct StoppingArguments: ParsableArguments {
  @Option(
    name: .customLong("until-ci"),
    help: ArgumentHelp(
      "Measure until half the width of the median's 95 % interval is at most so much of it.",
      valueName: "1%"),
    transform: Self.share)
  var precision: Double?

  @Option(
    help: ArgumentHelp(
      "Take at least so many samples (default with --until-ci: \(StoppingRule.usualLeastSamples)).",
      valueName: "n"))
  var minSamples: Int?

  @Option(
    help: ArgumentHelp(
      """
      With one of these: stop after so many seconds of samples in any case (default: \
      \(Int(StoppingRule.usualMostSeconds))).
      """, valueName: "seconds"))
  var maxSeconds: Double?

  @Option(
    help: ArgumentHelp(
      "Seconds to run before samples are taken (default: ten runs or a second).",
      valueName: "seconds"))
  var warmUp: Double?

  func validate() throws {
    if let minSamples, !(1...10_000_000).contains(minSamples) {
      throw ValidationError("--min-samples \(minSamples): give a number from 1 to 10000000")
    }
    if let maxSeconds {
      guard (0.01...86_400).contains(maxSeconds) else {
        throw ValidationError("--max-seconds \(maxSeconds): give seconds from 0.01 to 86400")
      }
      guard precision != nil || minSamples != nil else {
        throw ValidationError("--max-seconds goes with --until-ci or --min-samples")
      }
    }
    if let warmUp, !(0...3600).contains(warmUp) {
      throw ValidationError("--warm-up \(warmUp): give seconds from 0 to 3600")
    }
  }

  /// `1%` and `1` are the same.
  private static func share(_ text: String) throws -> Double {
    let number = text.hasSuffix("%") ? String(text.dropLast()) : text
    guard let percent = Double(number.trimmingCharacters(in: .whitespaces)),
      (0.001...100).contains(percent)
    else { throw ValidationError("give a percentage from 0.001 to 100, such as 1%") }
    return percent / 100
  }

  /// Whether there is an end besides the seconds.
  var isGiven: Bool { precision != nil || minSamples != nil }

  /// - Parameter seconds: where no precision is asked for.
  func rule(seconds: Double) -> StoppingRule {
    StoppingRule(
      seconds: seconds, precision: precision, leastSamples: minSamples, mostSeconds: maxSeconds)
  }
}
