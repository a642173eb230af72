import Convolution

/// Floats for a kernel to read or write: everything that the test does not set, and a margin on both
/// sides, is a mark, a NaN. What was read by mistake shows in the results, what was written is found.
final class GuardedFloats {
  static let mark = Float(bitPattern: 0x7fc1_2345)
  private static let margin = 64

  let count: Int
  private let buffer: FloatBuffer

  /// On a 64-byte boundary.
  var memory: UnsafeMutablePointer<Float> { buffer.memory + Self.margin }

  init(_ count: Int) {
    self.count = count
    buffer = FloatBuffer(count: count + 2 * Self.margin)
    buffer.memory.update(repeating: Self.mark, count: buffer.count)
  }

  convenience init(_ values: [Float]) {
    self.init(values.count)
    for (index, value) in values.enumerated() { memory[index] = value }
  }

  subscript(index: Int) -> Float {
    get { memory[index] }
    set {
      precondition(index >= 0 && index < count, "inside the margins")
      memory[index] = newValue
    }
  }

  /// With the margins.
  var bits: [UInt32] { (0..<buffer.count).map { buffer.memory[$0].bitPattern } }

  /// - Parameters:
  ///   - expected: what the kernel has to write, by index; it may write nothing else.
  ///   - before: `bits` before it ran.
  ///   - tolerance: of a difference, relative to the value or 1, whichever is larger.
  /// - Returns: what is wrong, nil where all is right.
  func problem(
    _ expected: [Int: Double], before: [UInt32], tolerance: Double
  ) -> String? {
    for index in -Self.margin..<count + Self.margin {
      let value = memory[index]
      guard let right = expected[index] else {
        if value.bitPattern != before[index + Self.margin] {
          return "it wrote [\(index)]: \(value)"
        }
        continue
      }
      let difference = abs(Double(value) - right)
      if !(difference <= tolerance * max(abs(right), 1)) {
        return "[\(index)] is \(value), not \(right)"
      }
    }
    return nil
  }
}

/// Small integers, the same for the same place: their sums are exact.
struct SmallIntegers {
  private var state: UInt64 = 1

  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int(state >> 60) - 8)
  }

  mutating func array(_ count: Int) -> [Float] { (0..<count).map { _ in next() } }
}
