// The lanes of a channel block that hold channels.

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
