import Foundation

/// How far an array is from what was expected, and where it is furthest.
public struct ArrayComparison: Sendable, CustomStringConvertible {
  /// Of the worst element, in the result's shape.
  public let index: [Int]
  public let value: Float
  public let expected: Float
  /// `|value - expected|` as a share of the range of the finite expected values: largest minus
  /// smallest, or where they are all the same the magnitude of the value itself. Infinite where one
  /// of the two is not finite and the other is not the same.
  public let error: Double
  /// `‖value - expected‖ / ‖expected‖`, both L2 over the finite expected values; infinite where
  /// `error` is.
  public let relativeL2: Double

  /// How many times the tolerance the worst element may be off where the whole array is within it.
  public static let outlierFactor = 10.0

  /// Whether the array is what was expected: no element is further off than the tolerance, or the
  /// relative L2 error is within it and no element is further off than `outlierFactor` times. Where
  /// an activation cut the range (ReLU6 of values of hundreds), rounding errors are what they were
  /// and a share of the range says little about them.
  public func isWithin(_ tolerance: Double) -> Bool {
    error <= tolerance || (relativeL2 <= tolerance && error <= Self.outlierFactor * tolerance)
  }

  /// - Parameter result: as many values as expected.
  public init(_ result: FloatArray, expected: FloatArray) {
    precondition(result.values.count == expected.values.count)
    let finite = expected.values.lazy.filter(\.isFinite)
    let (low, high) = finite.reduce((Double.infinity, -Double.infinity)) {
      (min($0.0, Double($1)), max($0.1, Double($1)))
    }
    var scale = high - low
    if !(scale > 0) { scale = abs(high) }
    if !(scale > 0 && scale.isFinite) { scale = 1 }
    var worst = (position: 0, error: -1.0)
    var (differences, squares) = (0.0, 0.0)
    for (position, (value, expected)) in zip(result.values, expected.values).enumerated() {
      let difference = Self.difference(value, expected)
      differences += difference * difference
      if expected.isFinite { squares += Double(expected) * Double(expected) }
      if difference / scale > worst.error { worst = (position, difference / scale) }
    }
    error = max(worst.error, 0)
    relativeL2 = differences > 0 ? (differences / squares).squareRoot() : 0
    value = result.values.isEmpty ? 0 : result.values[worst.position]
    self.expected = expected.values.isEmpty ? 0 : expected.values[worst.position]
    var rest = worst.position
    index = result.shape.reversed().map { size in
      defer { rest /= size }
      return rest % size
    }.reversed()
  }

  private static func difference(_ value: Float, _ expected: Float) -> Double {
    if value == expected || (value.isNaN && expected.isNaN) { return 0 }
    let difference = abs(Double(value) - Double(expected))
    return difference.isFinite ? difference : .infinity
  }

  /// `worst element [0, 7]: got 0.25, expected 0.5, 2.1e-03 of the range; relative L2 error 4.0e-04`
  public var description: String {
    let share =
      error.isFinite
      ? String(format: "%.1e of the range; relative L2 error %.1e", error, relativeL2)
      : "not comparable"
    return "worst element \(index): got \(value), expected \(expected), \(share)"
  }
}
