// Pooling (see `PoolArguments`). Windows that lie inside the input horizontally are computed four
// at a time, so that the latency of one maximum or sum hides behind three others.
//
// A maximum of one instruction gives its second operand where one of the two is NaN, so that a NaN
// is forgotten at the next element. No order of the operands changes that: each maximum keeps the
// NaN of one of its operands, a window of nine has eight maxima in a tree, and only one path of that
// tree can be the kept one, so that its result shows one of the nine. Every input row is therefore
// looked at once: a sum of products of its pixels is NaN if one of them is (or an infinity meets a
// zero). From the first such row of a band on, a maximum that keeps NaN takes over. The look brings
// the row into the first-level cache, where windows find it. For 3×3 windows two apart, the rows are
// looked at while they are combined, each pixel once: the last column of four windows is the first
// of the next four.
import KernelInterface

/// How a window's elements become one.
protocol Combination: SendableMetatype {
  static var start: Vec { get }
  static func combine(_ a: Vec, _ b: Vec) -> Vec
  /// Whether `combine` gives its second operand where one of the two is NaN.
  static var forgetsNaN: Bool { get }
}

extension Combination {
  /// Whether the loop over windows of so many rows looks for NaN in all but the first of them.
  @inline(__always) fileprivate static func looks(_ a: PoolArguments, rows: Int) -> Bool {
    forgetsNaN && a.kernelWidth == 3 && a.strideWidth == 2 && rows == 3
  }
}

enum Largest: Combination {
  @inline(__always) static var start: Vec { Vec(repeating: -.infinity) }
  @inline(__always) static func combine(_ a: Vec, _ b: Vec) -> Vec { maximum(a, b) }
  @inline(__always) static var forgetsNaN: Bool { true }
}

enum Total: Combination {
  @inline(__always) static var start: Vec { Vec() }
  @inline(__always) static func combine(_ a: Vec, _ b: Vec) -> Vec { a + b }
  @inline(__always) static var forgetsNaN: Bool { false }
}

/// The largest element, or NaN where there is one.
enum LargestOrNaN: Combination {
  @inline(__always) static var start: Vec { Vec(repeating: -.infinity) }
  @inline(__always) static func combine(_ a: Vec, _ b: Vec) -> Vec {
    maximum(a, b).replacing(with: a, where: a .!= a)
  }
  @inline(__always) static var forgetsNaN: Bool { false }
}

/// The rows or columns of one window that exist.
private struct Window {
  let first: Int
  let count: Int
  /// What an average divides by along this axis.
  let divisor: Int

  @inline(__always)
  init(
    _ index: Int, stride: Int, kernel: Int, before: Int, behind: Int, size: Int, padding: Bool
  ) {
    let start = index * stride - before
    first = start > 0 ? start : 0
    let end = start + kernel < size ? start + kernel : size
    count = end > first ? end - first : 0
    let counted = start + kernel < size + behind ? start + kernel : size + behind
    divisor = padding ? counted - start : count
  }
}

func poolBand(_ arguments: UnsafePointer<PoolArguments>) {
  if arguments.pointee.isMaximum {
    maximumBand(arguments.pointee)
  } else {
    let a = arguments.pointee
    for row in 0..<a.rows { _ = poolRow(Total.self, row, Window(row, a), a) }
  }
}

/// Every row is computed quickly as long as no NaN was met in the band.
private func maximumBand(_ a: PoolArguments) {
  // Input rows before this one were looked at.
  var next = 0
  var row = 0
  while row < a.rows {
    let y = Window(row, a)
    let end = y.first + y.count
    if next < y.first { next = y.first }
    // What the loop over the windows does not look at itself.
    let ahead = Largest.looks(a, rows: y.count) ? min(y.first + 1, end) : end
    var isClean = true
    while next < ahead, isClean {
      isClean = !mayHaveNaN(a.input + next * a.inputRow, a.inputWidth)
      next += 1
    }
    if !isClean { break }
    let seen = poolRow(Largest.self, row, y, a)
    if any(seen .!= seen) { break }
    next = end
    row += 1
  }
  while row < a.rows {
    _ = poolRow(LargestOrNaN.self, row, Window(row, a), a)
    row += 1
  }
}

extension Window {
  /// The rows of the windows of one row of the band.
  @inline(__always) fileprivate init(_ row: Int, _ a: PoolArguments) {
    self.init(
      a.firstRow + row, stride: a.strideHeight, kernel: a.kernelHeight, before: a.paddingTop,
      behind: a.paddingBottom, size: a.inputHeight, padding: a.countsPadding)
  }
}

/// Whether one of so many pixels may be NaN; false means that none is.
@inline(__always)
private func mayHaveNaN(_ pixels: UnsafePointer<Float>, _ count: Int) -> Bool {
  let w = Vec.scalarCount
  var (a, b, c, d) = (Vec(), Vec(), Vec(), Vec())
  var p = pixels
  var left = count
  while left >= 8 {
    a = fma(p.vec, (p + w).vec, a)
    b = fma((p + 2 * w).vec, (p + 3 * w).vec, b)
    c = fma((p + 4 * w).vec, (p + 5 * w).vec, c)
    d = fma((p + 6 * w).vec, (p + 7 * w).vec, d)
    p += 8 * w
    left -= 8
  }
  while left > 0 {
    a = fma(p.vec, p.vec, a)
    p += w
    left -= 1
  }
  let sum = (a + b) + (c + d)
  return any(sum .!= sum)
}

/// One row of output.
///
/// - Returns: NaN where `C` forgets NaN and met one in the second or third row of 3×3 windows.
@inline(__always)
private func poolRow<C: Combination>(
  _ combination: C.Type, _ row: Int, _ y: Window, _ a: PoolArguments
) -> Vec {
  let w = Vec.scalarCount
  // Output columns whose windows lie inside the input.
  let firstInside = min(a.outputWidth, (a.paddingLeft + a.strideWidth - 1) / a.strideWidth)
  let room = a.inputWidth + a.paddingLeft - a.kernelWidth
  let endInside = room < 0 ? firstInside : min(a.outputWidth, room / a.strideWidth + 1)
  let plane = a.input + y.first * a.inputRow
  let output = a.output + row * a.outputRow
  var seen = Vec()
  let looks = C.looks(a, rows: y.count)
  if looks {
    // Four windows leave their first column to the windows before them.
    for dy in 1..<3 { seen += (plane + dy * a.inputRow).vec }
  }
  var column = 0
  while column < a.outputWidth {
    if column >= firstInside, column + 4 <= endInside {
      let start = plane + (column * a.strideWidth - a.paddingLeft) * w
      let four =
        a.kernelWidth == 3 && a.strideWidth == 2
        ? y.count == 3
          ? overlapping(C.self, start, pitch: a.inputRow, &seen)
          : overlapping(C.self, start, rows: y.count, pitch: a.inputRow)
        : separate(C.self, start, rows: y.count, a)
      four.store(
        output + column * w,
        times: a.isMaximum ? nil : Vec(repeating: 1 / Float(y.divisor * a.kernelWidth)))
      column += 4
    } else {
      let x = Window(
        column, stride: a.strideWidth, kernel: a.kernelWidth, before: a.paddingLeft,
        behind: a.paddingRight, size: a.inputWidth, padding: a.countsPadding)
      var sum = C.start
      for dy in 0..<y.count {
        let tap = plane + dy * a.inputRow + x.first * w
        for dx in 0..<x.count {
          let value = (tap + dx * w).vec
          sum = C.combine(sum, value)
          if looks { seen += value }
        }
      }
      (output + column * w).vec =
        a.isMaximum ? sum : sum * Vec(repeating: 1 / Float(y.divisor * x.divisor))
      column += 1
    }
  }
  return seen
}

/// Neighbouring windows' results.
private struct Four {
  let p: Vec
  let q: Vec
  let r: Vec
  let s: Vec

  @inline(__always) func store(_ target: UnsafeMutablePointer<Float>, times share: Vec?) {
    let w = Vec.scalarCount
    if let share {
      target.vec = p * share
      (target + w).vec = q * share
      (target + 2 * w).vec = r * share
      (target + 3 * w).vec = s * share
    } else {
      target.vec = p
      (target + w).vec = q
      (target + 2 * w).vec = r
      (target + 3 * w).vec = s
    }
  }
}

/// Four windows of any width and distance.
@inline(__always)
private func separate<C: Combination>(
  _ combination: C.Type, _ start: UnsafePointer<Float>, rows: Int, _ a: PoolArguments
) -> Four {
  let step = a.strideWidth * Vec.scalarCount
  var (p, q, r, s) = (C.start, C.start, C.start, C.start)
  for dy in 0..<rows {
    var tap = start + dy * a.inputRow
    for _ in 0..<a.kernelWidth {
      p = C.combine(p, tap.vec)
      q = C.combine(q, (tap + step).vec)
      r = C.combine(r, (tap + 2 * step).vec)
      s = C.combine(s, (tap + 3 * step).vec)
      tap += Vec.scalarCount
    }
  }
  return Four(p: p, q: q, r: r, s: s)
}

/// Four windows three wide and two apart: each of their nine columns is combined once.
@inline(__always)
private func overlapping<C: Combination>(
  _ combination: C.Type, _ start: UnsafePointer<Float>, rows: Int, pitch: Int
) -> Four {
  let w = Vec.scalarCount
  var (a, b, c, d, e) = (C.start, C.start, C.start, C.start, C.start)
  var (f, g, h, i) = (C.start, C.start, C.start, C.start)
  for dy in 0..<rows {
    let tap = start + dy * pitch
    a = C.combine(a, tap.vec)
    b = C.combine(b, (tap + w).vec)
    c = C.combine(c, (tap + 2 * w).vec)
    d = C.combine(d, (tap + 3 * w).vec)
    e = C.combine(e, (tap + 4 * w).vec)
    f = C.combine(f, (tap + 5 * w).vec)
    g = C.combine(g, (tap + 6 * w).vec)
    h = C.combine(h, (tap + 7 * w).vec)
    i = C.combine(i, (tap + 8 * w).vec)
  }
  return Four(
    p: C.combine(C.combine(a, b), c), q: C.combine(C.combine(c, d), e),
    r: C.combine(C.combine(e, f), g), s: C.combine(C.combine(g, h), i))
}

/// The same of three rows. Where the combination forgets NaN, `seen` becomes NaN if one is in the
/// second or third row of any column but the first: each is what a maximum has just returned.
@inline(__always)
private func overlapping<C: Combination>(
  _ combination: C.Type, _ start: UnsafePointer<Float>, pitch: Int, _ seen: inout Vec
) -> Four {
  let w = Vec.scalarCount
  func column(_ i: Int) -> (two: Vec, three: Vec) {
    let tap = start + i * w
    let two = C.combine(tap.vec, (tap + pitch).vec)
    return (two, C.combine(two, (tap + 2 * pitch).vec))
  }
  let (a, b, c) = (column(0), column(1), column(2))
  let (d, e, f) = (column(3), column(4), column(5))
  let (g, h, i) = (column(6), column(7), column(8))
  if C.forgetsNaN {
    // Sums of their own, so that only one addition waits for the four windows before. The first
    // column was looked at as the last of the windows before.
    let left = fma(b.two, b.three, fma(c.two, c.three, d.two * d.three))
    let right = fma(g.two, g.three, fma(h.two, h.three, i.two * i.three))
    seen += fma(e.two, e.three, fma(f.two, f.three, left)) + right
  }
  return Four(
    p: C.combine(C.combine(a.three, b.three), c.three),
    q: C.combine(C.combine(c.three, d.three), e.three),
    r: C.combine(C.combine(e.three, f.three), g.three),
    s: C.combine(C.combine(g.three, h.three), i.three))
}

func planeAverages(_ arguments: UnsafePointer<PlaneAverageArguments>) {
  let a = arguments.pointee
  let w = Vec.scalarCount
  // Rows without gaps are one row.
  let isFlat = a.inputRow == a.width * w
  let rows = isFlat ? 1 : a.height
  let width = isFlat ? a.height * a.width : a.width
  let share = Vec(repeating: 1 / Float(a.height * a.width))
  for plane in 0..<a.planes {
    let input = a.input + plane * a.inputPlane
    (a.output + plane * a.outputPlane).vec =
      sum(input, rows: rows, pitch: a.inputRow, width: width) * share
  }
}

/// The sum of a plane's pixels, in eight parts: more than an addition's latency.
@inline(__always)
private func sum(_ plane: UnsafePointer<Float>, rows: Int, pitch: Int, width: Int) -> Vec {
  let w = Vec.scalarCount
  var sums = (Vec(), Vec(), Vec(), Vec(), Vec(), Vec(), Vec(), Vec())
  for row in 0..<rows {
    var pixel = plane + row * pitch
    var left = width
    while left >= 8 {
      sums.0 += pixel.vec
      sums.1 += (pixel + w).vec
      sums.2 += (pixel + 2 * w).vec
      sums.3 += (pixel + 3 * w).vec
      sums.4 += (pixel + 4 * w).vec
      sums.5 += (pixel + 5 * w).vec
      sums.6 += (pixel + 6 * w).vec
      sums.7 += (pixel + 7 * w).vec
      pixel += 8 * w
      left -= 8
    }
    if left >= 4 {
      sums.0 += pixel.vec
      sums.1 += (pixel + w).vec
      sums.2 += (pixel + 2 * w).vec
      sums.3 += (pixel + 3 * w).vec
      pixel += 4 * w
      left -= 4
    }
    if left >= 2 {
      sums.4 += pixel.vec
      sums.5 += (pixel + w).vec
      pixel += 2 * w
      left -= 2
    }
    if left > 0 { sums.6 += pixel.vec }
  }
  let low = (sums.0 + sums.1) + (sums.2 + sums.3)
  let high = (sums.4 + sums.5) + (sums.6 + sums.7)
  return low + high
}
