import Base
import Workers

/// Reproducible noise: value `i` of a stream is a hash of its position, the same on every machine.
struct SeededValues {
  private let key: UInt64

  /// - Parameters:
  ///   - seed: of the network.
  ///   - name: the stream, e.g. a node's name and what is drawn.
  init(seed: UInt64, name: String) {
    key = Self.mixed(FNV1a(name).value ^ Self.mixed(seed))
  }

  /// `count` values, uniform in `[centre - √3 * deviation, centre + √3 * deviation)`.
  ///
  /// 24 random bits times one factor: exactly rounded, so equal everywhere.
  func uniform(count: Int, deviation: Double, centre: Float = 0) -> [Float] {
    let factor = Float(deviation * 3.0.squareRoot() / Double(1 << 23))
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let base = buffer.baseAddress else { return }
      nonisolated(unsafe) let target = base
      Parallel.perform(iterations: (count + Self.slice - 1) / Self.slice) { index in
        let first = index * Self.slice
        fill(target, first..<min(first + Self.slice, count), factor, centre)
      }
      initialized = count
    }
  }

  /// Values that one processor makes at a time; even, since two come from one word.
  private static let slice = 1 << 20

  private func fill(
    _ target: UnsafeMutablePointer<Float>, _ range: Range<Int>, _ factor: Float, _ centre: Float
  ) {
    var i = range.lowerBound
    while i + 1 < range.upperBound {
      let bits = word(i / 2)
      target[i] = Self.value(UInt32(truncatingIfNeeded: bits), factor, centre)
      target[i + 1] = Self.value(UInt32(truncatingIfNeeded: bits >> 32), factor, centre)
      i += 2
    }
    if i < range.upperBound {
      target[i] = Self.value(UInt32(truncatingIfNeeded: word(i / 2)), factor, centre)
    }
  }

  @inline(__always)
  private static func value(_ bits: UInt32, _ factor: Float, _ centre: Float) -> Float {
    // Odd, so never 0 and symmetric about it.
    let step = Int32(bitPattern: bits) >> 8 | 1
    return Float(step) * factor + centre
  }

  @inline(__always)
  private func word(_ index: Int) -> UInt64 {
    Self.mixed(key &+ UInt64(truncatingIfNeeded: index) &* 0x9e37_79b9_7f4a_7c15)
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
