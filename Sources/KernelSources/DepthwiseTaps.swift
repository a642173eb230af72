// The weights of 3×3 dense depthwise taps: in registers for a whole plane where there are enough of
// them, else loaded for every row of every run.

/// Three neighbouring weights.
private struct TapRow {
  let l: Vec
  let c: Vec
  let r: Vec

  @inline(__always) init(_ p: UnsafePointer<Float>) {
    l = p.vec
    c = (p + Vec.scalarCount).vec
    r = (p + 2 * Vec.scalarCount).vec
  }

  @inline(__always)
  func add<P: PixelRun>(_ sum: P, _ tap: UnsafePointer<Float>, pixel: Int) -> P {
    sum.step(tap, pixel: pixel, l)
      .step(tap + Vec.scalarCount, pixel: pixel, c)
      .step(tap + 2 * Vec.scalarCount, pixel: pixel, r)
  }
}

/// The weights of a plane.
protocol PlaneTaps: SendableMetatype {
  init(_ weights: UnsafePointer<Float>)
  /// Adds the products of a run whose first tap is `tap`; `row` and `pixel` are pitches in floats.
  func add<P: PixelRun>(_ sum: P, _ tap: UnsafePointer<Float>, row: Int, pixel: Int) -> P
}

/// Nine weights in registers.
struct HeldTaps: PlaneTaps {
  private let top: TapRow
  private let middle: TapRow
  private let bottom: TapRow

  @inline(__always) init(_ weights: UnsafePointer<Float>) {
    top = TapRow(weights)
    middle = TapRow(weights + 3 * Vec.scalarCount)
    bottom = TapRow(weights + 6 * Vec.scalarCount)
  }

  @inline(__always)
  func add<P: PixelRun>(_ sum: P, _ tap: UnsafePointer<Float>, row: Int, pixel: Int) -> P {
    let first = top.add(sum, tap, pixel: pixel)
    let second = middle.add(first, tap + row, pixel: pixel)
    return bottom.add(second, tap + 2 * row, pixel: pixel)
  }
}

/// A row of weights in registers at a time.
struct LoadedTaps: PlaneTaps {
  private let weights: UnsafePointer<Float>

  @inline(__always) init(_ weights: UnsafePointer<Float>) { self.weights = weights }

  @inline(__always)
  func add<P: PixelRun>(_ sum: P, _ tap: UnsafePointer<Float>, row: Int, pixel: Int) -> P {
    let first = TapRow(weights).add(sum, tap, pixel: pixel)
    let second = TapRow(weights + 3 * Vec.scalarCount).add(first, tap + row, pixel: pixel)
    return TapRow(weights + 6 * Vec.scalarCount).add(second, tap + 2 * row, pixel: pixel)
  }
}
