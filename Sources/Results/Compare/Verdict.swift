import Base
import Foundation
import Measurement

/// What a comparison says about one network or problem.
public enum Verdict: String, Sendable, Codable {
  /// The file against the baseline.
  case faster, slower
  /// Shown to differ by no more than the tolerance.
  case equal
  /// Neither: another sample might say anything. Not the same as equal.
  case undecided
  case onlyBaseline = "only baseline"
  case onlyFile = "only file"
}

/// What would turn `undecided` into one of the others.
public enum Remedy: Hashable, Sendable {
  /// Fewer than `ComparisonRules.leastSamples` on a side.
  case anySamples
  /// So many times the samples, if they go on as they are: a narrower interval.
  case samples(factor: Double)
  /// A noise floor, as a fraction, of at most this: no number of samples helps against it.
  case noise(below: Double)

  /// Fits a cell.
  public var text: String {
    switch self {
    case .anySamples: "\(ComparisonRules.leastSamples) samples"
    case .samples(let factor):
      factor < 10
        ? "\(NumberText.fixed(factor, decimals: 1))× samples"
        : factor < 1000 ? "\(Int(factor.rounded(.up)))× samples" : "> 1000× samples"
    case .noise(let below): "noise < \(NumberText.percent(below))"
    }
  }
}

/// The rule by which a row gets its verdict: numbers in, a word out.
///
/// *Different* needs all of: significance of the samples, a change above the threshold. *Equal* is
/// an equivalence test (Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987)
/// 657–680, by its confidence interval): the interval of the ratio, widened by the noise floor on
/// either end because samples of one run are not independent, must lie within the tolerance. All
/// else is undecided.
struct Judgement {
  /// Of the baseline's median over the file's.
  let speed: MedianRatio
  /// After correction for the number of rows; nil for too few samples.
  let correctedP: Double?
  /// A/A difference, a fraction.
  let noiseFloor: Double
  /// The least change that counts beside the noise, a fraction.
  let leastChange: Double
  /// What equal may differ by, a fraction, at least `leastChange`.
  let tolerance: Double

  /// How much the slower takes longer than the faster.
  var change: Double { max(speed.ratio, 1 / speed.ratio) - 1 }
  /// What a change has to exceed.
  var threshold: Double { max(leastChange, 2 * noiseFloor) }

  private static let level = 1 - MeasurementRules.confidence

  var verdict: Verdict {
    guard let correctedP else { return .undecided }
    if correctedP < Self.level, change > threshold {
      return speed.ratio > 1 ? .faster : .slower
    }
    guard let interval = speed.interval else { return .undecided }
    let widest = max(interval.high, 1 / interval.low) * (1 + noiseFloor)
    return widest <= 1 + tolerance ? .equal : .undecided
  }

  /// What would decide; nil where it is decided.
  var remedy: Remedy? {
    guard verdict == .undecided else { return nil }
    guard let correctedP, let interval = speed.interval else { return .anySamples }
    if change > threshold {
      // The samples do not show it yet: deviations grow with the root of their number.
      let factor = Self.deviations(Self.level) / max(Self.deviations(correctedP), 1e-3)
      return .samples(factor: max(factor * factor, Self.leastFactor))
    }
    let distance = log(1 + change)
    let room = log(1 + tolerance) - log(1 + noiseFloor) - distance
    if room > 0 {
      let width = log(max(interval.high, 1 / interval.low)) - distance
      let factor = width / room
      return .samples(factor: max(factor * factor, Self.leastFactor))
    }
    let differs = change > leastChange ? change / 2 : 0
    let isEqual = (1 + tolerance) / (1 + change) - 1
    return .noise(below: max(differs, isEqual))
  }

  /// Fewer more would be lost in the estimate's own error.
  private static let leastFactor = 1.5

  /// Standard normal deviations of a two-sided probability.
  private static func deviations(_ p: Double) -> Double {
    var (low, high) = (0.0, 40.0)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      (low, high) = erfc(middle / 2.0.squareRoot()) > p ? (middle, high) : (low, middle)
    }
    return (low + high) / 2
  }
}
