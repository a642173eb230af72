import Foundation

/// Seeded small integers, times a power of two: sums of their products are exact in `Float`, in
/// any order, so that a correct kernel's result equals the definition's bit by bit.
public struct ExactData: Sendable {
  private let key: UInt64
  /// Every value is a multiple of it, from -2 to 2 times.
  public let unit: Float

  public init(seed: UInt64, unit: Float = 1) {
    key = Self.mixed(seed &+ 0x9e37_79b9_7f4a_7c15)
    self.unit = unit
  }

  /// The unit of weights that keeps a sum over `length` products of the order of 2, which is where
  /// every activation still distinguishes values.
  public static func weightUnit(reductionLength length: Int) -> Float {
    Float(sign: .plus, exponent: -Int((log2(Double(max(length, 1))) / 2).rounded()), significand: 1)
  }

  public func values(count: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      for i in 0..<count {
        let hash = Self.mixed(key &+ UInt64(truncatingIfNeeded: i) &* 0x9e37_79b9_7f4a_7c15)
        // 32 random bits to 0...4 by multiplication.
        buffer[i] = Float(Int(((hash >> 32) &* 5) >> 32) - 2) * unit
      }
      initialized = count
    }
  }

  /// The finaliser of SplitMix64.
  @inline(__always)
  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
