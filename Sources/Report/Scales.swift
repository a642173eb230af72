import Foundation

/// From zero to a maximum on a line.
struct LinearScale {
  let maximum: Double
  let start: Double
  let end: Double

  /// - Parameter maximum: of the data; positive.
  init(maximum: Double, from start: Double, to end: Double) {
    self.maximum = maximum.isFinite && maximum > 0 ? maximum : 1
    self.start = start
    self.end = end
  }

  func callAsFunction(_ value: Double) -> Double {
    start + min(max(value / maximum, 0), 1) * (end - start)
  }

  /// Round numbers from 0 to at most the maximum.
  func ticks(about count: Int) -> [Double] {
    let rough = maximum / Double(max(count, 1))
    let magnitude = pow(10, floor(log10(rough)))
    let step = [1, 2, 5, 10].map { $0 * magnitude }.first { $0 >= rough } ?? 10 * magnitude
    guard step > 0, step.isFinite else { return [0] }
    return (0...20).map { Double($0) * step }.filter { $0 <= maximum * 1.0001 }
  }
}

/// Positive numbers by their logarithm.
struct LogScale {
  let low: Double
  let high: Double
  let start: Double
  let end: Double

  /// - Parameters: `low` and `high` positive, `low` less than `high`.
  init(low: Double, high: Double, from start: Double, to end: Double) {
    self.low = low
    self.high = high
    self.start = start
    self.end = end
  }

  func callAsFunction(_ value: Double) -> Double {
    let share = log(min(max(value, low), high) / low) / log(high / low)
    return start + share * (end - start)
  }

  /// 1, 2 and 5 times powers of ten; powers only where the scale spans more than four.
  var ticks: [Double] {
    let decades = log10(high / low)
    let steps: [Double] = decades > 4 ? [1] : [1, 2, 5]
    let first = Int(log10(low).rounded(.down))
    let last = Int(log10(high).rounded(.up))
    let stride = max(1, (last - first) / 12)
    return Swift.stride(from: first, through: last, by: stride).flatMap { power in
      steps.map { $0 * pow(10, Double(power)) }
    }.filter { $0 >= low * 0.9999 && $0 <= high * 1.0001 }
  }
}

/// Numbers on axes: as short as they can be.
enum TickText {
  static func of(_ value: Double) -> String {
    guard value.isFinite else { return "" }
    if abs(value) >= 1e6 || (value != 0 && abs(value) < 1e-4) {
      return String(format: "%.0e", value)
    }
    let text = String(format: "%.4f", value)
    let trimmed = text.reversed().drop { $0 == "0" }.drop { $0 == "." }
    return String(trimmed.reversed())
  }
}
