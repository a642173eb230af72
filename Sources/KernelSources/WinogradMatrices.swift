// Winograd's minimal filtering F(m, 3) in one dimension: Lavin & Gray 2016, section 4. The points
// are 0, ±1 (m = 2), ±2 (m = 4), ±½ (m = 6) and infinity. The transforms of the weights, `G`,
// which are not in a hot loop, are in the kernel library.

/// One-dimensional transforms: `input` is Bᵀ (alpha to alpha values), `output` is Aᵀ (alpha to m).
protocol WinogradTransform: SendableMetatype {
  static var m: Int { get }
  static func input(_ d: (Int) -> Vec, _ t: (Int, Vec) -> Void)
  static func output(_ d: (Int) -> Vec, _ y: (Int, Vec) -> Void)
}

extension WinogradTransform {
  static var alpha: Int { m + 2 }
}

@inline(__always) func times(_ a: Vec, _ factor: Float, plus c: Vec) -> Vec {
  fma(a, Vec(repeating: factor), c)
}

enum F2x3: WinogradTransform {
  static var m: Int { 2 }

  @inline(__always) static func input(_ d: (Int) -> Vec, _ t: (Int, Vec) -> Void) {
    let (d0, d1, d2, d3) = (d(0), d(1), d(2), d(3))
    t(0, d0 - d2)
    t(1, d1 + d2)
    t(2, d2 - d1)
    t(3, d1 - d3)
  }

  @inline(__always) static func output(_ d: (Int) -> Vec, _ y: (Int, Vec) -> Void) {
    let (d0, d1, d2, d3) = (d(0), d(1), d(2), d(3))
    y(0, d0 + d1 + d2)
    y(1, d1 - d2 - d3)
  }
}

enum F4x3: WinogradTransform {
  static var m: Int { 4 }

  @inline(__always) static func input(_ d: (Int) -> Vec, _ t: (Int, Vec) -> Void) {
    let (d0, d1, d2, d3, d4, d5) = (d(0), d(1), d(2), d(3), d(4), d(5))
    t(0, times(d0, 4, plus: times(d2, -5, plus: d4)))
    let even = times(d2, -4, plus: d4)
    let odd = times(d1, -4, plus: d3)
    t(1, even + odd)
    t(2, even - odd)
    let even2 = d4 - d2
    let odd2 = d3 - d1
    t(3, times(odd2, 2, plus: even2))
    t(4, times(odd2, -2, plus: even2))
    t(5, times(d1, 4, plus: times(d3, -5, plus: d5)))
  }

  @inline(__always) static func output(_ d: (Int) -> Vec, _ y: (Int, Vec) -> Void) {
    let (d0, d1, d2, d3, d4, d5) = (d(0), d(1), d(2), d(3), d(4), d(5))
    let (sum1, sum2) = (d1 + d2, d3 + d4)
    let (dif1, dif2) = (d1 - d2, d3 - d4)
    y(0, d0 + sum1 + sum2)
    y(1, times(dif2, 2, plus: dif1))
    y(2, times(sum2, 4, plus: sum1))
    y(3, times(dif2, 8, plus: dif1 + d5))
  }
}

enum F6x3: WinogradTransform {
  static var m: Int { 6 }

  @inline(__always) static func input(_ d: (Int) -> Vec, _ t: (Int, Vec) -> Void) {
    let (d0, d1, d2, d3) = (d(0), d(1), d(2), d(3))
    let (d4, d5, d6, d7) = (d(4), d(5), d(6), d(7))
    t(0, times(d4 - d2, 5.25, plus: d0 - d6))
    t(7, times(d3 - d5, 5.25, plus: d7 - d1))
    let even1 = times(d4, -4.25, plus: d2 + d6)
    let odd1 = times(d3, -4.25, plus: d1 + d5)
    t(1, even1 + odd1)
    t(2, even1 - odd1)
    let even2 = times(d2, 0.25, plus: times(d4, -1.25, plus: d6))
    let odd2 = times(d1, 0.5, plus: times(d3, -2.5, plus: d5 + d5))
    t(3, even2 + odd2)
    t(4, even2 - odd2)
    let even3 = times(d2, 4, plus: times(d4, -5, plus: d6))
    let odd3 = times(d5, 0.5, plus: times(d3, -2.5, plus: d1 + d1))
    t(5, even3 + odd3)
    t(6, even3 - odd3)
  }

  @inline(__always) static func output(_ d: (Int) -> Vec, _ y: (Int, Vec) -> Void) {
    let (d0, d1, d2, d3) = (d(0), d(1), d(2), d(3))
    let (d4, d5, d6, d7) = (d(4), d(5), d(6), d(7))
    let (sum1, sum2, sum3) = (d1 + d2, d3 + d4, d5 + d6)
    let (dif1, dif2, dif3) = (d1 - d2, d3 - d4, d5 - d6)
    y(0, d0 + sum1 + (sum2 + sum3))
    y(1, times(dif2, 2, plus: times(dif3, 0.5, plus: dif1)))
    y(2, times(sum2, 4, plus: times(sum3, 0.25, plus: sum1)))
    y(3, times(dif2, 8, plus: times(dif3, 0.125, plus: dif1)))
    y(4, times(sum2, 16, plus: times(sum3, 0.0625, plus: sum1)))
    y(5, times(dif2, 32, plus: times(dif3, 0.03125, plus: dif1 + d7)))
  }
}
