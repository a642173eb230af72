// Pooling (see `PoolArguments`). Windows that lie inside the input horizontally are computed four
// at a time, so that the latency of one maximum or sum hides behind three others.
import Convolution

/// How a window's elements become one.
protocol Combination: SendableMetatype {
  static var start: Vec { get }
  static func combine(_ a: Vec, _ b: Vec) -> Vec
}

enum Largest: Combination {
  @inline(__always) static var start: Vec { Vec(repeating: -.infinity) }
  @inline(__always) static func combine(_ a: Vec, _ b: Vec) -> Vec { maximum(a, b) }
}

enum Total: Combination {
  @inline(__always) static var start: Vec { Vec() }
  @inline(__always) static func combine(_ a: Vec, _ b: Vec) -> Vec { a + b }
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
    pool(Largest.self, arguments.pointee)
  } else {
    pool(Total.self, arguments.pointee)
  }
}

@inline(__always)
private func pool<C: Combination>(_ combination: C.Type, _ a: PoolArguments) {
  let w = Vec.scalarCount
  // Output columns whose windows lie inside the input.
  let firstInside = min(a.outputWidth, (a.paddingLeft + a.strideWidth - 1) / a.strideWidth)
  let room = a.inputWidth + a.paddingLeft - a.kernelWidth
  let endInside = room < 0 ? firstInside : min(a.outputWidth, room / a.strideWidth + 1)
  let step = a.strideWidth * w
  for row in 0..<a.rows {
    let y = Window(
      a.firstRow + row, stride: a.strideHeight, kernel: a.kernelHeight, before: a.paddingTop,
      behind: a.paddingBottom, size: a.inputHeight, padding: a.countsPadding)
    let plane = a.input + y.first * a.inputRow
    let output = a.output + row * a.outputRow
    var column = 0
    while column < a.outputWidth {
      if column >= firstInside, column + 4 <= endInside {
        let start = plane + (column * a.strideWidth - a.paddingLeft) * w
        var (p, q, r, s) = (C.start, C.start, C.start, C.start)
        for dy in 0..<y.count {
          var tap = start + dy * a.inputRow
          for _ in 0..<a.kernelWidth {
            p = C.combine(p, tap.vec)
            q = C.combine(q, (tap + step).vec)
            r = C.combine(r, (tap + 2 * step).vec)
            s = C.combine(s, (tap + 3 * step).vec)
            tap += w
          }
        }
        let target = output + column * w
        if a.isMaximum {
          target.vec = p
          (target + w).vec = q
          (target + 2 * w).vec = r
          (target + 3 * w).vec = s
        } else {
          let share = Vec(repeating: 1 / Float(y.divisor * a.kernelWidth))
          target.vec = p * share
          (target + w).vec = q * share
          (target + 2 * w).vec = r * share
          (target + 3 * w).vec = s * share
        }
        column += 4
      } else {
        let x = Window(
          column, stride: a.strideWidth, kernel: a.kernelWidth, before: a.paddingLeft,
          behind: a.paddingRight, size: a.inputWidth, padding: a.countsPadding)
        var sum = C.start
        for dy in 0..<y.count {
          let tap = plane + dy * a.inputRow + x.first * w
          for dx in 0..<x.count { sum = C.combine(sum, (tap + dx * w).vec) }
        }
        (output + column * w).vec =
          a.isMaximum ? sum : sum * Vec(repeating: 1 / Float(y.divisor * x.divisor))
        column += 1
      }
    }
  }
}

func planeAverage(_ arguments: UnsafePointer<PlaneAverageArguments>) {
  let a = arguments.pointee
  let w = Vec.scalarCount
  var p = Vec()
  var q = Vec()
  var r = Vec()
  var s = Vec()
  for row in 0..<a.height {
    var pixel = a.input + row * a.inputRow
    var left = a.width
    while left >= 4 {
      p += pixel.vec
      q += (pixel + w).vec
      r += (pixel + 2 * w).vec
      s += (pixel + 3 * w).vec
      pixel += 4 * w
      left -= 4
    }
    while left > 0 {
      p += pixel.vec
      pixel += w
      left -= 1
    }
  }
  a.output.vec = ((p + q) + (r + s)) * Vec(repeating: 1 / Float(a.height * a.width))
}
