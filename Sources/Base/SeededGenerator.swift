/// A small deterministic generator (SplitMix64, Steele, Lea & Flood 2014): the same data for the
/// same seed on every machine.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Whole numbers from -2 to 2. Sums of their products stay exact in Float up to four million
  /// terms, so kernels that only reorder the sum must give the reference's result to the bit.
  public mutating func smallIntegers(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(Int(truncatingIfNeeded: next() >> 33) % 5 - 2) }
  }

  /// Uniform in -1 to 1.
  public mutating func uniform(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float(Int64(bitPattern: next()) >> 40) * 0x1p-23 }
  }
}
