// Powers of e of whole vectors: no call, no table, no branch.
//
// x = n ln 2 + r with |r| ≤ ½ ln 2, so e^x = 2^n e^r. Of e^r a polynomial is taken (the minimax fit
// of the relative error, 3e-9, of 1 + r + r² q(r) with q of degree 4); 2^n is written into the
// exponent's bits. The exponent is kept one lower and the result doubled, so that everything up to
// the largest float is right; below e^-86.99 the result is 0, beyond e^88.72 infinite. NaN stays.

/// `2^(n-1)` and `e^r - 1`: `e^x = 2 (power + power * rest)`.
struct SplitExponential {
  let power: Vec
  let rest: Vec

  @inline(__always)
  init(_ x: Vec) {
    // The constant first: an x that is NaN wins.
    let x = maximum(Vec(repeating: -87.336_54), minimum(Vec(repeating: 89), x))
    // 1.5 * 2^23: a float beyond 2^23 has no fraction, so that adding rounds and the sum's last
    // bits are n.
    let magic = Vec(repeating: 12_582_912)
    let rounded = fma(x, Vec(repeating: 1.442_695_04), magic)
    let n = rounded - magic
    // ln 2 in two parts, the first so short that its product with n is exact.
    let r = fma(
      n, Vec(repeating: 2.121_944_4e-4), fma(n, Vec(repeating: -0.693_359_375), x))
    var q = fma(r, Vec(repeating: 0.001_381_454), Vec(repeating: 0.008_368_745))
    q = fma(q, r, Vec(repeating: 0.041_668_39))
    q = fma(q, r, Vec(repeating: 0.166_665_21))
    q = fma(q, r, Vec(repeating: 0.499_999_94))
    rest = fma(r * r, q, r)
    let bits = unsafeBitCast(rounded, to: VecBits.self)
    power = unsafeBitCast(
      bits &* VecBits(repeating: 1 << 23) &+ VecBits(repeating: 126 << 23), to: Vec.self)
  }
}

/// `e^x`, within 1e-7 of it relatively.
@inline(__always)
func exponential(_ x: Vec) -> Vec {
  let e = SplitExponential(x)
  let half = fma(e.power, e.rest, e.power)
  return half + half
}

/// `e^x - 1`, exact near 0 too.
@inline(__always)
func exponentialMinusOne(_ x: Vec) -> Vec {
  let e = SplitExponential(x)
  let power = e.power + e.power
  return fma(power, e.rest, power - Vec(repeating: 1))
}

/// `1 / (1 + e^-x)`
@inline(__always)
func sigmoid(_ x: Vec) -> Vec {
  Vec(repeating: 1) / (Vec(repeating: 1) + exponential(-x))
}
