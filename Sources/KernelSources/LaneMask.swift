// The bits of a vector, and the lanes of a channel block that hold channels.

#if KERNELS_AVX512
  typealias VecBits = SIMD16<Int32>
#elseif KERNELS_AVX2
  typealias VecBits = SIMD8<Int32>
#else
  typealias VecBits = SIMD4<Int32>
#endif

/// Makes the lanes behind a tensor's last channel 0, as every reader expects them, whatever a
/// function or a quotient of zeros gave there.
struct LaneMask {
  private let bits: VecBits

  @inline(__always)
  init(lanes: Int) {
    var bits = VecBits(repeating: -1)
    if lanes < Vec.scalarCount {
      for lane in lanes..<Vec.scalarCount { bits[lane] = 0 }
    }
    self.bits = bits
  }

  @inline(__always)
  func callAsFunction(_ v: Vec) -> Vec {
    unsafeBitCast(unsafeBitCast(v, to: VecBits.self) & bits, to: Vec.self)
  }
}
